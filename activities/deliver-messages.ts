import { z } from 'zod'
import type { JiraClient } from '../integrations/jira/client.ts'
import type { SlackClient } from '../integrations/slack/client.ts'
import { WhittleError } from '../model/error.ts'
import { type Db, type Store, withTenant } from '../store/db.ts'
import { claimMessages, markDelivered, type Message, type MessageKind, quarantineMessage, retryMessage, waitingMessages } from '../store/messages.ts'
import { observeTicket, ticketOf } from '../store/tickets.ts'
import { type Delivery, skipped } from './delivery.ts'
import { showCard } from './show-card.ts'
import { syncTicket, type TicketDeps } from './sync-ticket.ts'

export type DeliveryDeps = {
  readonly store: Store; readonly tenant: string; readonly publicUrl: string
  /** null = not connected: its messages are passed over. */
  readonly slack: { readonly client: SlackClient; readonly channel: string } | null
  readonly jira: { readonly client: JiraClient; readonly settings: TicketDeps['settings'] } | null
  readonly log: (what: string, error: unknown) => void
  /** Waits between two messages to Slack: one a second and channel is what it allows. */
  readonly pace: () => Promise<void>
}
export type Delivered = { readonly delivered: number; readonly skipped: number; readonly retried: number; readonly quarantined: number; readonly waiting: number }

const outboxes = { slack: ['slack.card'], jira: ['jira.sync'] } as const satisfies Record<string, readonly MessageKind[]>
type Outbox = keyof typeof outboxes
/** Longer than the calls of one message may take together. */
const leaseSeconds = 300

/**
 * Due messages are in Slack and Jira, oldest first, at most `limit` for each of the two. What cannot be delivered now is tried again, after the time that was asked for; an outage loses nothing and
 * counts against no message; what is refused five times is set aside with its reason and holds nobody else up. To be run one at a time. @throws WhittleError `store.unavailable`
 */
export async function deliverMessages(deps: DeliveryDeps, limit: number): Promise<Delivered> {
  const counted = { delivered: 0, skipped: 0, retried: 0, quarantined: 0 }
  for (const outbox of ['slack', 'jira'] as const) await drain(deps, outbox, { limit, counted })
  return { ...counted, waiting: await withTenant(deps.store, deps.tenant, (db) => waitingMessages(db, deps.tenant, [...outboxes.slack, ...outboxes.jira])) }
}

type Counted = { delivered: number; skipped: number; retried: number; quarantined: number }
async function drain(deps: DeliveryDeps, outbox: Outbox, { limit, counted }: { limit: number; counted: Counted }): Promise<void> {
  for (let n = 0; n < limit; n++) {
    const [message] = await withTenant(deps.store, deps.tenant, (db) => claimMessages(db, deps.tenant, { kinds: outboxes[outbox], limit: 1, leaseSeconds }))
    if (!message) return
    const outcome = await attempt(deps, message)
    counted[await settle(deps, message, outcome)] += 1
    // because the next one would meet the same outage
    if (outcome.kind === 'failed' && !outcome.countsAsFailure) return
    if (outbox === 'slack' && outcome.kind !== 'skipped') await deps.pace()
  }
}

type Outcome = Delivery | { readonly kind: 'failed'; readonly why: string; readonly seconds: number; readonly countsAsFailure: boolean }
async function attempt(deps: DeliveryDeps, message: Message): Promise<Outcome> {
  try { return await deliver(deps, message) } catch (error) {
    if (error instanceof WhittleError && error.code === 'store.unavailable') throw error
    deps.log(`message ${String(message.id)} could not be delivered`, error)
    return failureOf(error, message)
  }
}

const cardPayload = z.object({ planId: z.string() })
const ticketPayload = z.object({ findingId: z.string(), comment: z.string().nullable() })
function deliver({ store, tenant, publicUrl, slack, jira }: DeliveryDeps, message: Message): Promise<Delivery> {
  if (message.kind === 'slack.card') {
    const payload = cardPayload.parse(message.payload)
    return slack ? showCard({ store, tenant, slack: slack.client, channel: slack.channel, publicUrl }, { id: message.id, ...payload }) : Promise.resolve(skipped('slack is not connected'))
  }
  const payload = ticketPayload.parse(message.payload)
  return jira ? syncTicket({ store, tenant, jira: jira.client, settings: jira.settings }, { id: message.id, key: message.key, attempts: message.attempts, ...payload }) : Promise.resolve(skipped('jira is not connected'))
}

const authErrors: ReadonlySet<string> = new Set(['not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive', 'missing_scope'])
/** A wrong token is mended by a person, and then every message is still wanted. */
const isNotLetIn = (error: WhittleError): boolean => authErrors.has(error.details['error'] ?? '') || error.details['status'] === '401' || error.details['status'] === '403'

/** Outages, 429 and a refused token wait and count against nobody; everything else is the message's own fault, or a bug that it shows. */
function failureOf(error: unknown, message: Message): Outcome {
  const why = error instanceof WhittleError ? error.message : error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}`.slice(0, 300) : 'failed without a reason'
  const backoff = Math.min(300, 5 * 2 ** Math.min(10, message.attempts - 1))
  if (!(error instanceof WhittleError)) return { kind: 'failed', why, seconds: backoff, countsAsFailure: true }
  const asked = Number(error.details['retryAfterSeconds'])
  const isAway = error.code === 'slack.unavailable' || error.code === 'jira.unavailable' || error.code === 'slack.throttled' || error.code === 'jira.throttled' || isNotLetIn(error)
  return { kind: 'failed', why, seconds: Number.isFinite(asked) && asked > 0 ? asked : backoff, countsAsFailure: !isAway }
}

function settle({ store, tenant }: DeliveryDeps, message: Message, outcome: Outcome): Promise<keyof Counted> {
  return withTenant(store, tenant, async (db): Promise<keyof Counted> => {
    switch (outcome.kind) {
      case 'delivered': await markDelivered(db, tenant, message.id); return 'delivered'
      case 'skipped': await markDelivered(db, tenant, message.id, 'skipped'); return 'skipped'
      case 'quarantined': await quarantineMessage(db, tenant, message.id, outcome.why); return 'quarantined'
      case 'later': await retryMessage(db, tenant, message.id, { delaySeconds: outcome.seconds, error: outcome.why, countsAsFailure: false }); return 'retried'
      case 'failed': {
        const state = await retryMessage(db, tenant, message.id, { delaySeconds: outcome.seconds, error: outcome.why, countsAsFailure: outcome.countsAsFailure })
        if (state === 'quarantined' && message.kind === 'jira.sync') await tellTicket(db, tenant, message, outcome.why)
        return state === 'quarantined' ? 'quarantined' : 'retried'
      }
    }
  })
}

/** Because people look at the risk, not at the outbox. */
async function tellTicket(db: Db, tenant: string, message: Message, why: string): Promise<void> {
  const payload = ticketPayload.safeParse(message.payload)
  const ticket = payload.success ? await ticketOf(db, tenant, payload.data.findingId) : null
  if (ticket) await observeTicket(db, tenant, ticket.findingId, { reason: why, ...(ticket.issueId === null ? {} : { state: 'out-of-sync' }) })
}
