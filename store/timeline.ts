import { and, asc, eq } from 'drizzle-orm'
import type { Instant } from '../model/instant.ts'
import type { Db } from './db.ts'
import { timeline } from './schema.ts'

export type TimelineEntry = { readonly at: Instant; readonly kind: string; readonly actor: string | null; readonly summary: string }

/** Adds a line to the history of a finding, plan or run that people read; the audit chain is the evidence. */
export async function recordEvent(db: Db, tenantId: string, event: { subject: string; kind: string; actor?: string | null; summary: string }): Promise<void> {
  await db.insert(timeline).values({ tenantId, ...event })
}

/** Oldest first, at most 500. */
export const timelineOf = (db: Db, tenantId: string, subject: string): Promise<TimelineEntry[]> =>
  db.select({ at: timeline.at, kind: timeline.kind, actor: timeline.actor, summary: timeline.summary }).from(timeline)
    .where(and(eq(timeline.tenantId, tenantId), eq(timeline.subject, subject))).orderBy(asc(timeline.id)).limit(500)
