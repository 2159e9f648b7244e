import { mayApprove } from '../kernel/separation.ts'
import { hasRole } from '../model/approval.ts'
import type { Change } from '../model/change.ts'
import { diffOf } from '../model/diff.ts'
import { WhittleError } from '../model/error.ts'
import type { Instant } from '../model/instant.ts'
import type { Plan } from '../model/plan.ts'
import type { ChangeView, PlanDetail, PlanRow, TimelineEvent } from '../model/views.ts'
import { databaseNow, type Db } from '../store/db.ts'
import { isUndoUnderWay, approvalsOf, peopleBehind, type RecordedApproval } from '../store/decisions.ts'
import { findingTitles, type PlanRecord, stepsOf, userNames } from '../store/plan-reading.ts'
import { contentOf, planById } from '../store/plans.ts'
import { timelineOf, type TimelineEntry } from '../store/timeline.ts'
import { approverOf, userById } from '../store/users.ts'
import type { Caller } from './caller.ts'

type Names = ReadonlyMap<string, string>
/** A person's name, or the actor as it is (a playbook, a process). */
export const whoIs = (names: Names, actor: string | null): string => (actor === null ? 'Whittle' : names.get(actor) ?? actor)
export const eventsOf = (entries: readonly TimelineEntry[], names: Names, plan: string | null = null): TimelineEvent[] =>
  entries.map((entry) => ({ at: entry.at, what: entry.summary, who: whoIs(names, entry.actor), note: null, plan }))

/** One plan in a list. A row that was edited in the database is shown as that, and breaks no list. */
export function listedPlan(record: PlanRecord, names: Names): PlanRow {
  try {
    return planRow(record, contentOf(record), names)
  } catch (error) {
    if (!(error instanceof WhittleError) || error.code !== 'audit.tampered') throw error
    const { id, state, tier, cloud, environment, account, createdAt, notAfter, approvals } = record
    return { id, state, tier, cloud, environment, account, createdAt, notAfter, approvals, title: record.title, stateReason: error.message, requestedBy: 'unknown', digestPrefix: record.digest.slice(0, 12), quorum: 0 }
  }
}
function planRow(record: PlanRecord, plan: Plan, names: Names): PlanRow {
  return {
    id: record.id, title: record.title, state: record.state, stateReason: record.stateReason, tier: record.tier, cloud: record.cloud, environment: record.environment, account: record.account,
    requestedBy: plan.requester.kind === 'person' ? whoIs(names, plan.requester.userId) : `playbook ${plan.requester.playbookId}`, createdAt: record.createdAt, notAfter: record.notAfter,
    digestPrefix: record.digest.slice(0, 12), approvals: record.approvals, quorum: plan.approvalPolicy.quorum,
  }
}
export const withDiff = (change: Change): ChangeView => ({ ...change, diff: diffOf(change.before, change.after) })

/** The plan as this caller may see and act on it. @throws WhittleError `plan.not-found`, `audit.tampered` */
export async function planDetail(db: Db, caller: Caller, id: string): Promise<PlanDetail> {
  const record = await planById(db, caller.tenant, id)
  const plan = contentOf(record)
  const names = await userNames(db, caller.tenant)
  const decisions = await approvalsOf(db, caller.tenant, id)
  const titles = await findingTitles(db, caller.tenant, plan.findings)
  const now = await databaseNow(db)
  const approvals = decisions.filter((decision) => decision.decision === 'approve' && !decision.isRevoked).length
  const standing: Standing = { record: { ...record, approvals }, plan, now, decisions, caller }
  return {
    ...planRow(standing.record, plan, names), reason: plan.reason, digest: record.digest, remediation: plan.remediation,
    findings: plan.findings.map((finding) => ({ id: finding, title: titles.get(finding) ?? finding })),
    changes: plan.changes.map(withDiff), inverse: plan.inverse.map(withDiff), apiCalls: plan.apiCalls, affects: plan.affects, irreversible: plan.irreversible, reducesOnly: plan.reducesOnly, rollbackNotAfter: plan.rollbackNotAfter,
    decisions: decisions.map((decision) => ({ by: decision.name, decision: decision.decision, reason: decision.isRevoked ? `${decision.reason} (revoked)`.trim() : decision.reason, at: decision.decidedAt, authStrength: decision.authStrength })),
    steps: (await stepsOf(db, caller.tenant, id)).map((step) => ({
      direction: step.direction === 'forward' ? 'forward' : 'undo', index: step.step, target: (step.direction === 'forward' ? plan.changes : plan.inverse)[step.step]?.target ?? '', state: step.state, at: step.resultAt ?? step.intentAt, note: step.detail,
    })),
    timeline: eventsOf(await timelineOf(db, caller.tenant, id), names),
    mayDecide: allowed(await whyNotDecide(db, standing)), mayUndo: allowed(whyNotUndo(standing)), mayCancel: allowed(whyNotCancel(standing)),
  }
}

type Standing = { readonly record: PlanRecord; readonly plan: Plan; readonly now: Instant; readonly decisions: readonly RecordedApproval[]; readonly caller: Caller }
const allowed = (why: string | null) => ({ isAllowed: why === null, why })

/** Why the caller's decision would be refused, so that the page can say it before the click; the decision itself asks again. */
async function whyNotDecide(db: Db, { record, plan, now, decisions, caller }: Standing): Promise<string | null> {
  if (record.state !== 'awaiting-approval') return 'it can no longer be decided'
  if (plan.notAfter <= now) return 'it has expired'
  if (decisions.some((decision) => decision.userId === caller.userId)) return 'you have decided already'
  const user = await userById(db, caller.tenant, caller.userId)
  if (user === null) return 'you are no user of this tenant'
  const answer = mayApprove(plan, approverOf(user), caller.authStrength, await peopleBehind(db, plan))
  return answer.ok ? null : answer.error.reason
}
function whyNotUndo({ record, plan, now, caller }: Standing): string | null {
  if (isUndoUnderWay(record)) return record.state === 'rolled-back' ? 'it is undone already' : 'the undo is on its way'
  if (record.state === 'applied') return 'Undo is possible as soon as the change is verified.'
  if (!['effective', 'watching', 'closed', 'partial-needs-human'].includes(record.state)) return 'there is nothing to undo'
  if (plan.inverse.length === 0) return 'this plan was declared irreversible'
  if (plan.rollbackNotAfter <= now) return 'the time to undo it has passed'
  return hasRole(caller.role, 'operator') ? null : 'undoing needs the role operator'
}
function whyNotCancel({ record, caller }: Standing): string | null {
  if (!['proposed', 'awaiting-approval', 'approved'].includes(record.state)) return 'it is too late to withdraw it'
  return record.requesterUserId === caller.userId || caller.role === 'admin' ? null : 'only who asked for it, or an administrator, may withdraw it'
}
