import { and, eq, inArray, lt, isNotNull, lte, notInArray, or, sql } from 'drizzle-orm'
import { severities } from '../model/detection.ts'
import type { Finding } from '../model/finding.ts'
import type { Instant } from '../model/instant.ts'
import type { Db } from './db.ts'
import { enqueueMessage } from './messages.ts'
import { findings } from './schema.ts'
import { recordEvent } from './timeline.ts'

export type StoredFinding = typeof findings.$inferSelect
/** A violation as one scan saw it. `observedAt` = the oldest fact that the rule read for this subject. */
export type Sighting = { readonly finding: Finding; readonly observedAt: Instant }
/** A subject that the rule passed (`fixed`) or that is not there any more (`gone`), on facts of this age; only complete facts may be given here. */
export type Clearance = { readonly findingId: string; readonly how: 'fixed' | 'gone'; readonly observedAt: Instant }
export type Judgements = {
  readonly environment: string; readonly scanId: string; readonly sightings: readonly Sighting[]; readonly clearances: readonly Clearance[]
  /** Findings whose rule could not be judged this time: they stay as they are and say why. */
  readonly unknown: readonly { readonly findingId: string; readonly reason: string }[]
  /** Detections judged completely in these accounts: an open finding of one of them that was neither seen nor unknown is gone. */
  readonly goneUnlessSeen: readonly { readonly detection: string; readonly account: string; readonly observedAt: Instant }[]
}
export type Recorded = { readonly opened: readonly string[]; readonly reopened: readonly string[]; readonly resolved: readonly string[] }

/**
 * The findings of an environment follow what a scan judged (CONTRACTS §5): seen → open (reopened when it was resolved, untouched by a sighting not newer than
 * the last), cleared on newer facts → resolved, unknown → as before. A retry or an older scan that arrives late changes nothing.
 */
export async function recordJudgements(db: Db, tenantId: string, judged: Judgements): Promise<Recorded> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`findings:${tenantId}:${judged.environment}`}))`)
  const known = await knownOf(db, tenantId, judged)
  const opened: string[] = []
  const reopened: string[] = []
  for (const sighting of judged.sightings) {
    const before = known.get(sighting.finding.id)
    if (before !== undefined && before.observedAt > sighting.observedAt) continue
    if (before === undefined) opened.push(sighting.finding.id)
    else if (before.state === 'resolved' && sighting.observedAt > before.observedAt) reopened.push(sighting.finding.id)
    else if (before.state === 'resolved') continue // because the facts that resolved it are as new as these
    await upsert(db, tenantId, judged.environment, sighting)
  }
  const judgedIds = new Set(idsOf(judged))
  const gone = [...known.values()].flatMap((row): Clearance[] => {
    const rule = judgedIds.has(row.id) || row.environment !== judged.environment ? undefined : judged.goneUnlessSeen.find((entry) => entry.detection === row.detection && entry.account === row.account)
    return rule === undefined ? [] : [{ findingId: row.id, how: 'gone', observedAt: rule.observedAt }]
  })
  const newer = [...judged.clearances, ...gone].filter(({ findingId, observedAt }) => { const row = known.get(findingId); return row !== undefined && observedAt > row.observedAt })
  const isResolved = ({ findingId }: Clearance): boolean => known.get(findingId)?.state === 'resolved'
  const resolved = await resolve(db, tenantId, newer.filter((clearance) => !isResolved(clearance)))
  await stillResolved(db, tenantId, newer.filter(isResolved))
  for (const { findingId, reason } of judged.unknown) await db.update(findings).set({ unknownReason: reason }).where(and(eq(findings.tenantId, tenantId), eq(findings.id, findingId)))
  for (const id of opened) await recordEvent(db, tenantId, { subject: id, kind: 'finding.opened', summary: 'first seen' })
  for (const id of reopened) await changed(db, tenantId, id, { kind: 'finding.reopened', comment: 'The risk is back: seen again in a scan.', key: judged.scanId })
  return { opened, reopened, resolved }
}

const idsOf = (judged: Judgements): readonly string[] => [...judged.sightings.map(({ finding }) => finding.id), ...judged.clearances.map(({ findingId }) => findingId), ...judged.unknown.map(({ findingId }) => findingId)]

/** What is stored of this environment, and of these subjects where another environment saw them before (their account moved). */
async function knownOf(db: Db, tenantId: string, judged: Judgements) {
  const rows = await db.select({ id: findings.id, environment: findings.environment, state: findings.state, observedAt: findings.observedAt, detection: findings.detection, account: findings.account }).from(findings)
    .where(and(eq(findings.tenantId, tenantId), or(eq(findings.environment, judged.environment), sql`${findings.id} = any(${sql.param(idsOf(judged))}::text[])`)))
  return new Map(rows.map((row) => [row.id, row]))
}

async function upsert(db: Db, tenantId: string, environment: string, { finding, observedAt }: Sighting): Promise<void> {
  const searchText = [finding.title, finding.summary, finding.principal, finding.resource, finding.account, finding.detection].join(' ').toLowerCase()
  const { id, ...facts } = finding
  const row = { ...facts, environment, rank: severities.indexOf(finding.severity), searchText, observedAt, lastSeenAt: observedAt, isStale: false, unknownReason: null }
  await db.insert(findings).values({ tenantId, id, ...row, state: 'open', firstSeenAt: observedAt }).onConflictDoUpdate({
    target: [findings.tenantId, findings.id],
    set: { ...row, state: sql`case when ${findings.state} = 'resolved' then 'open' else ${findings.state} end`, stateReason: sql`case when ${findings.state} = 'resolved' then null else ${findings.stateReason} end`, reopenedCount: sql`${findings.reopenedCount} + case when ${findings.state} = 'resolved' then 1 else 0 end` },
  })
}

async function resolve(db: Db, tenantId: string, clearances: readonly Clearance[]): Promise<string[]> {
  for (const { findingId, how, observedAt } of clearances) {
    await db.update(findings).set({ state: 'resolved', stateReason: how, observedAt, unknownReason: null }).where(and(eq(findings.tenantId, tenantId), eq(findings.id, findingId)))
    await changed(db, tenantId, findingId, { kind: 'finding.resolved', comment: how === 'fixed' ? 'Resolved: the newest complete scan no longer finds it.' : 'Resolved: what it was about is gone.', key: observedAt })
  }
  return clearances.map(({ findingId }) => findingId)
}

/** Resolved findings that newer facts clear again are as new as those facts, so that an older sighting that arrives late does not open them. */
async function stillResolved(db: Db, tenantId: string, clearances: readonly Clearance[]): Promise<void> {
  for (const [observedAt, same] of Map.groupBy(clearances, (clearance) => clearance.observedAt)) {
    const ids = same.map(({ findingId }) => findingId)
    await db.update(findings).set({ observedAt }).where(and(eq(findings.tenantId, tenantId), inArray(findings.id, ids), eq(findings.state, 'resolved'), lt(findings.observedAt, observedAt)))
  }
}

async function changed(db: Db, tenantId: string, id: string, change: { kind: string; comment: string; key: string }): Promise<void> {
  await recordEvent(db, tenantId, { subject: id, kind: change.kind, summary: change.comment })
  await enqueueMessage(db, tenantId, { kind: 'jira.sync', key: `jira:${id}:${change.kind}:${change.key}`, payload: { findingId: id, comment: change.comment } })
}

export async function findingById(db: Db, tenantId: string, id: string): Promise<StoredFinding | null> {
  const [row] = await db.select().from(findings).where(and(eq(findings.tenantId, tenantId), eq(findings.id, id)))
  return row ?? null
}

/** The finding as `whittle analyze` would print it. */
export const findingOf = (row: StoredFinding): Finding => ({
  id: row.id, detection: row.detection, title: row.title, severity: row.severity, likelihood: row.likelihood, impact: row.impact, certainty: row.certainty, cloud: row.cloud, account: row.account,
  principal: row.principal, resource: row.resource, summary: row.summary, evidence: row.evidence, paths: [...row.paths], fixes: [...row.fixes],
})

/** Open and in-progress follow the live plan of the finding; muted and resolved stay. */
export async function setInProgress(db: Db, tenantId: string, ids: readonly string[], isInProgress: boolean): Promise<void> {
  if (ids.length === 0) return
  const [from, to] = isInProgress ? (['open', 'in-progress'] as const) : (['in-progress', 'open'] as const)
  await db.update(findings).set({ state: to }).where(and(eq(findings.tenantId, tenantId), inArray(findings.id, [...ids]), eq(findings.state, from)))
}

/** Findings of environments that are not among the enabled ones are stale, the others are not; none is resolved by it. */
export async function markStale(db: Db, tenantId: string, enabled: readonly string[]): Promise<void> {
  const mine = eq(findings.tenantId, tenantId)
  await db.update(findings).set({ isStale: true }).where(and(mine, eq(findings.isStale, false), enabled.length === 0 ? undefined : notInArray(findings.environment, [...enabled])))
  if (enabled.length > 0) await db.update(findings).set({ isStale: false }).where(and(mine, inArray(findings.environment, [...enabled]), eq(findings.isStale, true)))
}

/** Muted findings whose time is over are open again. */
export async function unmuteExpired(db: Db, tenantId: string): Promise<string[]> {
  const rows = await db.update(findings).set({ state: 'open', mutedUntil: null, stateReason: null }).where(and(eq(findings.tenantId, tenantId), eq(findings.state, 'muted'), isNotNull(findings.mutedUntil), lte(findings.mutedUntil, sql`now()`))).returning({ id: findings.id })
  return rows.map(({ id }) => id)
}
