import { assignmentGuid, group, guest, memberGroup, memberUser, objectId, otherSubscriptionId, roleGuid, subscriptionId, tenantId, user, workload } from '../../builders/azure.ts'
import { type AzureState, emptyState, type Row } from './state.ts'

export const shop = `/subscriptions/${subscriptionId}/resourceGroups/shop`
export const platform = '/providers/Microsoft.Management/managementGroups/platform'
/** The guest's Contributor at the resource group `shop`: what the journey takes away. */
export const guestAssignment = `${shop}/providers/Microsoft.Authorization/roleAssignments/${assignmentGuid(3)}`

const definition = (number: number, name: string, permission: Row, type = 'BuiltInRole'): [string, Row] => [roleGuid(number), {
  name: roleGuid(number), type: 'Microsoft.Authorization/roleDefinitions',
  properties: { roleName: name, type, description: '', assignableScopes: [type === 'BuiltInRole' ? '/' : `/subscriptions/${subscriptionId}`], permissions: [{ actions: [], notActions: [], dataActions: [], notDataActions: [], ...permission }] } }]

/** An invented tenant: two subscriptions below two management groups, every kind of holder, nested groups in a circle, a condition, a deny assignment. */
export function acme(): AzureState {
  const state = emptyState(tenantId)
  state.managementGroups.push({ id: tenantId, name: 'Tenant Root Group', parent: null }, { id: 'platform', name: 'Platform', parent: tenantId })
  state.subscriptions.push({ id: subscriptionId, name: 'Production', managementGroup: 'platform' }, { id: otherSubscriptionId, name: 'Development', managementGroup: tenantId })
  for (const [guid, row] of [
    definition(1, 'Owner', { actions: ['*'] }),
    definition(2, 'Contributor', { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write', 'Microsoft.Authorization/elevateAccess/Action'] }),
    definition(3, 'Reader', { actions: ['*/read'] }),
    definition(4, 'Helper', { actions: ['Microsoft.Authorization/*/write'] }, 'CustomRole'),
    definition(5, 'Blob Writer', { dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'], condition: "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'logs'", conditionVersion: '2.0' }),
  ]) state.definitions.set(guid, row)
  const sub = `/subscriptions/${subscriptionId}`
  put(state, 1, [1, 1], sub, 'User')
  put(state, 2, [7, 2], platform, 'Group')
  put(state, 3, [2, 2], shop, 'User', { description: 'for the migration', condition: "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'shop'", conditionVersion: '2.0' })
  put(state, 4, [3, 3], sub, 'ServicePrincipal')
  put(state, 5, [4, 4], `/subscriptions/${otherSubscriptionId}`, 'User')
  put(state, 6, [6, 5], `${shop}/providers/Microsoft.Storage/storageAccounts/shop`, 'User')
  put(state, 7, [5, 3], '/', 'User')
  state.denials.push({ id: `${shop}/providers/Microsoft.Authorization/denyAssignments/${assignmentGuid(90)}`, name: assignmentGuid(90), type: 'Microsoft.Authorization/denyAssignments',
    properties: { denyAssignmentName: 'Managed by the vendor', scope: shop, doNotApplyToChildScopes: false, isSystemProtected: true, permissions: [{ actions: ['Microsoft.Compute/*/delete'], notActions: [], dataActions: [], notDataActions: [] }],
      principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }], excludePrincipals: [{ id: objectId(1), type: 'User' }] } })
  const { graph } = state
  graph.users.push(user(1), guest(2), user(4, { accountEnabled: false }), user(5, { signInActivity: { lastSignInDateTime: '2026-01-01T00:00:00Z', lastNonInteractiveSignInDateTime: null, lastSuccessfulSignInDateTime: '2026-01-01T00:00:00Z' } }), user(6))
  graph.groups.push(group(7), group(8))
  graph.members.set(objectId(7), [memberGroup(8), memberUser(1)]).set(objectId(8), [memberUser(6), memberGroup(7)])
  graph.servicePrincipals.push(workload(3, { passwordCredentials: [{ keyId: objectId(70), startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z', hint: 'CANARY', secretText: null }] }), workload(9, { servicePrincipalType: 'ManagedIdentity' }))
  graph.applications.push({ id: objectId(10), appId: objectId(5003), displayName: 'Workload 3', passwordCredentials: [], keyCredentials: [] })
  graph.roleDefinitions.push({ id: roleGuid(50), displayName: 'Privileged Role Administrator', isBuiltIn: true, rolePermissions: [{ allowedResourceActions: ['microsoft.directory/roleAssignments/allProperties/allTasks'], condition: null }] })
  graph.roleAssignments.push({ id: 'lAPpYvVpN0KRkAEhdxReEJC2sEqbR_9Hr48lds9SGHI-1', principalId: objectId(1), roleDefinitionId: roleGuid(50), directoryScopeId: '/' })
  return state
}

function put(state: AzureState, number: number, [principal, role]: readonly [number, number], ...[scope, principalType, more = {}]: readonly [string, string, Row?]): void {
  const id = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${assignmentGuid(number)}`
  const subscription = /^\/subscriptions\/[^/]+/.exec(scope)?.[0] ?? ''
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleGuid(role)}`
  const time = '2025-01-01T00:00:00.0000000Z'
  state.assignments.set(id.toLowerCase(), { id, name: assignmentGuid(number), scope, principalId: objectId(principal), roleDefinitionId,
    properties: { roleDefinitionId, principalId: objectId(principal), principalType, scope, ...more, createdOn: time, updatedOn: time, createdBy: objectId(1), updatedBy: objectId(1) } })
}
