import { type Grant, writesThrough } from '../clouds/azure/evaluate/access.ts'
import { type Holder, holdersOf, unreadNodes, type UnreadNode } from '../clouds/azure/evaluate/holders.ts'
import { scopeKey } from '../clouds/azure/resource-id.ts'
import { cannotTell, type Certainty, type Evidence, type Judgement, type Subject } from '../model/detection.ts'
import type { Estate } from '../model/estate.ts'
import type { Gap } from '../model/known.ts'

export type { Holder } from '../clouds/azure/evaluate/holders.ts'
export { holdersOf } from '../clouds/azure/evaluate/holders.ts'

/** What a rule about holders of Azure roles judges: a holder at one node, or that something there was not read. */
export type AccessSubject = { readonly kind: 'holder'; readonly holder: Holder } | { readonly kind: 'unread'; readonly unread: UnreadNode }

/** All holders that `isWanted`, and every node whose roles or group members were not read. */
export function accessSubjects(estate: Estate, isWanted: (holder: Holder) => boolean): readonly AccessSubject[] {
  return [
    ...holdersOf(estate.azure).filter(isWanted).map((holder): AccessSubject => ({ kind: 'holder', holder })),
    ...unreadNodes(estate.azure).map((unread): AccessSubject => ({ kind: 'unread', unread })),
  ]
}

/** One subject per principal and node: the object id, and the subscription or scope above it. What was not read stands for its group or its node. */
export function identifyAccess(subject: AccessSubject): Subject {
  const { index, node, observedAt } = subject.kind === 'holder' ? subject.holder : subject.unread
  const principal = subject.kind === 'holder' ? subject.holder.principal : subject.unread.group
  return { id: principal?.id ?? node.key, part: principal === null ? '' : node.key, principal: principal === null ? null : `azure:${index.tenant.id}/${principal.id}`, resource: node.scope, account: node.account, observedAt }
}

/** Unknown, naming what was not read. */
export const judgeUnread = ({ node, group, gaps }: UnreadNode): Judgement =>
  cannotTell(group === null ? `role assignments of subscription \`${node.name}\` were not all read: ${reasonOf(gaps)}` : `members of group \`${group.name}\` were not all read: ${reasonOf(gaps)}`, gaps)

export const reasonOf = (gaps: readonly Gap[]): string => gaps[0]?.reason ?? 'unknown reason'

/** Changing operations that the holder's roles give, per role assignment that gives any. */
export type Write = { readonly grant: Grant; readonly operations: readonly string[] }
export const writesOfHolder = ({ index, node, principal, grants }: Holder): readonly Write[] =>
  grants.map((grant) => ({ grant, operations: writesThrough(index, node.within, principal.id, grant) })).filter(({ operations }) => operations.length > 0)

/** Certain where nothing unread could deny it and one grant holds without condition. */
export function certaintyOf(grants: readonly Grant[], unread: readonly Gap[]): Certainty {
  if (grants.every((grant) => isConditional(grant))) return 'conditional'
  return unread.length > 0 ? 'assumed' : 'certain'
}
const isConditional = ({ assignment, role }: Grant): boolean => assignment.condition !== null || (role?.permissions ?? []).every(({ condition }) => condition !== null)

/** True where the role is assigned at the node itself, not below it. */
export const isAtNode = ({ node }: Holder, { assignment }: Grant): boolean => scopeKey(assignment.scope) === scopeKey(node.scope)

/** The assignments as evidence, which the fix reads back: `id`, where, which role, through which group. Sorted by id. */
export const assignmentEvidence = (holder: Holder, grants: readonly Grant[]): readonly Evidence[] => grants.map(({ assignment, group, role }) => ({
  id: assignment.id, scope: assignment.scope, role: role?.name ?? assignment.roleDefinitionId, isCustom: role?.isCustom ?? null, condition: assignment.condition,
  group: group === null ? null : holder.index.principalOf(group).name })).toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** `at subscription \`Production\`` for people. */
export const placeOf = ({ node }: Pick<Holder, 'node'>): string =>
  node.kind === 'subscription' ? `subscription \`${node.name}\`` : node.kind === 'management-group' ? `management group \`${node.name}\`` : 'the tenant root'
