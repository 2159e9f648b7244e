import { and, desc, eq, inArray, isNotNull, or, sql } from 'drizzle-orm'
import { digestPlan, readPlan } from '../kernel/plan-digest.ts'
import { WhittleError } from '../model/error.ts'
import { endedPlanStates, type Plan, planMoves, type PlanState } from '../model/plan.ts'
import { appendAudit } from './audit.ts'
import type { Db } from './db.ts'
import { setInProgress } from './findings.ts'
import { enqueueMessage, enqueueNudge } from './messages.ts'
import { planTargets, plans } from './schema.ts'
import { recordEvent } from './timeline.ts'

export type StoredPlan = typeof plans.$inferSelect
const one = (tenantId: string, id: string) => and(eq(plans.tenantId, tenantId), eq(plans.id, id))

/**
 * The plan is stored and awaits approval; or, when a live plan already changes one of its targets, the answer is that one and nothing is stored.
 * `runId` = the playbook run that carries it, if any.
 */
export async function proposePlan(db: Db, plan: Plan, runId: string | null): Promise<{ readonly plan: StoredPlan; readonly isNew: boolean }> {
  const tenantId = plan.tenant
  await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`propose:${tenantId}:${plan.environment}`}))`)
  const targets = plan.changes.map(({ target }) => target)
  const [live] = await db.select({ planId: planTargets.planId }).from(planTargets).where(and(eq(planTargets.tenantId, tenantId), eq(planTargets.environment, plan.environment), eq(planTargets.isLive, true), inArray(planTargets.target, targets)))
  if (live !== undefined) return { plan: await planById(db, tenantId, live.planId), isNew: false }
  const { canonical, digest } = digestPlan(plan)
  const [row] = await db.insert(plans).values({
    tenantId, id: plan.id, digest, canonical, state: 'awaiting-approval', environment: plan.environment, cloud: plan.cloud, account: plan.account, title: plan.title, tier: plan.tier, findingId: plan.findings[0] ?? null, runId,
    requesterUserId: plan.requester.kind === 'person' ? plan.requester.userId : null, createdAt: plan.createdAt, notAfter: plan.notAfter, rollbackNotAfter: plan.rollbackNotAfter,
  }).returning()
  if (row === undefined) throw new WhittleError('internal', 'the plan was not stored')
  await db.insert(planTargets).values([...new Set(targets)].map((target) => ({ tenantId, planId: plan.id, environment: plan.environment, target, isLive: true })))
  await appendAudit(db, tenantId, { kind: 'plan.proposed', actor: plan.requester.kind === 'person' ? plan.requester.userId : `playbook:${plan.requester.playbookId}`, subject: plan.id, details: { digest, remediation: plan.remediation, findings: plan.findings } })
  await setInProgress(db, tenantId, plan.findings, true)
  await announce(db, row, { kind: 'plan.proposed', actor: row.requesterUserId, summary: `Fix asked for: ${plan.title}` })
  return { plan: row, isNew: true }
}

/** @throws WhittleError `plan.not-found` */
export async function planById(db: Db, tenantId: string, id: string): Promise<StoredPlan> {
  const [row] = await db.select().from(plans).where(one(tenantId, id))
  if (row === undefined) throw new WhittleError('plan.not-found', `there is no plan \`${id}\``)
  return row
}
/** The row, held until the transaction ends. @throws WhittleError `plan.not-found` */
export async function lockPlan(db: Db, tenantId: string, id: string): Promise<StoredPlan> {
  const [row] = await db.select().from(plans).where(one(tenantId, id)).for('update')
  if (row === undefined) throw new WhittleError('plan.not-found', `there is no plan \`${id}\``)
  return row
}
/** What was hashed, checked against its digest. @throws WhittleError `audit.tampered` when the row was edited */
export function contentOf(row: StoredPlan): Plan {
  const plan = readPlan(row.canonical, row.digest)
  if (plan === null || plan.id !== row.id || plan.tenant !== row.tenantId) throw new WhittleError('audit.tampered', `plan \`${row.id}\` is not what its digest says: it was edited in the database and will not run`)
  return plan
}
export const plansOfFinding = (db: Db, tenantId: string, findingId: string): Promise<StoredPlan[]> =>
  db.select().from(plans).where(and(eq(plans.tenantId, tenantId), eq(plans.findingId, findingId))).orderBy(desc(plans.id)).limit(50)

/**
 * The plan is in state `to`, its history, audit row and messages with it. Moving to the state it is in changes nothing and answers false.
 * @throws WhittleError `plan.wrong-state` where CONTRACTS §5 knows no such move
 */
export async function movePlan(db: Db, tenantId: string, id: string, move: { to: PlanState; reason: string | null; actor: string }): Promise<boolean> {
  const row = await lockPlan(db, tenantId, id)
  if (row.state === move.to) return false
  if (!planMoves[row.state].includes(move.to)) throw new WhittleError('plan.wrong-state', `the plan is ${row.state}: it cannot become ${move.to}`, { state: row.state })
  const [moved] = await db.update(plans).set({ state: move.to, stateReason: move.reason, updatedAt: sql`now()` }).where(one(tenantId, id)).returning()
  if (endedPlanStates.includes(move.to) && move.to !== 'effective' && move.to !== 'closed') await setInProgress(db, tenantId, contentOf(row).findings, false)
  if (endedPlanStates.includes(move.to)) await db.update(planTargets).set({ isLive: false }).where(and(eq(planTargets.tenantId, tenantId), eq(planTargets.planId, id)))
  await appendAudit(db, tenantId, { kind: `plan.${move.to}`, actor: move.actor, subject: id, details: { from: row.state, reason: move.reason } })
  if (moved !== undefined) await announce(db, moved, { kind: `plan.${move.to}`, actor: move.actor, summary: sentence(move.to, move.reason) })
  return true
}

/** Shown while the plan waits (kill switch, freeze, budget); the state stays. */
export async function setPlanReason(db: Db, tenantId: string, id: string, reason: string | null): Promise<void> {
  const row = await lockPlan(db, tenantId, id)
  if (row.stateReason === reason) return
  await db.update(plans).set({ stateReason: reason, updatedAt: sql`now()` }).where(one(tenantId, id))
  await announce(db, { ...row, stateReason: reason }, { kind: 'plan.waiting', actor: null, summary: reason ?? 'goes on' })
}

const words: Record<PlanState, string> = {
  proposed: 'Proposed', 'awaiting-approval': 'Awaiting approval', approved: 'Approved', executing: 'Being applied', applied: 'Applied; waiting until it is effective', effective: 'Done and verified', watching: 'Done; the logs are watched', closed: 'Closed',
  rejected: 'Rejected', expired: 'Expired before it was decided or applied', cancelled: 'Cancelled', refused: 'Refused', 'rolled-back': 'Undone', 'partial-needs-human': 'Stopped half-way: a person must look',
}
const sentence = (state: PlanState, reason: string | null): string => (reason === null ? `${words[state]}.` : `${words[state]}: ${reason}`)

async function announce(db: Db, row: StoredPlan, { kind, actor, summary }: { kind: string; actor: string | null; summary: string }): Promise<void> {
  const { tenantId, id } = row
  await recordEvent(db, tenantId, { subject: id, kind, actor, summary })
  const stamp = `${row.state}:${(await db.execute(sql`select nextval(pg_get_serial_sequence('timeline', 'id')) as n`)).rows[0]?.['n']}`
  await enqueueMessage(db, tenantId, { kind: 'slack.card', key: `slack:card:${id}:${stamp}`, payload: { planId: id } })
  if (row.findingId !== null) {
    await recordEvent(db, tenantId, { subject: row.findingId, kind, actor, summary })
    await enqueueMessage(db, tenantId, { kind: 'jira.sync', key: `jira:${row.findingId}:${id}:${stamp}`, payload: { findingId: row.findingId, comment: summary } })
  }
  await enqueueNudge(db, tenantId, row.runId === null ? `plan:${id}` : `run:${row.runId}`)
}

/** Plans that an execution or an undo was begun or asked for at least `minutes` ago, without an end. */
export const stalledPlans = (db: Db, tenantId: string, minutes: number): Promise<StoredPlan[]> => db.select().from(plans).where(and(eq(plans.tenantId, tenantId), sql`updated_at <= now() - make_interval(mins => ${minutes})`,
  or(inArray(plans.state, ['executing', 'applied']), and(isNotNull(plans.undoRequestedAt), inArray(plans.state, ['effective', 'watching', 'closed', 'partial-needs-human'])))))
