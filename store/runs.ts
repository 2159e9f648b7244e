import { and, asc, count, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import { ulid } from 'ulid'
import { canonicalText, sha256 } from '../kernel/plan-digest.ts'
import { type JsonObject, jsonObjectSchema } from '../model/json.ts'
import { type Playbook, playbookSchema, type RunState } from '../model/playbook.ts'
import { appendAudit } from './audit.ts'
import type { Db } from './db.ts'
import { enqueueNudge } from './messages.ts'
import { runs, runSteps } from './schema.ts'
import { recordEvent } from './timeline.ts'

export type StoredRun = typeof runs.$inferSelect
export type StoredRunStep = typeof runSteps.$inferSelect
export const playbookDigest = (playbook: Playbook): string => sha256(canonicalText(playbookSchema.parse(playbook)))
export const playbookOf = (run: StoredRun): Playbook => playbookSchema.parse(run.playbook)
const live: RunState[] = ['running', 'waiting', 'paused']

/** A run of the playbook for the finding, pinned to its digest; while one is live the answer is that one. The nudge makes the scanner start workflow `run:<id>`. */
export async function startRun(db: Db, tenantId: string, start: { playbook: Playbook; findingId: string; environment: string; requestedBy: string | null; options: JsonObject }): Promise<{ readonly run: StoredRun; readonly isNew: boolean }> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`run:${tenantId}:${start.findingId}`}))`)
  const [existing] = await db.select().from(runs).where(and(eq(runs.tenantId, tenantId), eq(runs.findingId, start.findingId), inArray(runs.state, live)))
  if (existing !== undefined) return { run: existing, isNew: false }
  const playbook = playbookSchema.parse(start.playbook)
  const [run] = await db.insert(runs).values({ tenantId, id: ulid(), playbookId: playbook.id, digest: playbookDigest(playbook), playbook: jsonObjectSchema.parse(JSON.parse(JSON.stringify(playbook))), findingId: start.findingId, environment: start.environment, requestedBy: start.requestedBy, state: 'running', options: start.options }).returning()
  if (run === undefined) throw new Error('the run was not stored')
  await db.insert(runSteps).values(playbook.steps.map((step, index) => ({ tenantId, runId: run.id, step: index, stepId: step.id, kind: step.kind, state: 'waiting' as const })))
  await appendAudit(db, tenantId, { kind: 'run.started', actor: start.requestedBy ?? `playbook:${playbook.id}`, subject: run.id, details: { playbook: playbook.id, digest: run.digest, finding: start.findingId } })
  await recordEvent(db, tenantId, { subject: start.findingId, kind: 'run.started', actor: start.requestedBy, summary: `Playbook \`${playbook.title}\` started` })
  await enqueueNudge(db, tenantId, `run:${run.id}`)
  return { run, isNew: true }
}
export async function runById(db: Db, tenantId: string, id: string): Promise<(StoredRun & { steps: StoredRunStep[] }) | null> {
  const [run] = await db.select().from(runs).where(and(eq(runs.tenantId, tenantId), eq(runs.id, id)))
  if (run === undefined) return null
  return { ...run, steps: await db.select().from(runSteps).where(and(eq(runSteps.tenantId, tenantId), eq(runSteps.runId, id))).orderBy(asc(runSteps.step)) }
}
/** Newest first, older than `before`. */
export const listRuns = (db: Db, tenantId: string, page: { before?: string; limit: number; findingId?: string }): Promise<StoredRun[]> =>
  db.select().from(runs).where(and(eq(runs.tenantId, tenantId), page.findingId === undefined ? undefined : eq(runs.findingId, page.findingId), page.before === undefined ? undefined : lt(runs.id, page.before))).orderBy(desc(runs.id)).limit(page.limit)
export async function setRunState(db: Db, tenantId: string, id: string, to: { state: RunState; reason: string | null; planId?: string }): Promise<void> {
  const isEnd = !live.includes(to.state)
  const rows = await db.update(runs).set({ state: to.state, stateReason: to.reason, ...(to.planId === undefined ? {} : { planId: to.planId }), ...(isEnd ? { endedAt: sql`now()` } : {}) })
    .where(and(eq(runs.tenantId, tenantId), eq(runs.id, id), inArray(runs.state, live))).returning({ state: runs.state })
  if (rows.length > 0 && isEnd) await recordEvent(db, tenantId, { subject: id, kind: `run.${to.state}`, summary: to.reason ?? to.state })
}
/** A person asks: paused, running again or cancelled; the workflow follows when nudged. False when the run has ended. */
export async function requestRunState(db: Db, tenantId: string, id: string, to: { state: 'paused' | 'running' | 'cancelled'; userId: string }): Promise<boolean> {
  const rows = await db.update(runs).set({ state: to.state, stateReason: null, ...(to.state === 'cancelled' ? { endedAt: sql`now()` } : {}) }).where(and(eq(runs.tenantId, tenantId), eq(runs.id, id), inArray(runs.state, live))).returning({ id: runs.id })
  if (rows.length === 0) return false
  await appendAudit(db, tenantId, { kind: `run.${to.state}`, actor: to.userId, subject: id })
  await enqueueNudge(db, tenantId, `run:${id}`)
  return true
}
export async function setRunStep(db: Db, tenantId: string, at: { runId: string; step: number }, to: { state: StoredRunStep['state']; detail?: string | null }): Promise<void> {
  const started = to.state === 'running' ? { startedAt: sql`coalesce(started_at, now())` } : {}
  const ended = to.state === 'done' || to.state === 'failed' || to.state === 'skipped' ? { endedAt: sql`now()` } : {}
  await db.update(runSteps).set({ state: to.state, ...(to.detail === undefined ? {} : { detail: to.detail }), ...started, ...ended }).where(and(eq(runSteps.tenantId, tenantId), eq(runSteps.runId, at.runId), eq(runSteps.step, at.step)))
}
/** Runs of the playbook that nobody asked for, started in the last day: for its `perDay` limit. */
export async function triggeredToday(db: Db, tenantId: string, playbookId: string): Promise<number> {
  const [row] = await db.select({ n: count() }).from(runs).where(and(eq(runs.tenantId, tenantId), eq(runs.playbookId, playbookId), sql`requested_by is null`, gt(runs.createdAt, sql`now() - interval '1 day'`)))
  return row?.n ?? 0
}
/** Live runs, oldest first: after a restart their workflows are started again when they are missing. */
export const liveRuns = (db: Db, tenantId: string): Promise<StoredRun[]> => db.select().from(runs).where(and(eq(runs.tenantId, tenantId), inArray(runs.state, live))).orderBy(asc(runs.id)).limit(1000)
