import { and, asc, desc, eq, lt, sql } from 'drizzle-orm'
import { ulid } from 'ulid'
import type { Cloud } from '../model/cloud.ts'
import type { JsonObject } from '../model/json.ts'
import type { Db } from './db.ts'
import { scanAccounts, scans } from './schema.ts'

export type Scan = typeof scans.$inferSelect
export type ScanAccount = typeof scanAccounts.$inferSelect
export type ScanState = Scan['state']

/** A running scan; the same id again is the same scan. */
export async function startScan(db: Db, tenantId: string, scan: { environment: string; requestedBy: string | null; id?: string }): Promise<string> {
  const id = scan.id ?? ulid()
  await db.insert(scans).values({ tenantId, id, environment: scan.environment, state: 'running', requestedBy: scan.requestedBy }).onConflictDoNothing()
  return id
}
export async function setScanAccount(db: Db, tenantId: string, account: { scanId: string; cloud: Cloud; account: string; state: ScanAccount['state']; answersRead?: number; answersExpected?: number | null; reason?: string | null }): Promise<void> {
  const { scanId, cloud, account: name, ...values } = account
  await db.insert(scanAccounts).values({ tenantId, scanId, cloud, account: name, ...values }).onConflictDoUpdate({ target: [scanAccounts.tenantId, scanAccounts.scanId, scanAccounts.cloud, scanAccounts.account], set: { ...values, updatedAt: sql`now()` } })
}
/** A scan ends once; `report` = coverage, unread, unknown, problems and counts as `whittle analyze` gives them. */
export async function finishScan(db: Db, tenantId: string, id: string, end: { state: Exclude<ScanState, 'running'>; reason: string | null; report: JsonObject }): Promise<void> {
  await db.update(scans).set({ ...end, finishedAt: sql`now()` }).where(and(eq(scans.tenantId, tenantId), eq(scans.id, id), eq(scans.state, 'running')))
}
export async function scanById(db: Db, tenantId: string, id: string): Promise<(Scan & { accounts: ScanAccount[] }) | null> {
  const [scan] = await db.select().from(scans).where(and(eq(scans.tenantId, tenantId), eq(scans.id, id)))
  if (scan === undefined) return null
  return { ...scan, accounts: await db.select().from(scanAccounts).where(and(eq(scanAccounts.tenantId, tenantId), eq(scanAccounts.scanId, id))).orderBy(asc(scanAccounts.cloud), asc(scanAccounts.account)) }
}
/** Newest first, older than `before`. */
export const listScans = (db: Db, tenantId: string, page: { environment?: string; before?: string; limit: number }): Promise<Scan[]> =>
  db.select().from(scans).where(and(eq(scans.tenantId, tenantId), page.environment === undefined ? undefined : eq(scans.environment, page.environment), page.before === undefined ? undefined : lt(scans.id, page.before))).orderBy(desc(scans.id)).limit(page.limit)
/** True when the scan was running: its workflow ends it as cancelled. */
export async function requestScanCancel(db: Db, tenantId: string, id: string): Promise<boolean> {
  const rows = await db.update(scans).set({ isCancelRequested: true }).where(and(eq(scans.tenantId, tenantId), eq(scans.id, id), eq(scans.state, 'running'))).returning({ id: scans.id })
  return rows.length > 0
}
