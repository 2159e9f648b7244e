import { and, eq, sql } from 'drizzle-orm'
import { appendAudit } from './audit.ts'
import type { Db } from './db.ts'
import { lockPlan } from './plans.ts'
import { plans } from './schema.ts'
import { recordEvent } from './timeline.ts'

/** The undo that was asked for did not begin: the plan is as it was, says why, and a person may ask again. Harmless to repeat. */
export async function refuseUndo(db: Db, tenantId: string, refusal: { planId: string; reason: string; actor: string }): Promise<void> {
  const row = await lockPlan(db, tenantId, refusal.planId)
  if (row.undoRequestedAt === null) return
  await db.update(plans).set({ undoRequestedBy: null, undoReason: null, undoRequestedAt: null, stateReason: refusal.reason, updatedAt: sql`now()` }).where(and(eq(plans.tenantId, tenantId), eq(plans.id, refusal.planId)))
  await appendAudit(db, tenantId, { kind: 'undo.refused', actor: refusal.actor, subject: refusal.planId, details: { reason: refusal.reason } })
  await recordEvent(db, tenantId, { subject: refusal.planId, kind: 'undo.refused', actor: refusal.actor, summary: refusal.reason })
}
