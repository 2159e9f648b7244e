import type { AzureDenyAssignment, AzurePermission, AzureRoleAssignment, AzureRoleDefinition, AzureSubscription } from '../../../model/azure.ts'
import { everyone } from '../../../model/azure.ts'
import type { Gap } from '../../../model/known.ts'
import type { Source, Verdict } from '../../../model/verdict.ts'
import { scopeKey } from '../resource-id.ts'
import { type Block, coveringBlocks, writesOf } from './coverage.ts'
import type { TenantIndex } from './directory-index.ts'
import { includes, overlaps } from './pattern.ts'

/**
 * Who may do what in Azure Resource Manager.
 * Covers: role assignments inherited from management groups down to a resource, nested groups, wildcards, actions minus notActions per role, unions over roles, deny
 * assignments with excluded principals and without child scopes, conditions on assignments, definitions and denies (reported, not evaluated), control and data plane.
 * Does not cover: eligible (PIM) assignments, classic administrators, what a resource's own access policy adds (Key Vault, storage keys), resource locks.
 */
export type Plane = 'control' | 'data'
/** A role that applies to a principal. `group` is the group that holds it; null = assigned to the principal itself. */
export type Grant = { readonly assignment: AzureRoleAssignment; readonly group: string | null; readonly role: AzureRoleDefinition | null }
export type Question = { readonly principalId: string; readonly operation: string; readonly scope: string; readonly plane?: Plane }

/** Every role that reaches `principalId` in `subscription`, directly or through groups, at whatever scope. */
export function grantsOf(index: TenantIndex, principalId: string, subscription: AzureSubscription): readonly Grant[] {
  const groups = index.groupsOf(principalId)
  return subscription.roleAssignments.values.flatMap((assignment): Grant[] => {
    if (assignment.principalId === principalId) return [{ assignment, group: null, role: index.roleOf(assignment) }]
    return groups.has(assignment.principalId) ? [{ assignment, group: assignment.principalId, role: index.roleOf(assignment) }] : []
  })
}

/** May the principal do `operation` (or all of a wildcard pattern) at `scope`? The scope lies in `subscription`. */
export function decide(index: TenantIndex, subscription: AzureSubscription, question: Question): Verdict {
  return decideBy(index, subscription, question, grantsOf(index, question.principalId, subscription).filter(({ assignment }) => index.reaches(assignment.scope, question.scope)))
}

/** The same by the given grants alone: for asking what would be left without some of them. */
export function decideBy(index: TenantIndex, subscription: AzureSubscription, question: Question, grants: readonly Grant[]): Verdict {
  const plane = question.plane ?? 'control'
  const operation = question.operation.toLowerCase()
  const denials = denialsAt(index, subscription, question).flatMap((denial) => denial.permissions.filter((block) => takesFrom(blockOf(block, plane, denial.id), operation)).map((block) => ({ denial, block })))
  const explicit = denials.filter(({ denial, block }) => denial.condition === null && block.condition === null)
  if (explicit.length > 0) return { kind: 'denied', how: 'explicit', by: explicit.map(({ denial }) => ({ policy: denial.id, statement: denial.name })) }
  const when = denials.map(({ denial, block }) => `deny assignment \`${denial.name}\` does not hold: ${denial.condition ?? block.condition ?? ''}`)
  const unread = unreadDenials(index, subscription, question)
  let isTooLarge = false
  const giveUp = (): void => { isTooLarge = true }
  const plain = coveringBlocks(blocksOf(grants, plane, false), operation, giveUp)
  if (plain !== null) return when.length > 0 ? { kind: 'conditional', because: sourcesOf(plain), when, unread } : { kind: 'allowed', because: sourcesOf(plain), unread }
  const conditional = coveringBlocks(blocksOf(grants, plane, true), operation, giveUp)
  if (conditional !== null) return { kind: 'conditional', because: sourcesOf(conditional), when: [...conditionsOf(grants, conditional), ...when], unread }
  const missing = [...unreadGrants(index, subscription, question, grants), ...(isTooLarge ? [tooLarge(subscription)] : [])]
  return missing.length > 0 ? { kind: 'unknown', missing } : { kind: 'denied', how: 'implicit', by: [] }
}

const tooLarge = ({ tenantId, id }: AzureSubscription): Gap => ({ what: `azure/${tenantId}/${id}/role-definitions`, why: 'broken', reason: 'the roles of one principal hold too many patterns to compare' })

/** The changing operations (patterns) that one grant gives in spite of deny assignments, on both planes. */
export function writesThrough(index: TenantIndex, subscription: AzureSubscription, principalId: string, { assignment, role }: Grant): readonly string[] {
  const denials = denialsAt(index, subscription, { principalId, scope: assignment.scope }).filter(({ condition }) => condition === null)
  return (['control', 'data'] as const).flatMap((plane) => {
    const denied = denials.flatMap((denial) => denial.permissions.filter(({ condition }) => condition === null).map((block) => blockOf(block, plane, denial.id)))
    const isDenied = (write: string): boolean => denied.some((block) => block.actions.some((action) => includes(action, write)) && !block.notActions.some((hole) => overlaps(hole, write)))
    return (role?.permissions ?? []).flatMap((block) => writesOf(blockOf(block, plane, ''))).filter((write) => !isDenied(write))
  })
}

/** What could hold a role for the principal and was not read: the list itself, definitions of roles that apply, members of groups that hold a role. */
export function unreadGrants(index: TenantIndex, subscription: AzureSubscription, { principalId, scope }: Pick<Question, 'principalId' | 'scope'>, grants: readonly Grant[]): readonly Gap[] {
  const roles = grants.filter(({ role }) => role === null).map(({ assignment }): Gap => ({
    what: subscription.roleDefinitions.gaps[0]?.what ?? `azure/${subscription.tenantId}/${subscription.id}/role-definitions`, why: subscription.roleDefinitions.gaps[0]?.why ?? 'not-exported',
    reason: `role definition of assignment \`${assignment.id}\` was not read` }))
  const groups = subscription.roleAssignments.values.filter((found) => index.reaches(found.scope, scope) && found.principalId !== principalId && !index.groupsOf(principalId).has(found.principalId))
    .flatMap((found) => index.unreadMembers(found.principalId))
  return unique([...subscription.roleAssignments.gaps, ...roles, ...groups])
}

const blockOf = (block: AzurePermission, plane: Plane, key: string): Block => ({
  key, actions: (plane === 'control' ? block.actions : block.dataActions).map((text) => text.toLowerCase()),
  notActions: (plane === 'control' ? block.notActions : block.notDataActions).map((text) => text.toLowerCase()) })

const blocksOf = (grants: readonly Grant[], plane: Plane, withConditions: boolean): readonly Block[] => grants.flatMap(({ assignment, role }) =>
  (role?.permissions ?? []).filter((block) => withConditions || (assignment.condition === null && block.condition === null)).map((block) => blockOf(block, plane, `${assignment.id}\n${role?.name ?? ''}`)))

const sourcesOf = (keys: ReadonlySet<string>): readonly Source[] => [...keys].sort().map((key) => ({ policy: key.split('\n')[0] ?? key, statement: key.split('\n')[1] ?? '' }))

const conditionsOf = (grants: readonly Grant[], keys: ReadonlySet<string>): readonly string[] => grants.filter(({ assignment, role }) => keys.has(`${assignment.id}\n${role?.name ?? ''}`))
  .flatMap(({ assignment, role }) => [assignment.condition, ...(role?.permissions ?? []).map(({ condition }) => condition)]).filter((condition) => condition !== null)

const takesFrom = (block: Block, operation: string): boolean =>
  block.actions.some((action) => overlaps(action, operation)) && !block.notActions.some((hole) => includes(hole, operation))

const hits = (ids: readonly string[], principalId: string, index: TenantIndex): boolean => ids.includes(everyone) || ids.includes(principalId) || ids.some((id) => index.groupsOf(principalId).has(id))

/** Denials that hold for the principal at the scope. One that excludes a group whose members were not read does not count; it is among the unread. */
function denialsAt(index: TenantIndex, subscription: AzureSubscription, { principalId, scope }: Pick<Question, 'principalId' | 'scope'>): readonly AzureDenyAssignment[] {
  return subscription.denyAssignments.values.filter((denial) => {
    const isHere = scopeKey(denial.scope) === scopeKey(scope) || (denial.appliesToChildren && index.reaches(denial.scope, scope))
    return isHere && hits(denial.principals, principalId, index) && !hits(denial.excluded, principalId, index) && denial.excluded.every((id) => index.unreadMembers(id).length === 0)
  })
}

/** Deny assignments that were not read, and groups named in them whose members were not. */
function unreadDenials(index: TenantIndex, subscription: AzureSubscription, { principalId }: Question): readonly Gap[] {
  const groups = subscription.denyAssignments.values.flatMap(({ principals, excluded }) => [...principals, ...excluded]).filter((id) => id !== principalId && id !== everyone)
  return unique([...subscription.denyAssignments.gaps, ...groups.flatMap(index.unreadMembers)])
}

const unique = (gaps: readonly Gap[]): readonly Gap[] => [...new Map(gaps.map((gap) => [`${gap.what}\n${gap.reason}`, gap])).values()]
