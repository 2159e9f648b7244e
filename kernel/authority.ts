import { type Approval, type Approver, hasRole } from '../model/approval.ts'
import type { Instant } from '../model/instant.ts'
import type { Plan, PlanState } from '../model/plan.ts'
import { type TrustRoots, verifyApproval } from './approval.ts'
import { type Budget, budgetRefusal, type CountedWrite, type Freeze, freezeAt } from './budget.ts'
import { readPlan } from './plan-digest.ts'
import { type ProtectedSet, protectedRefusal } from './protected.ts'
import { mayApprove, reachesQuorum } from './separation.ts'
import type { Authority, Direction } from './step.ts'

/** What the database says at this moment. None of it is believed where a signature or a hash can say otherwise. */
export type Standing = {
  readonly planId: string; readonly tenant: string; readonly canonical: string; readonly digest: string
  readonly approvals: readonly { readonly jws: string; readonly isRevoked: boolean; readonly approver: Approver | null }[]
  readonly requesterSubject: string | null; readonly editorSubject: string | null
  readonly state: PlanState
  /** A person's request to undo is recorded. */
  readonly isUndoAsked: boolean
  readonly killSwitchReason: string | null
  /** The approvals were spent by this very execution. */
  readonly isSpentHere: boolean
  readonly pastWrites: readonly CountedWrite[]; readonly identitiesInAccount: number
  /** By the database's clock. */
  readonly now: Instant
}
/** What the executor knows from its own configuration and memory. */
export type OwnKnowledge = { readonly roots: TrustRoots; readonly budget: Budget; readonly freezes: readonly Freeze[]; readonly protected: ProtectedSet; readonly isDatabaseBehind: boolean; readonly clockSkewSeconds: number }
export type Move = { readonly direction: Direction; readonly cause: 'person' | 'rollback'; readonly target: string }

const refused = (reason: string, isExpired = false): Authority => ({ kind: 'refused', reason, isExpired })

/**
 * Whether this step of this plan may be written now, decided from signatures and the executor's own knowledge (SAFETY I1, I2, I7, I8):
 * the text is the plan of its digest; enough distinct, active, eligible people other than the requester signed exactly it with keys that we trust, and none of it is revoked or
 * expired; it is spent by this execution alone; nothing protected is touched; no kill switch, freeze or budget holds. A person's undo is not stopped by the brakes.
 */
export async function authorityOf(standing: Standing, own: OwnKnowledge, move: Move): Promise<Authority> {
  if (own.isDatabaseBehind) return refused('the database is older than what this executor has seen (restored or truncated): nothing is written until an administrator has looked')
  if (own.clockSkewSeconds > 30) return refused(`this machine's clock differs from the database's by ${own.clockSkewSeconds} s: set it right`)
  const plan = readPlan(standing.canonical, standing.digest)
  if (plan === null || plan.id !== standing.planId || plan.tenant !== standing.tenant) return refused('the plan is not what its digest says: it was edited after it was proposed')
  const unapproved = await approvalRefusal(plan, standing, own.roots, move)
  if (unapproved !== null) return unapproved
  if (!mayRun[move.direction].includes(standing.state)) return refused(`the plan is ${standing.state}: it must be ${mayRun[move.direction][0] ?? 'executing'}`)
  if (!standing.isSpentHere) return refused('the approval was spent by another execution')
  if (move.direction === 'forward') {
    const reason = protectedRefusal(own.protected, plan)
    if (reason !== null) return refused(reason)
  }
  return brakes(plan, standing, own, move)
}

/** A plan that was cancelled, say, has approvals that are signed and in time all the same. */
const mayRun: Readonly<Record<Direction, readonly PlanState[]>> = { forward: ['executing'], inverse: ['executing', 'applied', 'effective', 'watching', 'closed', 'partial-needs-human'] }

async function approvalRefusal(plan: Plan, standing: Standing, roots: TrustRoots, move: Move): Promise<Authority | null> {
  const end = move.direction === 'forward' ? plan.notAfter : plan.rollbackNotAfter
  if (end <= standing.now) return refused(move.direction === 'forward' ? 'the plan has expired' : 'the time to undo has passed', true)
  const subjects: string[] = []
  for (const { jws, isRevoked, approver } of standing.approvals) {
    const signed = await verifyApproval(jws, roots)
    if (signed === null || !isOf(signed, plan, standing)) continue // because what is not signed for this plan is nothing
    if (signed.decision === 'reject') return refused('a person rejected this plan')
    if (isRevoked || approver === null || approver.userId !== signed.approver || signed.issuedAt >= signed.notAfter) continue
    if (move.direction === 'forward' && signed.notAfter <= standing.now) continue
    // because the approval was spent while the person might approve: an undo does not fail for who has left since
    const then: Approver = move.direction === 'forward' ? approver : { ...approver, isActive: true, role: hasRole(approver.role, 'approver') ? approver.role : 'approver' }
    if (mayApprove(plan, then, signed.authStrength, standing).ok) subjects.push(approver.subject)
  }
  return reachesQuorum(plan, subjects) ? null : refused(`${new Set(subjects).size} of ${plan.approvalPolicy.quorum} needed approvals count now: signed by a key that is trusted, by an active approver who neither asked for nor is the subject of the change`)
}

const isOf = (signed: Approval, plan: Plan, standing: Standing): boolean =>
  signed.planDigest === standing.digest && signed.planId === plan.id && signed.tenant === plan.tenant && signed.policyVersion === plan.approvalPolicy.digest

function brakes(plan: Plan, standing: Standing, own: OwnKnowledge, move: Move): Authority {
  const isPersonsUndo = move.direction === 'inverse' && move.cause === 'person' && standing.isUndoAsked // because a workflow's word for it is not enough
  if (isPersonsUndo) return { kind: 'may' }
  if (standing.killSwitchReason !== null) return { kind: 'wait', reason: `the kill switch is on: ${standing.killSwitchReason}`, until: null }
  const freeze = freezeAt(own.freezes, standing.now)
  if (freeze !== null) return { kind: 'wait', reason: `changes are frozen until ${freeze.until}: ${freeze.reason}`, until: freeze.until }
  const budget = budgetRefusal(own.budget, standing.pastWrites, { account: plan.account, identity: move.target, identitiesInAccount: standing.identitiesInAccount }, standing.now)
  return budget === null ? { kind: 'may' } : { kind: 'wait', reason: budget.reason, until: budget.freeAt }
}
