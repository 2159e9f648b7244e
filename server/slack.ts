import { App, ExpressReceiver, LogLevel, type ViewSubmitAction } from '@slack/bolt'
import type { Express } from 'express'
import type { SlackMessage } from '../integrations/slack/blocks.ts'
import { type CardValue, parseCardValue, parseModalValue } from '../integrations/slack/card-value.ts'
import type { SlackClient } from '../integrations/slack/client.ts'
import { linkNotice, notice, outOfDate } from '../integrations/slack/notices.ts'
import { cardActions, rejectModal, renderRejectModal } from '../integrations/slack/render.ts'
import type { Decision } from '../model/approval.ts'
import { WhittleError } from '../model/error.ts'
import { onlyAsSlackSends } from './slack-guard.ts'
import { type Actor, actorOf, clickSchema, submissionSchema } from './slack-payload.ts'
import { type Person, personLookup, type SlackLinks } from './slack-person.ts'
import { wordsFor } from './slack-wording.ts'

export type SlackDecision = CardValue & { readonly userId: string; readonly decision: Decision; readonly reason: string }
/** `decide` and `undo` return once the decision is committed, and throw WhittleError where it is refused; a repeat of the same click is no second decision. */
export type SlackDeps = {
  readonly signingSecret: string
  /** Its calls must end within about a second: a click is answered within three. */
  readonly slack: SlackClient
  readonly links: SlackLinks
  readonly publicUrl: string
  readonly decide: (decision: SlackDecision) => Promise<void>
  readonly undo: (request: CardValue & { readonly userId: string }) => Promise<void>
  /** Wakes the workflow; may fail (Temporal is down) without any effect on the decision. */
  readonly nudge: (planId: string) => Promise<void>
  readonly log: (what: string, error: unknown) => void
  readonly now?: () => number
}
export const slackPath = '/slack/events'

/**
 * Clicks on Whittle's cards are decisions at `POST /slack/events` of `app`. To be mounted before any body parser, because the signature is over the raw body.
 * Each decision is committed before Slack is answered; the card itself is rewritten from the outbox, never from here.
 * @throws WhittleError `secret.unreadable` without a signing secret
 */
export function mountSlack(app: Express, deps: SlackDeps): void {
  if (deps.signingSecret.trim().length < 8) throw new WhittleError('secret.unreadable', 'the slack signing secret is empty: set `slack.signingSecret` in whittle.yaml to the one of your app (Basic Information → Signing Secret)')
  const logger = quietLogger(deps.log)
  app.post(slackPath, onlyAsSlackSends(deps.now ?? Date.now))
  const receiver = new ExpressReceiver({
    signingSecret: deps.signingSecret, signatureVerification: true, endpoints: slackPath, app, logger, bodyLimit: '256kb',
    processEventErrorHandler: ({ error, response }) => {
      const caught = causeOf(error)
      deps.log('a slack click failed', caught)
      if (!response.headersSent) response.writeHead(caught instanceof WhittleError && caught.code === 'input.invalid' ? 400 : 500).end()
      return Promise.resolve(false)
    },
    unhandledRequestHandler: ({ response }) => { if (!response.headersSent) response.writeHead(404).end() },
  })
  // because clicks are answered through our own client, Bolt is given no token
  const slackApp = new App({ receiver, authorize: () => Promise.resolve({}), logger, convoStore: false, ignoreSelf: false })
  slackApp.error((error) => Promise.reject(causeOf(error)))
  const person = personLookup(deps.slack, deps.links)
  slackApp.action(cardActions.details, ({ ack }) => ack())
  for (const action of [cardActions.approve, cardActions.undo]) slackApp.action(action, ({ body, ack }) => decideOnClick({ deps, person, body, ack }))
  slackApp.action(cardActions.reject, ({ body, ack }) => askForReason({ deps, person, body, ack }))
  slackApp.view<ViewSubmitAction>({ callback_id: rejectModal.callback, type: 'view_submission' }, ({ body, ack }) => rejectWithReason({ deps, person, body, ack }))
}

type Click = { readonly deps: SlackDeps; readonly person: (actor: Actor) => Promise<Person>; readonly body: unknown; readonly ack: () => Promise<void> }
type Refusal = { readonly field: string; readonly reason: string }

/** Approve and Undo: the decision is committed, then Slack is answered, then the workflow is nudged and a refusal explained to the one who clicked. */
async function decideOnClick({ deps, person, body, ack }: Click): Promise<void> {
  const { click, value, action } = readClick(body)
  const who = await person(actorOf(click))
  const answer = await answerTo(deps, who, click.user.id, async (userId) => {
    if (value === null) return notice(outOfDate)
    await (action === cardActions.undo ? deps.undo({ ...value, userId }) : deps.decide({ ...value, userId, decision: 'approve', reason: '' }))
    return null
  })
  await ack()
  await afterwards(deps, { channel: click.channel.id, slackUser: click.user.id, answer, planId: answer === null && value ? value.planId : null })
}

/** Reject opens the dialog that asks for the reason; nothing is decided yet. */
async function askForReason({ deps, person, body, ack }: Click): Promise<void> {
  const { click, value } = readClick(body)
  await ack()
  const who = await person(actorOf(click))
  const answer = await answerTo(deps, who, click.user.id, () => Promise.resolve(value === null ? notice(outOfDate) : null))
  if (answer === null && value !== null) { await deps.slack.openModal(click.trigger_id, renderRejectModal(value, click.channel.id)); return }
  await afterwards(deps, { channel: click.channel.id, slackUser: click.user.id, answer, planId: null })
}

type Submission = Omit<Click, 'ack'> & { readonly ack: (answer?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void> }
async function rejectWithReason({ deps, person, body, ack }: Submission): Promise<void> {
  const submission = parsed(submissionSchema.safeParse(body))
  const modal = parseModalValue(submission.view.private_metadata)
  const reason = submission.view.state.values[rejectModal.block][rejectModal.input].value
  const refuse = ({ field, reason: why }: Refusal) => ack({ response_action: 'errors', errors: { [field]: why.slice(0, 2000) } })
  if (modal === null) { await refuse({ field: rejectModal.block, reason: outOfDate }); return }
  if (reason === null) { await refuse({ field: rejectModal.block, reason: 'Say why, so that whoever asked can do better.' }); return }
  const who = await person(actorOf(submission))
  if (who.kind !== 'known') { await refuse({ field: rejectModal.block, reason: who.kind === 'refused' ? who.why : 'Click Reject on the card again and connect your Slack account first.' }); return }
  const why = await refusalOf(() => deps.decide({ ...modal.value, userId: who.userId, decision: 'reject', reason }))
  if (why !== null) { await refuse({ field: rejectModal.block, reason: why }); return }
  await ack()
  await afterwards(deps, { channel: modal.channel, slackUser: submission.user.id, answer: null, planId: modal.value.planId })
}

/** What the person who clicked is shown, or null where `act` was done. */
async function answerTo(deps: SlackDeps, who: Person, slackUserId: string, act: (userId: string) => Promise<SlackMessage | null>): Promise<SlackMessage | null> {
  switch (who.kind) {
    case 'refused': return notice(who.why)
    case 'unlinked': return linkNotice(`${deps.publicUrl}/slack-link?code=${encodeURIComponent(await deps.links.startLink({ teamId: who.teamId, slackUserId, slackName: who.name }))}`)
    case 'known': {
      const asked: { answer: SlackMessage | null } = { answer: null }
      const why = await refusalOf(async () => { asked.answer = await act(who.userId) })
      return why === null ? asked.answer : notice(why)
    }
  }
}

/** Null where `act` was done; the words for the person where it was refused. What failed on our side is thrown, so that Slack is not told that it was taken. */
async function refusalOf(act: () => Promise<void>): Promise<string | null> {
  try { await act(); return null } catch (error) {
    const words = wordsFor(error)
    if (words === null) throw error
    return words
  }
}

/** What follows an answered click may fail without changing what was decided. */
async function afterwards(deps: SlackDeps, { channel, slackUser, answer, planId }: { channel: string; slackUser: string; answer: SlackMessage | null; planId: string | null }): Promise<void> {
  if (planId !== null) await deps.nudge(planId).catch((error: unknown) => { deps.log('the workflow could not be nudged; it reads the decision when it is back', error) })
  if (answer !== null) await deps.slack.whisper(channel, slackUser, answer).catch((error: unknown) => { deps.log('a person in slack could not be answered', error) })
}

function readClick(body: unknown) {
  const click = parsed(clickSchema.safeParse(body))
  const [action] = click.actions
  return { click, action: action?.action_id ?? '', value: parseCardValue(action?.value ?? '') }
}

type Read<T> = { readonly success: true; readonly data: T } | { readonly success: false; readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] } }
function parsed<T>(read: Read<T>): T {
  if (read.success) return read.data
  throw new WhittleError('input.invalid', `the slack payload is not understood: ${read.error.issues.map((issue) => `\`${issue.path.map(String).join('.')}\` ${issue.message}`).join('; ').slice(0, 500)}`)
}

const causeOf = (error: unknown): unknown => (error instanceof Error && 'original' in error ? error.original : error)

const nothing = (): void => undefined
/** Because Bolt quotes requests at its chattier levels, only what it calls an error is kept. */
function quietLogger(log: SlackDeps['log']) {
  return { debug: nothing, info: nothing, warn: nothing, error: (...words: unknown[]) => { log('bolt', words[0]) }, setLevel: nothing, getLevel: () => LogLevel.ERROR, setName: nothing }
}
