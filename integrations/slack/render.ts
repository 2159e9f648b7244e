import type { Decision } from '../../model/approval.ts'
import { diffOf } from '../../model/diff.ts'
import type { Finding } from '../../model/finding.ts'
import type { Instant } from '../../model/instant.ts'
import type { Json } from '../../model/json.ts'
import type { Plan, PlanState } from '../../model/plan.ts'
import { type Block, type Button, inert, label, plain, type SlackMessage, type SlackModal } from './blocks.ts'
import { type CardValue, printCardValue, printModalValue } from './card-value.ts'

/** Everything that a card shows. `requester` and the names in `decisions` are names of people or playbooks; `publicUrl` is Whittle's own address without a slash at its end. */
export type Card = {
  readonly plan: Plan; readonly digest: string; readonly state: PlanState; readonly stateReason: string | null
  readonly finding: Finding | null; readonly requester: string
  readonly decisions: readonly { readonly name: string; readonly decision: Decision; readonly reason: string; readonly at: Instant }[]
  readonly nonce: string; readonly publicUrl: string; readonly asOf: Instant
}

export const cardActions = { approve: 'whittle.approve', reject: 'whittle.reject', details: 'whittle.details', undo: 'whittle.undo' } as const
export const rejectModal = { callback: 'whittle.reject', block: 'reason', input: 'text' } as const
/** The metadata of a card's message: how a card is found again after an answer of Slack was lost. */
export const cardEvent = 'whittle_card'

/** What the store lets a person do in each state (store/decisions.ts). */
type Offer = 'decide' | 'undo' | 'nothing'
const shown: Readonly<Record<PlanState, { readonly headline: string; readonly offer: Offer }>> = {
  proposed: { headline: 'Proposed', offer: 'nothing' },
  'awaiting-approval': { headline: 'Waits for a decision', offer: 'decide' },
  approved: { headline: 'Approved, about to run', offer: 'nothing' },
  executing: { headline: 'Running', offer: 'nothing' },
  applied: { headline: 'Applied, being verified', offer: 'nothing' },
  effective: { headline: 'Fixed and verified', offer: 'undo' },
  watching: { headline: 'Fixed, usage is watched', offer: 'undo' },
  closed: { headline: 'Fixed and closed', offer: 'undo' },
  rejected: { headline: 'Rejected', offer: 'nothing' },
  expired: { headline: 'Expired without a decision or before it could run', offer: 'nothing' },
  cancelled: { headline: 'Cancelled', offer: 'nothing' },
  refused: { headline: 'Refused: nothing was written', offer: 'nothing' },
  'rolled-back': { headline: 'Undone: the state before is back', offer: 'nothing' },
  'partial-needs-human': { headline: 'Stopped half-way: a person is needed', offer: 'undo' },
}

/** The longest that each part may be; together under 4,000 characters, so that Slack shows the card whole. */
const room = { title: 150, line: 200, why: 400, evidence: 450, diff: 750, calls: 350, state: 180, decision: 100, fallback: 200 } as const

/** The card of a plan in its present state: what, why, evidence, diff, API calls, who asks, until when, digest prefix, and the buttons that this state offers. */
export function renderCard(card: Card): SlackMessage {
  const { plan, finding } = card
  const severity = finding?.severity ?? null
  const blocks: Block[] = [
    { type: 'header', text: plain(`${shown[card.state].headline}: ${plan.title}`, room.title) },
    pairs([
      ['Why', plain([plan.reason, finding?.summary].filter((text) => text !== undefined && text !== '').join('\n'), room.why)],
      ['Risk', plain(finding ? `${finding.title} (${finding.severity}, ${finding.certainty})` : 'no risk is attached', room.line)],
      ['Where', plain(`${plan.cloud} account ${plan.account}, environment ${plan.environment}${finding?.principal ? `\n${finding.principal}` : ''}`, room.line)],
      ['Asked by', plain(card.requester, 80)],
      ['Decide until', plain(`${day(plan.notAfter)} (undo until ${day(plan.rollbackNotAfter)})`, 80)],
    ]),
    ...part('Evidence', finding ? evidenceLines(finding.evidence) : [], room.evidence),
    ...part('What changes', plan.changes.flatMap((change) => [change.target, ...diffOf(change.before, change.after).map((line) => `${line.sign} ${line.text}`)]), room.diff),
    ...part('API calls', plan.apiCalls, room.calls),
    { type: 'context', elements: contextOf(card) },
    { type: 'actions', block_id: 'whittle', elements: buttonsOf(card) },
  ]
  return { text: fallback(`Whittle: ${shown[card.state].headline.toLowerCase()} (${severity ?? plan.tier}): ${plan.title}`), blocks }
}

/** The notification text is the one place that Slack parses, so that it loses `@` as well. */
const fallback = (text: string): string => inert(text.replaceAll('@', '\uFF20'), room.fallback)

const pairs = (rows: readonly (readonly [string, ReturnType<typeof plain>])[]): Block => ({ type: 'section', fields: rows.flatMap(([name, value]) => [label(name), value]) })

function part(name: string, lines: readonly string[], max: number): Block[] {
  if (lines.length === 0) return []
  return [{ type: 'section', text: label(name) }, { type: 'section', text: plain(lines.join('\n'), max) }]
}

function evidenceLines(evidence: { readonly [key: string]: Json }): string[] {
  return Object.entries(evidence).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
}

function contextOf(card: Card): ReturnType<typeof plain>[] {
  const { plan } = card
  const notes = [
    `${shown[card.state].headline}${card.stateReason ? `: ${card.stateReason}` : ''}`,
    `plan ${card.digest.slice(0, 12)} · ${plan.tier} tier · ${plan.reducesOnly ? 'only takes permissions away' : 'also grants'}${plan.irreversible.length > 0 ? ' · CANNOT BE UNDONE' : ''}`,
    ...(card.state === 'awaiting-approval' && plan.tier === 'high' ? ['High tier: approve in the web with your security key.'] : []),
  ].map((text) => plain(text, room.state))
  return [...notes, ...card.decisions.slice(-3).map((one) => plain(`${one.decision === 'approve' ? 'Approved' : 'Rejected'} by ${one.name}, ${day(one.at)}${one.reason ? `: ${one.reason}` : ''}`, room.decision))]
}

function buttonsOf(card: Card): Button[] {
  const value = printCardValue({ planId: card.plan.id, digest: card.digest, nonce: card.nonce })
  const details: Button = { type: 'button', action_id: cardActions.details, text: plain('Details', 30), url: planUrl(card.publicUrl, card.plan.id) }
  switch (shown[card.state].offer) {
    case 'nothing': return [details]
    case 'undo': return mayUndo(card) ? [{ ...undoButton, value }, details] : [details]
    case 'decide': return [
      // because a click is a weak signature: high tier is approved in the web alone (SAFETY §1.1)
      ...(card.plan.tier === 'high' ? [] : [{ type: 'button', action_id: cardActions.approve, text: plain('Approve', 30), style: 'primary', value } satisfies Button]),
      { type: 'button', action_id: cardActions.reject, text: plain('Reject…', 30), style: 'danger', value }, details,
    ]
  }
}

const mayUndo = ({ plan, asOf }: Card): boolean => plan.inverse.length > 0 && Date.parse(asOf) < Date.parse(plan.rollbackNotAfter)
const undoButton = {
  type: 'button', action_id: cardActions.undo, text: plain('Undo', 30), style: 'danger',
  confirm: { title: plain('Undo this fix?', 100), text: plain('The state from before the fix is put back, and the risk is open again.', 300), confirm: plain('Undo', 30), deny: plain('Keep the fix', 30), style: 'danger' },
} as const satisfies Button

export const planUrl = (publicUrl: string, planId: string): string => `${publicUrl}/plans/${encodeURIComponent(planId)}`
const day = (at: Instant): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`

/** The modal that asks why a plan is rejected; its submission carries the same plan, digest and nonce as the button. */
export function renderRejectModal(value: CardValue, channel: string): SlackModal {
  return {
    type: 'modal', callback_id: rejectModal.callback, private_metadata: printModalValue(value, channel),
    title: plain('Reject this fix', 24), submit: plain('Reject', 24), close: plain('Back', 24),
    blocks: [{
      type: 'input', block_id: rejectModal.block, label: plain('Why should it not be done?', 200), hint: plain(`Plan ${value.digest.slice(0, 12)}. The reason is kept in the audit trail and shown on the card.`, 200),
      element: { type: 'plain_text_input', action_id: rejectModal.input, multiline: true, min_length: 1, max_length: 500 },
    }],
  }
}
