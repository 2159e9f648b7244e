import { interpretAzure, principalsOfAzure } from '../../clouds/azure/collect/index.ts'
import { answersInMemory } from '../../clouds/estate-directory.ts'
import type { Answer, AnswerSource } from '../../model/answer.ts'
import { noAwsEstate } from '../../model/aws.ts'
import type { Estate } from '../../model/estate.ts'
import { noGcpEstate } from '../../model/gcp.ts'
import { type Instant, instant } from '../../model/instant.ts'

export const azureNow = instant('2026-11-20T00:00:00Z')
export const tenantId = '10000000-0000-0000-0000-000000000001'
export const subscriptionId = '20000000-0000-0000-0000-000000000001'
export const otherSubscriptionId = '20000000-0000-0000-0000-000000000002'
export const rootGroup = `/providers/Microsoft.Management/managementGroups/${tenantId}`
export const subscriptionScope = `/subscriptions/${subscriptionId}`
export const groupScope = `${subscriptionScope}/resourceGroups/shop`
export const objectId = (number: number): string => `30000000-0000-0000-0000-${String(number).padStart(12, '0')}`
export const roleGuid = (number: number): string => `40000000-0000-0000-0000-${String(number).padStart(12, '0')}`
export const assignmentGuid = (number: number): string => `50000000-0000-0000-0000-${String(number).padStart(12, '0')}`

type Row = Readonly<Record<string, unknown>>
/** A user as `az rest` prints it with the `$select` of docs/estate.md. */
export const user = (number: number, over: Row = {}): Row => ({
  id: objectId(number), displayName: `User ${number}`, userPrincipalName: `user${number}@acme.example`, userType: 'Member', accountEnabled: true, createdDateTime: '2020-01-01T00:00:00Z',
  signInActivity: { lastSignInDateTime: '2026-11-19T00:00:00Z', lastNonInteractiveSignInDateTime: null, lastSuccessfulSignInDateTime: '2026-11-19T00:00:00Z' }, ...over })
export const guest = (number: number, over: Row = {}): Row => user(number, { userType: 'Guest', userPrincipalName: `user${number}_partner.example#EXT#@acme.example`, ...over })
export const group = (number: number): Row => ({ id: objectId(number), displayName: `Group ${number}` })
export const memberUser = (number: number): Row => ({ '@odata.type': '#microsoft.graph.user', id: objectId(number) })
export const memberGroup = (number: number): Row => ({ '@odata.type': '#microsoft.graph.group', id: objectId(number) })
export const workload = (number: number, over: Row = {}): Row => ({
  id: objectId(number), appId: objectId(number + 5000), displayName: `Workload ${number}`, servicePrincipalType: 'Application', accountEnabled: true, appOwnerOrganizationId: tenantId,
  passwordCredentials: [], keyCredentials: [], ...over })

type RoleOver = { readonly [Field in 'notActions' | 'dataActions']?: readonly string[] | undefined } & { readonly custom?: boolean; readonly name?: string; readonly condition?: string | undefined }
/** A role definition as `az role definition list` prints it. */
export const role = (number: number, actions: readonly string[], over: RoleOver = {}): Row => ({
  id: `${subscriptionScope}/providers/Microsoft.Authorization/roleDefinitions/${roleGuid(number)}`, name: roleGuid(number), roleName: over.name ?? `Role ${number}`,
  roleType: over.custom === true ? 'CustomRole' : 'BuiltInRole', type: 'Microsoft.Authorization/roleDefinitions', assignableScopes: [over.custom === true ? subscriptionScope : '/'], description: '',
  permissions: [{ actions, notActions: over.notActions ?? [], dataActions: over.dataActions ?? [], notDataActions: [], condition: over.condition ?? null, conditionVersion: null }] })

/** A role assignment as `az role assignment list` prints it. */
export const assignment = (number: number, principal: number, roleNumber: number, { scope = subscriptionScope, ...over }: { readonly scope?: string; readonly [field: string]: unknown } = {}): Row => ({
  id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${assignmentGuid(number)}`, name: assignmentGuid(number), type: 'Microsoft.Authorization/roleAssignments', scope,
  principalId: objectId(principal), principalType: 'User', principalName: `user${principal}@acme.example`,
  roleDefinitionId: `${subscriptionScope}/providers/Microsoft.Authorization/roleDefinitions/${roleGuid(roleNumber)}`, roleDefinitionName: `Role ${roleNumber}`,
  condition: null, conditionVersion: null, description: null, delegatedManagedIdentityResourceId: null, createdOn: '2025-01-01T00:00:00Z', ...over })

/** A deny assignment as the API answers it. */
export const denial = (number: number, actions: readonly string[], scope: string = subscriptionScope, over: Row = {}): Row => ({
  id: `${scope}/providers/Microsoft.Authorization/denyAssignments/${assignmentGuid(number)}`, name: assignmentGuid(number), type: 'Microsoft.Authorization/denyAssignments',
  properties: { denyAssignmentName: `Deny ${number}`, scope, permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }], doNotApplyToChildScopes: false, isSystemProtected: true,
    principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }], excludePrincipals: [], ...over } })

export type AzureAnswers = Readonly<Record<string, readonly unknown[] | Answer | undefined>>
/** Complete, empty answers of one tenant with one subscription; `over` replaces them by short name (`graph/users`, `role-assignments`), `undefined` = not exported. */
export function azureSource(over: AzureAnswers = {}, asOf: Instant = azureNow): AnswerSource {
  const short: AzureAnswers = {
    subscriptions: [{ id: subscriptionId, name: 'Production', state: 'Enabled', tenantId }], 'management-groups': [], 'graph/users': [], 'graph/groups': [], 'graph/service-principals': [],
    'graph/applications': [], 'graph/role-definitions': [], 'graph/role-assignments': [], 'role-assignments': [], 'role-definitions': [], 'deny-assignments': [], ...over }
  const answers = new Map(Object.entries(short).flatMap(([name, answer]): [string, Answer][] => {
    if (answer === undefined) return []
    const isOfSubscription = /^(role|deny)-[a-z]+$/.test(name)
    const path = name.startsWith('azure/') ? name : `azure/${tenantId}/${isOfSubscription ? `${subscriptionId}/` : ''}${name}`
    return [[path, 'kind' in answer ? answer : { kind: 'present', pages: [answer], isComplete: true, observedAt: asOf }]]
  }))
  return answersInMemory(answers, asOf)
}

/** The whole estate that those answers give, with nothing of other clouds. */
export function azureEstate(over: AzureAnswers = {}): Estate {
  const { value, problems, unread } = interpretAzure(azureSource(over))
  return { asOf: azureNow, label: null, aws: noAwsEstate, azure: value, gcp: noGcpEstate, principals: principalsOfAzure(value), unread, problems }
}
