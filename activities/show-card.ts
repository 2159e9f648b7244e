import type { SlackClient } from '../integrations/slack/client.ts'
import { type Card, renderCard } from '../integrations/slack/render.ts'
import { WhittleError } from '../model/error.ts'
import type { Plan } from '../model/plan.ts'
import { databaseNow, type Db, type Store, withTenant } from '../store/db.ts'
import { approvalsOf, mintNonce } from '../store/decisions.ts'
import { findingById, findingOf } from '../store/findings.ts'
import { isQueuedBeside } from '../store/messages.ts'
import { contentOf, planById } from '../store/plans.ts'
import { cardOf, intendCard, setCard, type SlackCard } from '../store/slack.ts'
import { userById } from '../store/users.ts'
import { delivered, type Delivery, later, skipped } from './delivery.ts'

export type CardDeps = { readonly store: Store; readonly tenant: string; readonly slack: SlackClient; readonly channel: string; readonly publicUrl: string }
export type CardMessage = { readonly id: number; readonly planId: string }

/**
 * The plan's one card in the channel shows the plan as it is now, with fresh buttons. Posted when there is none, rewritten else; a card whose answer was lost is found again before another is posted.
 * @throws WhittleError slack.*
 */
export async function showCard(deps: CardDeps, message: CardMessage): Promise<Delivery> {
  const { planId } = message
  const isSuperseded = await inStore(deps, (db) => isQueuedBeside(db, deps.tenant, { kind: 'slack.card', id: message.id, side: 'after', field: 'planId', value: planId }))
  if (isSuperseded) return skipped('a newer message shows the same card')
  const drawn = await inStore(deps, (db) => drawCard(db, deps, planId))
  const place = await placeOf(deps, planId, drawn.stored)
  if (place === 'busy') return later(5, 'the card is being posted')
  const shown = renderCard(drawn.card)
  if (place === null) await setPosted(deps, planId, await postIntended(deps, planId, () => deps.slack.post(deps.channel, shown, planId)))
  else {
    const isThere = await rewritten(() => deps.slack.rewrite(place, shown, planId))
    if (!isThere) {
      await inStore(deps, (db) => setCard(db, deps.tenant, planId, { ts: null, intendedAt: null }))
      return later(1, 'the card was deleted in slack: posting another')
    }
  }
  await inStore(deps, (db) => setCard(db, deps.tenant, planId, { renderedState: drawn.card.state, nonce: drawn.card.nonce }))
  return delivered
}

const inStore = <T>(deps: CardDeps, work: (db: Db) => Promise<T>): Promise<T> => withTenant(deps.store, deps.tenant, work)
const setPosted = (deps: CardDeps, planId: string, ts: string): Promise<void> => inStore(deps, (db) => setCard(db, deps.tenant, planId, { ts }))

/** Where the card is; null where this caller, and no other, is to post it. */
async function placeOf(deps: CardDeps, planId: string, stored: SlackCard | null): Promise<{ channel: string; ts: string } | null | 'busy'> {
  if (stored?.ts) return { channel: stored.channel, ts: stored.ts }
  if (stored?.intendedAt) {
    const ts = await deps.slack.findCard(stored.channel, planId, stored.intendedAt)
    if (ts !== null) { await setPosted(deps, planId, ts); return { channel: stored.channel, ts } }
    await inStore(deps, (db) => setCard(db, deps.tenant, planId, { intendedAt: null }))
  }
  return await inStore(deps, (db) => intendCard(db, deps.tenant, planId, deps.channel)) ? null : 'busy'
}

async function postIntended(deps: CardDeps, planId: string, post: () => Promise<string>): Promise<string> {
  try { return await post() } catch (error) {
    // because Slack is known to have posted nothing
    if (error instanceof WhittleError && error.details['outcome'] === 'none') await inStore(deps, (db) => setCard(db, deps.tenant, planId, { intendedAt: null }))
    throw error
  }
}

const gone: ReadonlySet<string> = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'cant_broadcast_message'])
/** False where there is no card any more that could be rewritten. */
async function rewritten(rewrite: () => Promise<void>): Promise<boolean> {
  try { await rewrite(); return true } catch (error) {
    if (error instanceof WhittleError && error.code === 'slack.refused' && gone.has(error.details['error'] ?? '')) return false
    throw error
  }
}

async function drawCard(db: Db, deps: CardDeps, planId: string): Promise<{ card: Card; stored: SlackCard | null }> {
  const row = await planById(db, deps.tenant, planId)
  const plan = contentOf(row)
  const finding = row.findingId === null ? null : await findingById(db, deps.tenant, row.findingId)
  const decisions = (await approvalsOf(db, deps.tenant, planId)).filter((one) => !one.isRevoked)
  return {
    stored: await cardOf(db, deps.tenant, planId),
    card: {
      plan, digest: row.digest, state: row.state, stateReason: row.stateReason, finding: finding ? findingOf(finding) : null, requester: await requesterOf(db, deps, plan),
      decisions: decisions.map(({ name, decision, reason, decidedAt }) => ({ name, decision, reason, at: decidedAt })),
      nonce: await mintNonce(db, deps.tenant, { planId, digest: row.digest }), publicUrl: deps.publicUrl, asOf: await databaseNow(db),
    },
  }
}

async function requesterOf(db: Db, deps: CardDeps, plan: Plan): Promise<string> {
  if (plan.requester.kind === 'playbook') return `playbook ${plan.requester.playbookId}`
  return (await userById(db, deps.tenant, plan.requester.userId))?.name ?? plan.requester.userId
}
