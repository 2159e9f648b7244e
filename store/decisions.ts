import { and, asc, eq, sql } from 'drizzle-orm'
import { randomBytes } from 'node:crypto'
import { ulid } from 'ulid'
import type { ApprovalSigner } from '../kernel/approval.ts'
import { mayApprove, reachesQuorum } from '../kernel/separation.ts'
import { type Approver, type AuthStrength, type Decision, hasRole } from '../model/approval.ts'
import { WhittleError } from '../model/error.ts'
import type { Instant } from '../model/instant.ts'
import type { Plan, PlanState } from '../model/plan.ts'
import { appendAudit } from './audit.ts'
import { databaseNow, type Db } from './db.ts'
import { enqueueNudge } from './messages.ts'
import { contentOf, lockPlan, movePlan, type StoredPlan } from './plans.ts'
import { approvalRevocations, approvals, nonces, nonceUses, plans, users } from './schema.ts'
import { recordEvent } from './timeline.ts'
import { approverOf, userById } from './users.ts'

export type Deciding = {
  readonly tenant: string; readonly planId: string; /** As the person saw it: the whole digest, or at least its first 12 hex. */ readonly planDigest: string
  readonly userId: string; readonly authStrength: AuthStrength; readonly decision: Decision; readonly reason: string; readonly nonce: string
}
/** `isReplay`: this very click was decided before; nothing happened again. */
export type Decided = { readonly planId: string; readonly state: PlanState; readonly decision: Decision; readonly isReplay: boolean }
export type RecordedApproval = typeof approvals.$inferSelect & { readonly name: string; readonly subject: string; readonly isRevoked: boolean }

/** A token for one rendering of the plan's buttons: each user may use it once. */
export async function mintNonce(db: Db, tenantId: string, { planId, digest }: { planId: string; digest: string }): Promise<string> {
  const nonce = randomBytes(18).toString('base64url')
  await db.insert(nonces).values({ tenantId, nonce, planId, digest })
  return nonce
}

/**
 * The decision is recorded, signed, and in the audit chain when the transaction commits; the plan moves when the quorum is reached or it is rejected (final).
 * Parallel and repeated clicks of one user leave one decision.
 * @throws WhittleError `approval.out-of-date` (digest or nonce of another rendering), `approval.expired`, `approval.not-allowed`, `approval.needs-step-up`, `plan.wrong-state`, `plan.not-found`
 */
export async function decide(db: Db, signer: ApprovalSigner, click: Deciding): Promise<Decided> {
  const row = await lockPlan(db, click.tenant, click.planId)
  const plan = contentOf(row)
  const done = await earlier(db, click)
  if (done !== null) return { planId: row.id, state: row.state, decision: done, isReplay: true }
  await useNonce(db, click, row, 'decide')
  if (row.state !== 'awaiting-approval') throw new WhittleError('plan.wrong-state', `this plan is ${row.state}: it can no longer be decided`, { state: row.state })
  const now = await databaseNow(db)
  if ((await approvalsOf(db, click.tenant, row.id)).some(({ userId }) => userId === click.userId)) throw new WhittleError('approval.not-allowed', 'you have decided on this plan already')
  if (plan.notAfter <= now) throw new WhittleError('approval.expired', 'this plan has expired: ask for the fix again')
  const approver = await approverNow(db, click.tenant, click.userId)
  await assertMay(db, plan, approver, click)
  const id = ulid()
  const jws = await signer.sign({ planDigest: row.digest, planId: row.id, tenant: click.tenant, approver: click.userId, authStrength: click.authStrength, decision: click.decision, reason: click.reason, policyVersion: plan.approvalPolicy.digest, nonce: click.nonce, issuedAt: now, notAfter: plan.notAfter })
  await db.insert(approvals).values({ tenantId: click.tenant, id, planId: row.id, userId: click.userId, decision: click.decision, authStrength: click.authStrength, reason: click.reason, jws })
  await appendAudit(db, click.tenant, { kind: `approval.${click.decision}`, actor: click.userId, subject: row.id, details: { approval: id, digest: row.digest, authStrength: click.authStrength, reason: click.reason } })
  await recordEvent(db, click.tenant, { subject: row.id, kind: `approval.${click.decision}`, actor: click.userId, summary: click.reason === '' ? click.decision : `${click.decision}: ${click.reason}` })
  const state = await stateAfter(db, plan, click)
  if (state !== row.state) await movePlan(db, click.tenant, row.id, { to: state, reason: click.decision === 'reject' ? click.reason : null, actor: click.userId })
  return { planId: row.id, state, decision: click.decision, isReplay: false }
}

async function stateAfter(db: Db, plan: Plan, click: Deciding): Promise<PlanState> {
  if (click.decision === 'reject') return 'rejected'
  const approved = (await approvalsOf(db, click.tenant, plan.id)).filter((approval) => approval.decision === 'approve' && !approval.isRevoked)
  return reachesQuorum(plan, approved.map(({ subject }) => subject)) ? 'approved' : 'awaiting-approval'
}

async function earlier(db: Db, click: Deciding): Promise<Decision | null> {
  const [used] = await db.select({ nonce: nonceUses.nonce }).from(nonceUses).where(and(eq(nonceUses.tenantId, click.tenant), eq(nonceUses.nonce, click.nonce), eq(nonceUses.userId, click.userId)))
  const [own] = await db.select({ decision: approvals.decision }).from(approvals).where(and(eq(approvals.tenantId, click.tenant), eq(approvals.planId, click.planId), eq(approvals.userId, click.userId)))
  return used !== undefined && own !== undefined ? own.decision : null
}

async function useNonce(db: Db, click: { tenant: string; nonce: string; userId: string; planDigest: string }, row: StoredPlan, purpose: 'decide' | 'undo'): Promise<void> {
  const outOfDate = new WhittleError('approval.out-of-date', 'this card is out of date: open the plan again', { planId: row.id })
  const [minted] = await db.select().from(nonces).where(and(eq(nonces.tenantId, click.tenant), eq(nonces.nonce, click.nonce)))
  if (minted === undefined || minted.planId !== row.id || minted.digest !== row.digest) throw outOfDate
  if (click.planDigest.length < 12 || !row.digest.startsWith(click.planDigest)) throw outOfDate
  const used = await db.insert(nonceUses).values({ tenantId: click.tenant, nonce: click.nonce, userId: click.userId, purpose }).onConflictDoNothing().returning({ nonce: nonceUses.nonce })
  if (used.length === 0) throw outOfDate
}

async function approverNow(db: Db, tenant: string, userId: string): Promise<Approver> {
  const user = await userById(db, tenant, userId)
  if (user === null) throw new WhittleError('approval.not-allowed', 'you are no user of this tenant')
  return approverOf(user)
}

async function assertMay(db: Db, plan: Plan, approver: Approver, click: Deciding): Promise<void> {
  const others = await peopleBehind(db, plan)
  const answer = mayApprove(plan, approver, click.authStrength, others)
  if (answer.ok) return
  // Saying no needs less than saying yes: whoever may see the queue as an approver may reject, a high-tier plan included; the requester withdraws by cancelling.
  if (click.decision === 'reject' && answer.error.code === 'approval.needs-step-up') return
  throw new WhittleError(answer.error.code, answer.error.reason)
}

/** The people (IdP subjects) behind requester and last editor. */
export async function peopleBehind(db: Db, plan: Plan): Promise<{ requesterSubject: string | null; editorSubject: string | null }> {
  const subjectOf = async (userId: string | null): Promise<string | null> => (userId === null ? null : ((await userById(db, plan.tenant, userId))?.subject ?? null))
  return { requesterSubject: await subjectOf(plan.requester.kind === 'person' ? plan.requester.userId : null), editorSubject: await subjectOf(plan.playbook?.lastEditor ?? null) }
}

/** Every decision on the plan, oldest first, with who the person is and whether it was revoked. */
export async function approvalsOf(db: Db, tenantId: string, planId: string): Promise<RecordedApproval[]> {
  const rows = await db.select({ approval: approvals, name: users.name, subject: users.subject, revokedAt: approvalRevocations.revokedAt }).from(approvals)
    .innerJoin(users, and(eq(users.tenantId, approvals.tenantId), eq(users.id, approvals.userId)))
    .leftJoin(approvalRevocations, and(eq(approvalRevocations.tenantId, approvals.tenantId), eq(approvalRevocations.approvalId, approvals.id)))
    .where(and(eq(approvals.tenantId, tenantId), eq(approvals.planId, planId))).orderBy(asc(approvals.id))
  return rows.map(({ approval, name, subject, revokedAt }) => ({ ...approval, name, subject, isRevoked: revokedAt !== null }))
}

/** One's own approval counts no more, as long as nothing was executed under it. @throws WhittleError `plan.wrong-state`, `approval.not-allowed` */
export async function revokeApproval(db: Db, tenantId: string, { planId, userId, reason }: { planId: string; userId: string; reason: string }): Promise<void> {
  const row = await lockPlan(db, tenantId, planId)
  if (row.state !== 'awaiting-approval' && row.state !== 'approved') throw new WhittleError('plan.wrong-state', `this plan is ${row.state}: use undo`)
  const own = (await approvalsOf(db, tenantId, planId)).find((approval) => approval.userId === userId && approval.decision === 'approve' && !approval.isRevoked)
  if (own === undefined) throw new WhittleError('approval.not-allowed', 'you have not approved this plan')
  await db.insert(approvalRevocations).values({ tenantId, approvalId: own.id, revokedBy: userId, reason })
  await appendAudit(db, tenantId, { kind: 'approval.revoked', actor: userId, subject: planId, details: { approval: own.id, reason } })
  if (row.state === 'approved') await movePlan(db, tenantId, planId, { to: 'cancelled', reason: `the approval was revoked: ${reason}`, actor: userId })
}

/** The requester, or an admin, withdraws a plan that nothing was written of. @throws WhittleError `approval.not-allowed`, `plan.wrong-state` */
export async function cancelPlan(db: Db, tenantId: string, { planId, userId, reason }: { planId: string; userId: string; reason: string }): Promise<void> {
  const row = await lockPlan(db, tenantId, planId)
  const user = await approverNow(db, tenantId, userId)
  if (row.requesterUserId !== userId && user.role !== 'admin') throw new WhittleError('approval.not-allowed', 'only the requester or an admin may cancel a plan')
  await movePlan(db, tenantId, planId, { to: 'cancelled', reason, actor: userId })
}

const undoable: readonly PlanState[] = ['effective', 'watching', 'closed', 'partial-needs-human']

/** An undo that was asked for and neither ended nor stopped (`undo stopped: …` is how the executor says that drift, say, stopped it). */
export const isUndoUnderWay = (plan: { undoRequestedAt: Instant | null; state: PlanState; stateReason: string | null }): boolean =>
  plan.undoRequestedAt !== null && !(undoable.includes(plan.state) && plan.stateReason?.startsWith('undo stopped') === true)

/**
 * The undo is asked for; the executor runs the plan's inverse under the same approval. An operator may, without a second approval, kill switch or not, until `rollbackNotAfter`.
 * Asking while it is under way changes nothing and answers false; one that was stopped may be asked for again. @throws WhittleError `plan.wrong-state`, `approval.expired`, `approval.not-allowed`, `approval.out-of-date`
 */
export async function requestUndo(db: Db, tenantId: string, undo: { planId: string; userId: string; reason: string; nonce?: string; planDigest?: string }): Promise<boolean> {
  const row = await lockPlan(db, tenantId, undo.planId)
  const plan = contentOf(row)
  if (isUndoUnderWay(row)) return false
  const user = await approverNow(db, tenantId, undo.userId)
  if (!user.isActive || !hasRole(user.role, 'operator')) throw new WhittleError('approval.not-allowed', 'your role may not undo: it takes `operator`')
  if (!undoable.includes(row.state)) throw new WhittleError('plan.wrong-state', `this plan is ${row.state}: there is nothing to undo`, { state: row.state })
  if (plan.inverse.length === 0) throw new WhittleError('plan.refused', 'this plan cannot be undone: it was declared irreversible')
  const now: Instant = await databaseNow(db)
  if (plan.rollbackNotAfter <= now) throw new WhittleError('approval.expired', 'the time to undo this has passed: ask for a new change instead')
  if (undo.nonce !== undefined) await useNonce(db, { tenant: tenantId, nonce: undo.nonce, userId: undo.userId, planDigest: undo.planDigest ?? '' }, row, 'undo')
  await db.update(plans).set({ undoRequestedBy: undo.userId, undoReason: undo.reason, undoRequestedAt: sql`now()`, ...(row.undoRequestedAt === null ? {} : { stateReason: null }) }).where(and(eq(plans.tenantId, tenantId), eq(plans.id, undo.planId)))
  await appendAudit(db, tenantId, { kind: 'undo.requested', actor: undo.userId, subject: undo.planId, details: { reason: undo.reason } })
  await recordEvent(db, tenantId, { subject: undo.planId, kind: 'undo.requested', actor: undo.userId, summary: undo.reason === '' ? 'undo asked for' : `undo asked for: ${undo.reason}` })
  await enqueueNudge(db, tenantId, `undo:${undo.planId}`)
  return true
}
