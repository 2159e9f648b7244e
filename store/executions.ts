import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { CountedWrite } from '../kernel/budget.ts'
import type { Direction } from '../kernel/step.ts'
import { WhittleError } from '../model/error.ts'
import type { Json } from '../model/json.ts'
import { appendAudit } from './audit.ts'
import type { Db } from './db.ts'
import { planSteps, spends, targetLocks, writes } from './schema.ts'

export type StepAt = { readonly planId: string; readonly direction: Direction; readonly step: number }
export type StoredStep = typeof planSteps.$inferSelect
const at = (tenantId: string, { planId, direction, step }: StepAt) => and(eq(planSteps.tenantId, tenantId), eq(planSteps.planId, planId), eq(planSteps.direction, direction), eq(planSteps.step, step))

/** The approvals of the plan are spent by this execution: true for it and for its own retries, false for any other execution of the same direction. */
export async function spendApproval(db: Db, tenantId: string, spend: { planId: string; direction: Direction; executionId: string }): Promise<boolean> {
  await db.insert(spends).values({ tenantId, ...spend }).onConflictDoNothing()
  const [row] = await db.select({ executionId: spends.executionId }).from(spends).where(and(eq(spends.tenantId, tenantId), eq(spends.planId, spend.planId), eq(spends.direction, spend.direction)))
  return row?.executionId === spend.executionId
}

/** A fencing token larger than every earlier one, when nobody else holds the target; else null. Held for `seconds`; the same holder gets it again. */
export async function lockTarget(db: Db, tenantId: string, lock: { environment: string; target: string; holder: string; seconds: number }): Promise<number | null> {
  const answer = await db.execute(sql`
    insert into target_locks (tenant_id, environment, target, fencing, holder, held_until) values (${tenantId}, ${lock.environment}, ${lock.target}, 1, ${lock.holder}, now() + make_interval(secs => ${lock.seconds}))
    on conflict (tenant_id, environment, target) do update set fencing = target_locks.fencing + 1, holder = excluded.holder, held_until = excluded.held_until
    where target_locks.holder is null or target_locks.held_until < now() or target_locks.holder = excluded.holder
    returning fencing`)
  const [row] = z.array(z.object({ fencing: z.coerce.number() })).parse(answer.rows)
  return row?.fencing ?? null
}
const mine = (tenantId: string, lock: { environment: string; target: string; fencing: number }) =>
  and(eq(targetLocks.tenantId, tenantId), eq(targetLocks.environment, lock.environment), eq(targetLocks.target, lock.target), eq(targetLocks.fencing, lock.fencing))
export async function unlockTarget(db: Db, tenantId: string, lock: { environment: string; target: string; fencing: number }): Promise<void> {
  await db.update(targetLocks).set({ holder: null }).where(mine(tenantId, lock))
}
/** False when a newer token was given or the time has run out. */
export async function holdsTarget(db: Db, tenantId: string, lock: { environment: string; target: string; fencing: number }): Promise<boolean> {
  return (await db.$count(targetLocks, and(mine(tenantId, lock), gt(targetLocks.heldUntil, sql`now()`)))) === 1
}

export async function recordedStep(db: Db, tenantId: string, step: StepAt): Promise<StoredStep['state'] | 'nothing'> {
  const [row] = await db.select({ state: planSteps.state }).from(planSteps).where(at(tenantId, step))
  return row?.state ?? 'nothing'
}
export const stepsOf = (db: Db, tenantId: string, planId: string): Promise<StoredStep[]> =>
  db.select().from(planSteps).where(and(eq(planSteps.tenantId, tenantId), eq(planSteps.planId, planId))).orderBy(asc(planSteps.direction), asc(planSteps.step))

export type Intent = {
  readonly fencing: number; readonly before: Json; readonly account: string; readonly target: string; readonly actor: string; readonly change: Json
  /** Why one more counted write does not fit these of the last day; null = not counted. */
  readonly budget: ((past: readonly CountedWrite[]) => string | null) | null
}
/**
 * INTENT with the before-image, its audit row and its place in the budget: committed before the write (SAFETY I3, I6). A step that ended without effect may intend again.
 * Writers of one account wait for each other, so that the budget holds over all executors (I8). @throws WhittleError `budget.exhausted`
 */
export async function recordIntent(db: Db, tenantId: string, step: StepAt, intent: Intent): Promise<void> {
  const { fencing, before } = intent
  if (intent.budget !== null) {
    await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`writes:${tenantId}:${intent.account}`}))`)
    const reason = intent.budget(await countedWrites(db, tenantId, intent.account, step))
    if (reason !== null) throw new WhittleError('budget.exhausted', reason)
  }
  await db.insert(planSteps).values({ tenantId, ...step, state: 'intent', fencing, before })
    .onConflictDoUpdate({ target: [planSteps.tenantId, planSteps.planId, planSteps.direction, planSteps.step], set: { state: 'intent', fencing, before, intentAt: sql`now()`, resultAt: null, detail: null }, setWhere: eq(planSteps.state, 'not-done') })
  await db.insert(writes).values({ tenantId, ...step, account: intent.account, target: intent.target, isCounted: intent.budget !== null })
    .onConflictDoUpdate({ target: [writes.tenantId, writes.planId, writes.direction, writes.step], set: { writtenAt: sql`now()`, isCounted: intent.budget !== null } })
  await appendAudit(db, tenantId, { kind: 'step.intent', actor: intent.actor, subject: step.planId, details: { direction: step.direction, step: step.step, fencing, change: intent.change, before } })
}
export async function recordResult(db: Db, tenantId: string, step: StepAt, result: { state: 'done' | 'not-done' | 'unknown'; detail: string; actor: string }): Promise<void> {
  const rows = await db.update(planSteps).set({ state: result.state, detail: result.detail, resultAt: sql`now()` }).where(and(at(tenantId, step), eq(planSteps.state, 'intent'))).returning({ step: planSteps.step })
  if (rows.length > 0) await appendAudit(db, tenantId, { kind: `step.${result.state}`, actor: result.actor, subject: step.planId, details: { direction: step.direction, step: step.step, detail: result.detail } })
}
/** Counted writes of the last day in the account. */
export async function countedWrites(db: Db, tenantId: string, account: string, except: StepAt): Promise<CountedWrite[]> {
  const rows = await db.select().from(writes).where(and(eq(writes.tenantId, tenantId), eq(writes.account, account), eq(writes.isCounted, true), gt(writes.writtenAt, sql`now() - interval '1 day'`)))
  return rows.filter((row) => !(row.planId === except.planId && row.direction === except.direction && row.step === except.step)).map((row) => ({ account: row.account, identity: row.target, writtenAt: row.writtenAt }))
}
/** Steps with an INTENT older than `minutes` and no RESULT: for the watchdog (F15). */
export async function openIntents(db: Db, tenantId: string, minutes: number): Promise<StoredStep[]> {
  return db.select().from(planSteps).where(and(eq(planSteps.tenantId, tenantId), eq(planSteps.state, 'intent'), sql`intent_at < now() - make_interval(mins => ${minutes})`))
}
