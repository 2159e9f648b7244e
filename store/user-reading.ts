import { asc, eq, sql } from 'drizzle-orm'
import type { Instant } from '../model/instant.ts'
import { instantSchema } from '../model/instant.ts'
import type { Db } from './db.ts'
import { users } from './schema.ts'

export type UserRecord = typeof users.$inferSelect & { readonly lastSeenAt: Instant | null; readonly slack: string | null }

/** Everybody of the tenant by name, with when they were last seen and the Slack user that decides in their name. */
export async function userRecords(db: Db, tenantId: string): Promise<UserRecord[]> {
  const seen = sql<string | null>`greatest((select max(last_seen_at) from sessions s where s.tenant_id = users.tenant_id and s.user_id = users.id), (select max(last_used_at) from personal_tokens t where t.tenant_id = users.tenant_id and t.user_id = users.id))::text`
  const slack = sql<string | null>`(select string_agg(slack_name, ', ') from slack_links l where l.tenant_id = users.tenant_id and l.user_id = users.id)`
  const rows = await db.select({ user: users, seen, slack }).from(users).where(eq(users.tenantId, tenantId)).orderBy(asc(users.name))
  return rows.map((row) => ({ ...row.user, slack: row.slack, lastSeenAt: row.seen === null ? null : instantSchema.parse(row.seen) }))
}
