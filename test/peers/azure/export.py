"""A second client that is not ours: Microsoft's Python SDKs write the estate of the stub as files, and try what an assignment allows.

Usage: export.py export URL CA TENANT DIR | export.py behave URL CA SUBSCRIPTION SCOPE
"""
import json
import os
import sys
import time

from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
from azure.core.rest import HttpRequest
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.managementgroups import ManagementGroupsMgmtClient
from azure.mgmt.subscription import SubscriptionClient


class Token:
    def get_token(self, *_scopes, **_more):
        return AccessToken("test-token", int(time.time()) + 3600)


def camel(value):
    """Attribute names as az prints them: role_type -> roleType."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {"".join(part if at == 0 else part.capitalize() for at, part in enumerate(name.split("_"))): camel(each) for name, each in value.items()}


def printed(model):
    return camel(model.as_dict())


def write(folder, path, content):
    file = os.path.join(folder, path + ".json")
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "w", encoding="utf-8") as out:
        json.dump(content, out)


def graph_pages(url, ca, path):
    client = PipelineClient(url, policies=[BearerTokenCredentialPolicy(Token(), url + "/.default"), RetryPolicy.no_retries()], connection_verify=ca)
    value, link = [], url + "/v1.0" + path
    while link:
        response = client.send_request(HttpRequest("GET", link))
        response.raise_for_status()
        page = response.json()
        value += page["value"]
        link = page.get("@odata.nextLink")
    return {"value": value}


GRAPH = {
    "users": "/users?$select=id,displayName,userPrincipalName,userType,accountEnabled,createdDateTime,signInActivity",
    "groups": "/groups?$select=id,displayName",
    "service-principals": "/servicePrincipals?$select=id,appId,displayName,servicePrincipalType,accountEnabled,appOwnerOrganizationId,passwordCredentials,keyCredentials",
    "applications": "/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials",
    "role-definitions": "/roleManagement/directory/roleDefinitions",
    "role-assignments": "/roleManagement/directory/roleAssignments",
}


def export(url, ca, tenant, folder):
    more = {"base_url": url, "credential_scopes": [url + "/.default"], "connection_verify": ca, "retry_total": 0}
    root = f"azure/{tenant}"
    subscriptions = [printed(found) for found in SubscriptionClient(Token(), **more).subscriptions.list()]
    write(folder, f"{root}/subscriptions", [{"id": found["subscriptionId"], "name": found["displayName"], "state": found["state"], "tenantId": tenant} for found in subscriptions])
    write(folder, f"{root}/management-groups", [found.as_dict() for found in ManagementGroupsMgmtClient(Token(), **more).entities.list()])
    for name, path in GRAPH.items():
        answer = graph_pages(url, ca, path)
        write(folder, f"{root}/graph/{name}", answer)
        if name == "groups":
            for group in answer["value"]:
                write(folder, f"{root}/graph/group-members/{group['id']}", graph_pages(url, ca, f"/groups/{group['id']}/members?$select=id"))
    for found in subscriptions:
        subscription = found["subscriptionId"]
        client = AuthorizationManagementClient(Token(), subscription, **more)
        write(folder, f"{root}/{subscription}/role-assignments", [printed(each) for each in client.role_assignments.list_for_subscription()])
        # az asks for definitions in this version, which knows their conditions
        definitions = AuthorizationManagementClient(Token(), subscription, api_version="2022-05-01-preview", **more)
        write(folder, f"{root}/{subscription}/role-definitions", [printed(each) for each in definitions.role_definitions.list(f"/subscriptions/{subscription}")])
        write(folder, f"{root}/{subscription}/deny-assignments", [printed(each) for each in client.deny_assignments.list()])


def behave(url, ca, subscription, scope):
    """Prints what the SDK makes of the behaviour that PEERS lists, one JSON object."""
    client = AuthorizationManagementClient(Token(), subscription, base_url=url, credential_scopes=[url + "/.default"], connection_verify=ca, retry_total=0)
    assignments = client.role_assignments

    def code(call):
        try:
            call()
            return "done"
        except HttpResponseError as error:
            return f"{error.status_code} {error.error.code if error.error else ''}"

    def count(where=scope, filter=None):
        return len(list(assignments.list_for_scope(where, filter=filter)))

    def put(guid, role, principal):
        body = {"role_definition_id": f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}", "principal_id": principal}
        return lambda: assignments.create(scope, guid, body)

    guid = "51000000-0000-0000-0000-000000000001"
    owner, reader = "40000000-0000-0000-0000-000000000001", "40000000-0000-0000-0000-000000000003"
    someone, other = "30000000-0000-0000-0000-000000000006", "30000000-0000-0000-0000-000000000005"
    root = f"/subscriptions/{subscription}"
    said = {"subscription": count(root), "atScope": count(root, "atScope()"), "group": count(), "principal": count(root, f"principalId eq '{someone}'"), "assignedTo": count(root, f"assignedTo('{someone}')")}
    said["create"] = code(put(guid, reader, someone))
    said["again"] = code(put(guid, reader, someone))
    said["otherRole"] = code(put(guid, owner, someone))
    said["otherGuid"] = code(put("51000000-0000-0000-0000-000000000002", reader, someone))
    said["otherPrincipal"] = code(put(guid, reader, other))
    said["unknownRole"] = code(put("51000000-0000-0000-0000-000000000003", "49000000-0000-0000-0000-000000000001", other))
    said["unknownPrincipal"] = code(put("51000000-0000-0000-0000-000000000004", reader, "39000000-0000-0000-0000-000000000001"))
    assignments.delete(root, guid)
    said["deletedElsewhere"] = code(lambda: assignments.get(scope, guid))
    assignments.delete(scope, guid)
    said["deleted"] = code(lambda: assignments.get(scope, guid))
    said["roleInUse"] = code(lambda: client.role_definitions.delete(root, "40000000-0000-0000-0000-000000000004"))
    said["pages"] = count(root)
    print(json.dumps(said))


if __name__ == "__main__":
    {"export": export, "behave": behave}[sys.argv[1]](*sys.argv[2:])
