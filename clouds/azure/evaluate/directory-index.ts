import type { AzureEstate, AzureGroup, AzureRoleAssignment, AzureRoleDefinition, AzureSubscription, AzureTenant, AzureUser } from '../../../model/azure.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Gap } from '../../../model/known.ts'
import { containsScope, parseScope, roleDefinitionGuid, scopeKey, subscriptionOf } from '../resource-id.ts'

export type AzurePrincipalKind = 'user' | 'group' | 'service-principal' | 'managed-identity' | 'unknown'
export type AzurePrincipal = { readonly id: string; readonly kind: AzurePrincipalKind; readonly name: string; readonly user: AzureUser | null }

/** One tenant made ready for questions: nested groups closed, role definitions by GUID, assignments once each. */
export type TenantIndex = {
  readonly tenant: AzureTenant
  readonly subscriptions: readonly AzureSubscription[]
  readonly principalOf: (id: string) => AzurePrincipal
  /** Every group that the principal is in, directly or through others; cycles end. */
  readonly groupsOf: (id: string) => ReadonlySet<string>
  /** Everyone in the group, directly or through others, groups included. */
  readonly membersOf: (groupId: string) => ReadonlySet<string>
  /** What of the group's members, also nested, was not read. Empty for what is no group. */
  readonly unreadMembers: (id: string) => readonly Gap[]
  readonly roleOf: (assignment: AzureRoleAssignment) => AzureRoleDefinition | null
  /** True where what is assigned or denied at `outer` holds at `inner`, given that it is listed for the subscription asked about. */
  readonly reaches: (outer: string, inner: string) => boolean
  /** Oldest answer about the directory. */
  readonly directoryObservedAt: Instant
}

const indexes = new WeakMap<AzureTenant, { readonly estate: AzureEstate; readonly index: TenantIndex }>()

/** The index of `tenant`; made once per estate. */
export function indexTenant(estate: AzureEstate, tenant: AzureTenant): TenantIndex {
  const made = indexes.get(tenant)
  if (made !== undefined && made.estate === estate) return made.index
  const index = buildIndex(estate, tenant)
  indexes.set(tenant, { estate, index })
  return index
}

function buildIndex(estate: AzureEstate, tenant: AzureTenant): TenantIndex {
  const subscriptions = estate.accounts.filter(({ tenantId }) => tenantId === tenant.id)
  const groups = new Map(tenant.groups.values.map((group) => [group.id, group]))
  const parents = parentsOf(tenant.groups.values)
  const children = new Map(tenant.groups.values.map((group) => [group.id, group.members.values.map(({ id }) => id)]))
  const roles = new Map(subscriptions.flatMap(({ roleDefinitions }) => roleDefinitions.values).map((role) => [role.id, role]))
  const principals = namedPrincipals(tenant, subscriptions)
  return {
    tenant, subscriptions,
    principalOf: (id) => principals.get(id) ?? { id, kind: 'unknown', name: id, user: null },
    groupsOf: (id) => closure(id, parents),
    membersOf: (groupId) => closure(groupId, children),
    unreadMembers: (id) => {
      if (!groups.has(id) && principals.get(id)?.kind !== 'group') return []
      return [id, ...closure(id, children)].flatMap((each) => gapsOf(each, groups, principals, tenant))
    },
    roleOf: (assignment) => roles.get(roleDefinitionGuid(assignment.roleDefinitionId)) ?? null,
    reaches: reachesIn(tenant),
    directoryObservedAt: [tenant.users, tenant.groups, tenant.servicePrincipals, ...tenant.groups.values.map(({ members }) => members)].map(({ observedAt }) => observedAt).reduce((a, b) => (a < b ? a : b)),
  }
}

/** What lies above a subscription is listed for it only where it is inherited; between management groups the tree decides. */
function reachesIn(tenant: AzureTenant): TenantIndex['reaches'] {
  const parents = new Map(tenant.managementGroups.values.map(({ id, parent }) => [id.toLowerCase(), parent === null ? [] : [parent.toLowerCase()]]))
  return (outer, inner) => {
    if (subscriptionOf(inner) !== null) return subscriptionOf(outer) === null || containsScope(outer, inner)
    const [above, below] = [parseScope(outer), parseScope(inner)]
    if (above?.kind === 'root' || scopeKey(outer) === scopeKey(inner)) return true
    return above?.kind === 'management-group' && below?.kind === 'management-group' && closure(below.id.toLowerCase(), parents).has(above.id.toLowerCase())
  }
}

function gapsOf(id: string, groups: ReadonlyMap<string, AzureGroup>, principals: ReadonlyMap<string, AzurePrincipal>, tenant: AzureTenant): readonly Gap[] {
  const group = groups.get(id)
  if (group !== undefined) return group.members.gaps
  if (principals.get(id)?.kind !== 'group') return []
  const what = `azure/${tenant.id}/graph/group-members/${id}`
  return tenant.groups.gaps.length > 0 ? tenant.groups.gaps : [{ what, why: 'not-exported', reason: `group \`${id}\` is not in the exported directory` }]
}

function parentsOf(groups: readonly AzureGroup[]): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>()
  for (const group of groups) for (const { id } of group.members.values) parents.set(id, [...(parents.get(id) ?? []), group.id])
  return parents
}

/** Everything reachable from `start` without `start` itself, unless a cycle leads back to it. */
function closure(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...(next.get(start) ?? [])]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(next.get(id) ?? []))
  }
  seen.delete(start)
  return seen
}

const kindOfType: Readonly<Record<string, AzurePrincipalKind>> = { User: 'user', Group: 'group', ServicePrincipal: 'service-principal', ForeignGroup: 'group' }

function namedPrincipals(tenant: AzureTenant, subscriptions: readonly AzureSubscription[]): ReadonlyMap<string, AzurePrincipal> {
  const principals = new Map<string, AzurePrincipal>()
  for (const { principalId, principalType, principalName } of subscriptions.flatMap(({ roleAssignments }) => roleAssignments.values)) {
    principals.set(principalId, { id: principalId, kind: kindOfType[principalType] ?? 'unknown', name: principalName ?? principalId, user: null })
  }
  for (const { id, name } of tenant.groups.values) principals.set(id, { id, kind: 'group', name, user: null })
  for (const { id, name, isManagedIdentity } of tenant.servicePrincipals.values) principals.set(id, { id, kind: isManagedIdentity ? 'managed-identity' : 'service-principal', name, user: null })
  for (const user of tenant.users.values) principals.set(user.id, { id: user.id, kind: 'user', name: user.name, user })
  return principals
}
