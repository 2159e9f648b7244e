import type { Json, JsonObject } from '../../model/json.ts'
import type { Printed } from './aws-answers.ts'
import {
  assignments, directoryRoleAssignments, directoryRoles, domain, groups, managementGroups, people, roleDefinitions, type SandboxAssignment, type SandboxPerson, type SandboxWorkload, subscriptions, tenantId, workloads,
} from './template/azure.ts'
import { type Ago, guid, inventedHex } from './template/names.ts'

const graphTime = (ago: Ago, days: number): string => ago(days).replace('.000Z', 'Z')
const armTime = (ago: Ago, days: number): string => ago(days).replace('.000Z', '.000000+00:00')

/** What `az` prints of Acme's tenant and subscriptions. */
export function azureAnswers(ago: Ago): Printed {
  const folder = `azure/${tenantId}`
  return {
    [`${folder}/subscriptions`]: subscriptions.map(({ id, name }, index) => ({ cloudName: 'AzureCloud', homeTenantId: tenantId, id, isDefault: index === 0, managedByTenants: [], name, state: 'Enabled', tenantId,
      user: { name: `maya.okafor@${domain}`, type: 'user' } })),
    [`${folder}/management-groups`]: managementEntities(),
    ...graphAnswers(`${folder}/graph`, ago),
    ...Object.assign({}, ...subscriptions.map(({ id }) => subscriptionAnswers(`${folder}/${id}`, id, ago))),
  }
}

function managementEntities(): Json {
  const entity = (id: string, type: string, name: string, parent: string | null): JsonObject => ({ displayName: name, id, inheritedPermissions: 'delete', name: id.split('/').at(-1) ?? id, numberOfChildGroups: 0, numberOfChildren: 0,
    numberOfDescendants: 0, parent: { id: parent }, parentDisplayNameChain: [], parentNameChain: [], permissions: 'delete', tenantId, type })
  const groupId = (id: string): string => `/providers/Microsoft.Management/managementGroups/${id}`
  return [...managementGroups.map(({ id, name, parent }) => entity(groupId(id), 'Microsoft.Management/managementGroups', name, parent === null ? null : groupId(parent))),
    ...subscriptions.map(({ id, name, managementGroup }) => entity(`/subscriptions/${id}`, '/subscriptions', name, groupId(managementGroup)))]
}

const idOf = (name: string): string => {
  const found = [...people, ...workloads, ...groups].find((each) => each.name === name)
  return found === undefined ? guid(9, 0) : guid(3, found.number)
}
const userPrincipalName = ({ name, from }: SandboxPerson): string => {
  const mail = name.toLowerCase().replaceAll(/[^a-z]+/g, '.')
  return from === undefined ? `${mail}@${domain}` : `${mail}_${from}#EXT#@acme.onmicrosoft.com`
}

function graphAnswers(folder: string, ago: Ago): Printed {
  const context = (set: string): JsonObject => ({ '@odata.context': `https://graph.microsoft.com/v1.0/$metadata#${set}` })
  const member = (name: string): JsonObject => ({ '@odata.type': groups.some((group) => group.name === name) ? '#microsoft.graph.group' : '#microsoft.graph.user', id: idOf(name) })
  return {
    [`${folder}/users`]: { ...context('users'), value: people.map((person) => userOf(person, ago)) },
    [`${folder}/groups`]: { ...context('groups(id,displayName)'), value: groups.map(({ name }) => ({ id: idOf(name), displayName: name })) },
    ...Object.fromEntries(groups.map(({ name, members }) => [`${folder}/group-members/${idOf(name)}`, { ...context('directoryObjects(id)'), value: members.map(member) }])),
    [`${folder}/service-principals`]: { ...context('servicePrincipals'), value: workloads.map((workload) => servicePrincipalOf(workload, ago)) },
    [`${folder}/applications`]: { ...context('applications'), value: workloads.filter(({ isManagedIdentity }) => isManagedIdentity !== true).map((workload) => ({
      id: guid(6, workload.number), appId: guid(4, workload.number), displayName: workload.name, passwordCredentials: secretOf(workload, ago), keyCredentials: [] })) },
    [`${folder}/role-definitions`]: { ...context('roleManagement/directory/roleDefinitions'), value: directoryRoles.map(({ id, name, actions }) => ({ id, description: name, displayName: name, isBuiltIn: true, isEnabled: true, templateId: id,
      resourceScopes: ['/'], version: '1', rolePermissions: [{ allowedResourceActions: actions, condition: null }] })) },
    [`${folder}/role-assignments`]: { ...context('roleManagement/directory/roleAssignments'), value: directoryRoleAssignments.map(({ role, principal }) => ({
      id: inventedHex(40, role, principal), principalId: idOf(principal), directoryScopeId: '/', roleDefinitionId: directoryRoles.find(({ name }) => name === role)?.id ?? '' })) },
  }
}

const secretOf = ({ name, number, createdDays }: SandboxWorkload, ago: Ago): Json => [{ customKeyIdentifier: null, displayName: `${name} pipeline`, startDateTime: graphTime(ago, createdDays), endDateTime: graphTime(ago, -200), hint: 'x7Q',
  keyId: guid(7, number), secretText: null }]

function userOf(person: SandboxPerson, ago: Ago): JsonObject {
  const at = person.signedInDays
  return {
    id: idOf(person.name), displayName: person.name, userPrincipalName: userPrincipalName(person), userType: person.isGuest === true ? 'Guest' : 'Member', accountEnabled: person.isDisabled !== true,
    createdDateTime: graphTime(ago, person.createdDays),
    ...(at === null ? {} : { signInActivity: { lastSignInDateTime: graphTime(ago, at), lastSignInRequestId: guid(8, person.number), lastNonInteractiveSignInDateTime: graphTime(ago, at + 1), lastNonInteractiveSignInRequestId: '',
      lastSuccessfulSignInDateTime: graphTime(ago, at), lastSuccessfulSignInRequestId: guid(8, person.number) } }),
  }
}

const servicePrincipalOf = (workload: SandboxWorkload, _ago: Ago): JsonObject => ({
  id: idOf(workload.name), appId: guid(4, workload.number), displayName: workload.name, servicePrincipalType: workload.isManagedIdentity === true ? 'ManagedIdentity' : 'Application', accountEnabled: true,
  appOwnerOrganizationId: workload.isManagedIdentity === true ? null : tenantId, passwordCredentials: [], keyCredentials: [],
})

function subscriptionAnswers(folder: string, subscription: string, ago: Ago): Printed {
  const root = `/subscriptions/${subscription}`
  const holdsHere = ({ scope }: SandboxAssignment): boolean => scope.startsWith('/providers/Microsoft.Management/') || scope.startsWith(root)
  return {
    [`${folder}/role-assignments`]: assignments.filter(holdsHere).map((assignment) => assignmentOf(assignment, root, ago)),
    [`${folder}/role-definitions`]: roleDefinitions.map((definition) => ({
      assignableScopes: definition.isCustom === true ? subscriptions.map(({ id }) => `/subscriptions/${id}`) : ['/'], createdBy: null, createdOn: armTime(ago, 2900), description: definition.description,
      id: `${root}/providers/Microsoft.Authorization/roleDefinitions/${definition.id}`, name: definition.id, roleName: definition.name, roleType: definition.isCustom === true ? 'CustomRole' : 'BuiltInRole',
      permissions: [{ actions: definition.actions, condition: null, conditionVersion: null, dataActions: definition.dataActions ?? [], notActions: definition.notActions ?? [], notDataActions: [] }],
      type: 'Microsoft.Authorization/roleDefinitions', updatedBy: null, updatedOn: armTime(ago, 400) })),
    [`${folder}/deny-assignments`]: { value: [managedDeny(root)] },
  }
}

/** A deny assignment as a managed application brings it: nobody but its publisher changes its own resource group. */
function managedDeny(root: string): JsonObject {
  const scope = `${root}/resourceGroups/rg-managed-search`
  const id = `${scope}/providers/Microsoft.Authorization/denyAssignments/${guid(7, 900)}`
  return { id, name: guid(7, 900), type: 'Microsoft.Authorization/denyAssignments', properties: { denyAssignmentName: 'System deny assignment created by managed application', description: 'The publisher manages this resource group.', scope,
    doNotApplyToChildScopes: false, isSystemProtected: true, permissions: [{ actions: ['*'], notActions: ['*/read'], dataActions: [], notDataActions: [], condition: null, conditionVersion: null }],
    principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined', displayName: 'All Principals' }], excludePrincipals: [{ id: idOf('acme-pipeline'), type: 'ServicePrincipal', displayName: 'acme-pipeline' }],
    condition: null, conditionVersion: null } }
}

function assignmentOf(assignment: SandboxAssignment, root: string, ago: Ago): JsonObject {
  const { number, role, principal, scope, createdDays, condition, description } = assignment
  const person = people.find(({ name }) => name === principal)
  const type = person !== undefined ? 'User' : groups.some(({ name }) => name === principal) ? 'Group' : 'ServicePrincipal'
  const definition = roleDefinitions.find(({ name }) => name === role)?.id ?? ''
  const resourceGroup = /\/resourceGroups\/([^/]+)/.exec(scope)?.[1]
  return {
    condition: condition ?? null, conditionVersion: condition === undefined ? null : '2.0', createdBy: idOf('Maya Okafor'), createdOn: armTime(ago, createdDays), delegatedManagedIdentityResourceId: null, description: description ?? null,
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(8, number)}`, name: guid(8, number), principalId: idOf(principal),
    principalName: person !== undefined ? userPrincipalName(person) : type === 'Group' ? principal : guid(4, workloads.find(({ name }) => name === principal)?.number ?? 0), principalType: type,
    ...(resourceGroup === undefined ? {} : { resourceGroup }), roleDefinitionId: `${root}/providers/Microsoft.Authorization/roleDefinitions/${definition}`, roleDefinitionName: role, scope,
    type: 'Microsoft.Authorization/roleAssignments', updatedBy: idOf('Maya Okafor'), updatedOn: armTime(ago, createdDays),
  }
}
