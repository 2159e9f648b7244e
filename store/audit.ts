import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import { type AuditHead, type AuditRow, chainRow, firstHash, verifyChain, type AuditFault } from '../kernel/audit.ts'
import type { JsonObject } from '../model/json.ts'
import { databaseNow, type Db } from './db.ts'
import { auditRows } from './schema.ts'

export type AuditEvent = { readonly kind: string; readonly actor: string; readonly subject: string; readonly details?: JsonObject }

/** The event stands in the tenant's chain when the transaction commits; writers of one tenant wait for each other. */
export async function appendAudit(db: Db, tenant: string, event: AuditEvent): Promise<AuditHead> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`audit:${tenant}`}))`)
  const head = await auditHead(db, tenant)
  const row = chainRow(head.hash, { tenant, seq: head.seq + 1, at: await databaseNow(db), kind: event.kind, actor: event.actor, subject: event.subject, details: event.details ?? {} })
  await db.insert(auditRows).values({ tenantId: tenant, ...row })
  return { seq: row.seq, hash: row.hash }
}

/** The newest row's place and hash; place 0 when there is none. */
export async function auditHead(db: Db, tenant: string): Promise<AuditHead> {
  const [last] = await db.select({ seq: auditRows.seq, hash: auditRows.hash }).from(auditRows).where(eq(auditRows.tenantId, tenant)).orderBy(desc(auditRows.seq)).limit(1)
  return last ?? { seq: 0, hash: firstHash(tenant) }
}

export async function auditHashAt(db: Db, tenant: string, seq: number): Promise<string | null> {
  const [row] = await db.select({ hash: auditRows.hash }).from(auditRows).where(and(eq(auditRows.tenantId, tenant), eq(auditRows.seq, seq)))
  return row?.hash ?? null
}

/** Newest first, at most `limit`, older than `before`. */
export const listAudit = (db: Db, tenant: string, before: number | null, limit: number): Promise<AuditRow[]> =>
  db.select({ seq: auditRows.seq, body: auditRows.body, previous: auditRows.previous, hash: auditRows.hash }).from(auditRows)
    .where(and(eq(auditRows.tenantId, tenant), before === null ? undefined : lt(auditRows.seq, before))).orderBy(desc(auditRows.seq)).limit(limit)

/** The whole chain checked, a thousand rows at a time; `fault` = the first row that does not fit. `head` is the last good one. */
export async function verifyAudit(db: Db, tenant: string): Promise<{ readonly head: AuditHead; readonly fault: AuditFault | null }> {
  let head: AuditHead = { seq: 0, hash: firstHash(tenant) }
  for (;;) {
    const rows = await db.select({ seq: auditRows.seq, body: auditRows.body, previous: auditRows.previous, hash: auditRows.hash }).from(auditRows)
      .where(and(eq(auditRows.tenantId, tenant), gt(auditRows.seq, head.seq))).orderBy(asc(auditRows.seq)).limit(1000)
    if (rows.length === 0) return { head, fault: null }
    const checked = verifyChain(rows, head)
    if (checked.fault !== null) return checked
    head = checked.head
  }
}
