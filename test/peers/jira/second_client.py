"""A client of Jira that is not ours (PyPI `jira`), against the stub: reads what Whittle wrote, works on the issue as a person would, prints what it saw as JSON."""
import json
import sys

from jira import JIRA
from jira.exceptions import JIRAError

host, email, token, label = sys.argv[1:5]
jira = JIRA(server=host, basic_auth=(email, token), options={"rest_api_version": "3"}, max_retries=0)
found = jira.enhanced_search_issues(f'project = "SEC" AND labels = "{label}" ORDER BY created ASC', fields="summary,status,labels,priority,description")
issue = found[0]
links = jira.remote_links(issue)
moves = [(move["name"], move["to"]["name"]) for move in jira.transitions(issue)]
jira.transition_issue(issue, "Start")
jira.assign_issue(issue, None)
body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "seen by a second client"}]}]}
jira.add_comment(issue, body)
try:
    jira.transition_issue(issue, "Reopen")
    refused = None
except (JIRAError, KeyError) as error:
    refused = type(error).__name__
again = jira.issue(issue.id, fields="status,comment")
try:
    jira.issue("SEC-99999")
    missing = None
except JIRAError as error:
    missing = error.status_code
print(json.dumps({
    "myself": jira.myself()["displayName"], "count": len(found), "key": issue.key, "summary": issue.fields.summary, "priority": issue.fields.priority.name, "labels": issue.fields.labels,
    "links": [(link.object.url, getattr(link, "globalId", None)) for link in links], "moves": moves, "refused": refused, "missing": missing,
    "status": again.fields.status.name, "category": again.fields.status.statusCategory.key, "comments": len(jira.comments(issue)),
}))
