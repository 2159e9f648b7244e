import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { JsonObject } from '../model/json.ts'
import { jsonObjectSchema } from '../model/json.ts'
import type { Db } from './db.ts'
import { messages } from './schema.ts'

export type MessageKind = 'slack.card' | 'jira.sync' | 'temporal.nudge'
export type Message = { readonly id: number; readonly kind: string; readonly key: string; readonly payload: JsonObject; readonly attempts: number; readonly failures: number }
const MOST_FAILURES = 5

/** The message is in the outbox when the transaction commits; a second one of the same key changes nothing. */
export async function enqueueMessage(db: Db, tenantId: string, message: { kind: MessageKind; key: string; payload: JsonObject; delaySeconds?: number }): Promise<void> {
  await db.insert(messages).values({ tenantId, kind: message.kind, key: message.key, payload: message.payload, notBefore: sql`now() + make_interval(secs => ${message.delaySeconds ?? 0})` }).onConflictDoNothing()
}

/** Up to `limit` due messages of these kinds, leased for `leaseSeconds` to the caller alone, oldest first. */
export async function claimMessages(db: Db, tenantId: string, claim: { kinds: readonly MessageKind[]; limit: number; leaseSeconds: number }): Promise<Message[]> {
  const answer = await db.execute(sql`
    update messages set attempts = attempts + 1, leased_until = now() + make_interval(secs => ${claim.leaseSeconds})
    where tenant_id = ${tenantId} and id in (
      select id from messages where tenant_id = ${tenantId} and state = 'queued' and kind in ${[...claim.kinds]} and not_before <= now() and (leased_until is null or leased_until < now())
      order by id limit ${claim.limit} for update skip locked)
    returning id, kind, key, payload, attempts, failures`)
  const rows = z.array(z.object({ id: z.coerce.number(), kind: z.string(), key: z.string(), payload: jsonObjectSchema, attempts: z.number(), failures: z.number() })).parse(answer.rows)
  return rows.toSorted((a, b) => a.id - b.id)
}

const one = (tenantId: string, id: number) => and(eq(messages.tenantId, tenantId), eq(messages.id, id))

export async function markDelivered(db: Db, tenantId: string, id: number, state: 'delivered' | 'skipped' = 'delivered'): Promise<void> {
  await db.update(messages).set({ state, leasedUntil: null, error: null }).where(one(tenantId, id))
}

/** Tried again after `delaySeconds`; quarantined at the fifth failure that counts (an outage or a 429 does not). Answers which of the two. */
export async function retryMessage(db: Db, tenantId: string, id: number, retry: { delaySeconds: number; error: string; countsAsFailure: boolean }): Promise<'queued' | 'quarantined'> {
  const counted = retry.countsAsFailure ? 1 : 0
  const [row] = await db.update(messages).set({
    failures: sql`${messages.failures} + ${counted}`, leasedUntil: null, error: retry.error, notBefore: sql`now() + make_interval(secs => ${retry.delaySeconds})`,
    state: sql`case when ${messages.failures} + ${counted} >= ${MOST_FAILURES} then 'quarantined' else 'queued' end`,
  }).where(one(tenantId, id)).returning({ state: messages.state })
  return row?.state === 'quarantined' ? 'quarantined' : 'queued'
}

export async function quarantineMessage(db: Db, tenantId: string, id: number, reason: string): Promise<void> {
  await db.update(messages).set({ state: 'quarantined', leasedUntil: null, error: reason }).where(one(tenantId, id))
}

/** How many messages of these kinds wait. */
export async function waitingMessages(db: Db, tenantId: string, kinds: readonly MessageKind[]): Promise<number> {
  return db.$count(messages, and(eq(messages.tenantId, tenantId), eq(messages.state, 'queued'), inArray(messages.kind, [...kinds])))
}

/** Whether a message of this kind about the same subject (`payload[field] = value`) waits that came before, or after, message `id`. */
export async function isQueuedBeside(db: Db, tenantId: string, beside: { kind: MessageKind; id: number; side: 'before' | 'after'; field: string; value: string }): Promise<boolean> {
  const side = beside.side === 'before' ? lt(messages.id, beside.id) : gt(messages.id, beside.id)
  const [row] = await db.select({ id: messages.id }).from(messages).where(and(eq(messages.tenantId, tenantId), eq(messages.state, 'queued'), eq(messages.kind, beside.kind), side, sql`${messages.payload} ->> ${beside.field} = ${beside.value}`)).limit(1)
  return row !== undefined
}

let nudges = 0
/** Asks that the workflow re-read the store: the signal carries nothing and may be lost, doubled or forged without effect. */
export async function enqueueNudge(db: Db, tenantId: string, workflowId: string): Promise<void> {
  nudges += 1
  await enqueueMessage(db, tenantId, { kind: 'temporal.nudge', key: `nudge:${workflowId}:${Date.now()}:${nudges}:${Math.random()}`, payload: { workflowId } })
}
