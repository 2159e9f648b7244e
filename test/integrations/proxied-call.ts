import { jiraClient } from '../../integrations/jira/client.ts'
import { slackClient } from '../../integrations/slack/client.ts'

// Run as a process of its own by proxy.test.ts, because Node reads proxy and CA at its start.
const { teamId } = await slackClient({ botToken: 'xoxb-x', apiUrl: 'https://slack.acme.test/api/', timeoutMs: 5000 }).identity()
const { key } = await jiraClient({ host: 'https://jira.acme.test', email: 'a@acme.example', apiToken: 't', project: 'SEC' }).issue('10001')
process.stdout.write(JSON.stringify([teamId, key]))
