import { and, eq, inArray, sql } from 'drizzle-orm'
import { type Json, jsonSchema } from '../model/json.ts'
import type { Instant } from '../model/instant.ts'
import { appendAudit } from './audit.ts'
import type { Db } from './db.ts'
import { enqueueNudge } from './messages.ts'
import { plans, settings, switches } from './schema.ts'

export type KillSwitch = { readonly isOn: boolean; readonly setBy: string | null; readonly reason: string | null; readonly setAt: Instant | null }

export async function killSwitch(db: Db, tenantId: string): Promise<KillSwitch> {
  const [row] = await db.select().from(switches).where(eq(switches.tenantId, tenantId))
  return row === undefined ? { isOn: false, setBy: null, reason: null, setAt: null } : { isOn: row.isKillSwitchOn, setBy: row.setBy, reason: row.reason, setAt: row.setAt }
}
/** From the commit on no step is written (but a person's undo), or steps go on. */
export async function setKillSwitch(db: Db, tenantId: string, { isOn, userId, reason }: { isOn: boolean; userId: string; reason: string }): Promise<void> {
  const row = { isKillSwitchOn: isOn, setBy: userId, reason, setAt: sql`now()` }
  await db.insert(switches).values({ tenantId, ...row }).onConflictDoUpdate({ target: [switches.tenantId], set: row })
  // because a plan that waits for the switch looks again only now and then by itself
  if (!isOn) for (const { id } of await db.select({ id: plans.id }).from(plans).where(and(eq(plans.tenantId, tenantId), inArray(plans.state, ['executing', 'applied'])))) await enqueueNudge(db, tenantId, `plan:${id}`)
  await appendAudit(db, tenantId, { kind: isOn ? 'kill-switch.on' : 'kill-switch.off', actor: userId, subject: tenantId, details: { reason } })
}

/** A small value that outlives the process (a poll cursor, say), or null. */
export async function setting(db: Db, tenantId: string, key: string): Promise<Json> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(and(eq(settings.tenantId, tenantId), eq(settings.key, key)))
  return row === undefined ? null : jsonSchema.parse(row.value)
}
export async function putSetting(db: Db, tenantId: string, key: string, value: Json): Promise<void> {
  await db.insert(settings).values({ tenantId, key, value }).onConflictDoUpdate({ target: [settings.tenantId, settings.key], set: { value } })
}
