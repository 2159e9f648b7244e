import { and, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import type { JsonObject } from '../model/json.ts'
import type { TicketState } from '../model/ticket.ts'
import type { Db } from './db.ts'
import { tickets } from './schema.ts'

export type StoredTicket = typeof tickets.$inferSelect
const one = (tenantId: string, findingId: string) => and(eq(tickets.tenantId, tenantId), eq(tickets.findingId, findingId), eq(tickets.system, 'jira'))

export async function ticketOf(db: Db, tenantId: string, findingId: string): Promise<StoredTicket | null> {
  const [row] = await db.select().from(tickets).where(one(tenantId, findingId))
  return row ?? null
}
/** True for the one caller that may create the issue now; false while another attempt is intended or the issue exists. */
export async function intendTicket(db: Db, tenantId: string, findingId: string): Promise<boolean> {
  await db.insert(tickets).values({ tenantId, findingId, system: 'jira', state: 'absent' }).onConflictDoNothing()
  const rows = await db.update(tickets).set({ intendedAt: sql`now()` }).where(and(one(tenantId, findingId), isNull(tickets.intendedAt), isNull(tickets.issueId))).returning({ findingId: tickets.findingId })
  return rows.length === 1
}
/** The attempt is known to have made nothing: another may be intended. */
export async function forgetTicketIntent(db: Db, tenantId: string, findingId: string): Promise<void> {
  await db.update(tickets).set({ intendedAt: null }).where(and(one(tenantId, findingId), isNull(tickets.issueId)))
}
export async function setTicketOpened(db: Db, tenantId: string, findingId: string, issue: { issueId: string; issueKey: string; url: string }): Promise<void> {
  await db.update(tickets).set({ ...issue, state: 'open', reason: null, updatedAt: sql`now()` }).where(one(tenantId, findingId))
}
export type TicketPatch = Partial<{ status: string | null; statusCategory: string | null; assignee: string | null; comments: readonly JsonObject[]; remoteUpdatedAt: string; state: TicketState; reason: string | null; closedEpisode: number }>
/** What was seen of the issue, or a new state with its reason. */
export async function observeTicket(db: Db, tenantId: string, findingId: string, patch: TicketPatch): Promise<void> {
  await db.insert(tickets).values({ tenantId, findingId, system: 'jira', state: 'absent' }).onConflictDoNothing()
  await db.update(tickets).set({ ...patch, updatedAt: sql`now()` }).where(one(tenantId, findingId))
}
/** Remembers that the message `ref` was delivered into the issue. */
export async function addSentReference(db: Db, tenantId: string, findingId: string, ref: string): Promise<void> {
  await db.update(tickets).set({ sent: sql`${tickets.sent} || ${JSON.stringify([ref])}::jsonb` }).where(and(one(tenantId, findingId), sql`not ${tickets.sent} ? ${ref}`))
}
export async function ticketByIssue(db: Db, tenantId: string, issueId: string): Promise<StoredTicket | null> {
  const [row] = await db.select().from(tickets).where(and(eq(tickets.tenantId, tenantId), eq(tickets.system, 'jira'), eq(tickets.issueId, issueId)))
  return row ?? null
}
/** Tickets that have an issue and are not quarantined. */
export const liveTickets = (db: Db, tenantId: string): Promise<StoredTicket[]> => db.select().from(tickets).where(and(eq(tickets.tenantId, tenantId), isNotNull(tickets.issueId), ne(tickets.state, 'quarantined')))
