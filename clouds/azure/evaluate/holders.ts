import type { AzureEstate, AzureSubscription } from '../../../model/azure.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Gap } from '../../../model/known.ts'
import { parseScope, scopeKey, subscriptionOf } from '../resource-id.ts'
import { type Grant, grantsOf, unreadGrants } from './access.ts'
import { type AzurePrincipal, indexTenant, type TenantIndex } from './directory-index.ts'

/** Where findings about access hang: a subscription, or what lies above it and is judged once for all subscriptions below. */
export type Node = {
  readonly scope: string; readonly key: string; readonly kind: 'subscription' | 'management-group' | 'root'; readonly name: string
  /** Subscription GUID, or the tenant's where the node lies above subscriptions. */
  readonly account: string
  /** A subscription that lists what holds here. */
  readonly within: AzureSubscription
}
/** A principal with the roles that reach it at one node or below it, directly or through groups, at least one. */
export type Holder = {
  readonly index: TenantIndex; readonly node: Node; readonly principal: AzurePrincipal; readonly grants: readonly Grant[]
  /** Roles that hold at the node itself: assigned there or above. */
  readonly reaching: readonly Grant[]
  readonly gaps: readonly Gap[]; readonly observedAt: Instant
}
/** A node whose roles, or a group there whose members, were not read: nothing can be said of who is missing. */
export type UnreadNode = { readonly index: TenantIndex; readonly node: Node; readonly group: AzurePrincipal | null; readonly gaps: readonly Gap[]; readonly observedAt: Instant }

/** Everybody who holds an Azure role, at every node where it is assigned; sorted by node, then principal. */
export function holdersOf(estate: AzureEstate): readonly Holder[] {
  return nodesOf(estate).flatMap(({ index, node }) => {
    const ofNode = (grant: Grant): boolean => nodeKey(grant.assignment.scope) === node.key
    const assigned = new Set(node.within.roleAssignments.values.filter(({ scope }) => nodeKey(scope) === node.key).map(({ principalId }) => principalId))
    const ids = new Set([...assigned, ...[...assigned].flatMap((id) => [...index.membersOf(id)])])
    return [...ids].sort().flatMap((id): Holder[] => {
      const all = grantsOf(index, id, node.within)
      const grants = all.filter(ofNode)
      const reaching = all.filter(({ assignment }) => index.reaches(assignment.scope, node.scope))
      const gaps = unreadGrants(index, node.within, { principalId: id, scope: node.scope }, grants)
      return grants.length === 0 ? [] : [{ index, node, principal: index.principalOf(id), grants, reaching, gaps, observedAt: observedAt(index, node.within) }]
    })
  })
}

/** Subscriptions whose roles, and groups holding a role whose members, were not (all) read. */
export function unreadNodes(estate: AzureEstate): readonly UnreadNode[] {
  return nodesOf(estate).flatMap(({ index, node }): UnreadNode[] => {
    const at = { index, node, observedAt: observedAt(index, node.within) }
    const list = node.kind === 'subscription' && node.within.roleAssignments.gaps.length > 0 ? [{ ...at, group: null, gaps: node.within.roleAssignments.gaps }] : []
    const ids = new Set(node.within.roleAssignments.values.filter(({ scope }) => nodeKey(scope) === node.key).map(({ principalId }) => principalId))
    const groups = [...ids].sort().map((id) => ({ ...at, group: index.principalOf(id), gaps: index.unreadMembers(id) })).filter(({ gaps }) => gaps.length > 0)
    return [...list, ...groups]
  })
}

/** The key of the node that an assignment's scope belongs to: its subscription, or the scope itself above subscriptions. */
export const nodeKey = (scope: string): string => subscriptionOf(scope) ?? scopeKey(scope)

function nodesOf(estate: AzureEstate): readonly { readonly index: TenantIndex; readonly node: Node }[] {
  return estate.tenants.flatMap((tenant) => {
    const index = indexTenant(estate, tenant)
    const nodes = new Map<string, Node>()
    for (const within of index.subscriptions) {
      nodes.set(within.id, { scope: `/subscriptions/${within.id}`, key: within.id, kind: 'subscription', name: within.name, account: within.id, within })
      for (const { scope } of within.roleAssignments.values) if (subscriptionOf(scope) === null && !nodes.has(scopeKey(scope))) nodes.set(scopeKey(scope), upperNode(index, scope, within))
    }
    return [...nodes.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map((node) => ({ index, node }))
  })
}

function upperNode({ tenant }: TenantIndex, scope: string, within: AzureSubscription): Node {
  const parsed = parseScope(scope)
  const id = parsed?.kind === 'management-group' ? parsed.id : null
  const name = tenant.managementGroups.values.find((group) => group.id.toLowerCase() === id?.toLowerCase())?.name
  return { scope, key: scopeKey(scope), kind: id === null ? 'root' : 'management-group', name: name ?? id ?? 'tenant root', account: tenant.id, within }
}

const observedAt = (index: TenantIndex, { roleAssignments, roleDefinitions, denyAssignments }: AzureSubscription): Instant =>
  [roleAssignments.observedAt, roleDefinitions.observedAt, denyAssignments.observedAt, index.directoryObservedAt].reduce((a, b) => (a < b ? a : b))
