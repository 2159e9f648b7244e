import { z } from 'zod'
import { instantSchema } from '../model/instant.ts'
import { jsonObjectSchema } from '../model/json.ts'
import { canonicalText, sha256 } from './plan-digest.ts'

/** One thing that happened. `actor` = user id, `playbook:<id>` or the process; `subject` = plan, finding, user … id. No secrets. */
export const auditEntrySchema = z.strictObject({ tenant: z.string(), seq: z.number().int().min(1), at: instantSchema, kind: z.string(), actor: z.string(), subject: z.string(), details: jsonObjectSchema })
export type AuditEntry = z.infer<typeof auditEntrySchema>
/** `body` = canonical JSON of the entry; `hash` = SHA-256 of previous hash, newline, body. */
export type AuditRow = { readonly seq: number; readonly body: string; readonly previous: string; readonly hash: string }
export type AuditHead = { readonly seq: number; readonly hash: string }

/** The hash before the first row of a tenant. */
export const firstHash = (tenant: string): string => sha256(`whittle audit ${tenant}`)

export function chainRow(previous: string, entry: AuditEntry): AuditRow {
  const body = canonicalText(auditEntrySchema.parse(entry))
  return { seq: entry.seq, body, previous, hash: sha256(`${previous}\n${body}`) }
}

export type AuditFault = { readonly seq: number; readonly reason: string }

/**
 * Null when `rows` (ascending) continue `head` without a fault: no edit, deletion, insertion or reorder. Feed it page by page; compare the last head
 * with a remembered one (`isBehind`) to see truncation.
 */
export function verifyChain(rows: readonly AuditRow[], head: AuditHead): { readonly head: AuditHead; readonly fault: AuditFault | null } {
  let at = head
  for (const row of rows) {
    const fault = faultOf(row, at)
    if (fault !== null) return { head: at, fault: { seq: row.seq, reason: fault } }
    at = { seq: row.seq, hash: row.hash }
  }
  return { head: at, fault: null }
}

function faultOf(row: AuditRow, before: AuditHead): string | null {
  if (row.seq !== before.seq + 1) return `expected row ${before.seq + 1}, found row ${row.seq}: a row was deleted, inserted or moved`
  if (row.previous !== before.hash) return `row ${row.seq} does not continue row ${before.seq}`
  if (row.hash !== sha256(`${row.previous}\n${row.body}`)) return `row ${row.seq} was edited`
  const entry = auditEntrySchema.safeParse(parse(row.body))
  return entry.success && entry.data.seq === row.seq ? null : `row ${row.seq} does not hold its own entry`
}

function parse(text: string): unknown {
  try { return JSON.parse(text) } catch { return null }
}

/** True when the database's chain is older than the remembered head, or has another row at its place: restored or truncated. */
export const isBehind = (remembered: AuditHead, hashAt: (seq: number) => string | null): boolean => remembered.seq > 0 && hashAt(remembered.seq) !== remembered.hash
