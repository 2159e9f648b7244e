import { LogLevel, WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Instant } from '../../model/instant.ts'
import type { SlackMessage, SlackModal } from './blocks.ts'
import { slackError } from './error.ts'
import { cardEvent } from './render.ts'

export type SlackUser = { readonly id: string; readonly teamId: string; readonly name: string; readonly isPerson: boolean; readonly isGuest: boolean; readonly isDeleted: boolean }
export type SlackIdentity = { readonly teamId: string; readonly teamName: string; readonly botUserId: string }

/** What Whittle does in Slack. Every call is tried once: who calls decides about trying again. @throws WhittleError slack.* with `details.outcome` */
export type SlackClient = {
  readonly identity: () => Promise<SlackIdentity>
  readonly userOf: (userId: string) => Promise<SlackUser>
  /** A new message; its `ts`. The card of a plan is findable by `findCard`. */
  readonly post: (channel: string, message: SlackMessage, planId: string | null) => Promise<string>
  readonly rewrite: (place: CardPlace, message: SlackMessage, planId: string) => Promise<void>
  /** The `ts` of the newest card of the plan posted at or after `since`, or null: asked after an answer was lost. Looks at 1,000 messages at most. */
  readonly findCard: (channel: string, planId: string, since: Instant) => Promise<string | null>
  readonly whisper: (channel: string, userId: string, message: SlackMessage) => Promise<void>
  readonly openModal: (triggerId: string, modal: SlackModal) => Promise<void>
}
export type CardPlace = { readonly channel: string; readonly ts: string }
export type SlackSettings = { readonly botToken: string; readonly apiUrl?: string; readonly timeoutMs?: number }

const userAnswer = z.object({ user: z.object({
  id: z.string(), team_id: z.string().optional(), name: z.string().default(''), real_name: z.string().optional(), deleted: z.boolean().default(false), is_bot: z.boolean().default(false), is_app_user: z.boolean().default(false),
  is_workflow_bot: z.boolean().default(false), is_restricted: z.boolean().default(false), is_ultra_restricted: z.boolean().default(false), is_stranger: z.boolean().default(false),
}) })
const historyAnswer = z.object({
  messages: z.array(z.object({ ts: z.string(), metadata: z.object({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() }).optional() })).default([]),
  has_more: z.boolean().optional(), response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

/** A client of one workspace. A proxy and a private CA hold because it speaks through Node's own `fetch` (docs/configuration.md). */
export function slackClient({ botToken, apiUrl, timeoutMs = 10_000 }: SlackSettings): SlackClient {
  const web = new WebClient(botToken, {
    retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: timeoutMs, logLevel: LogLevel.ERROR, logger: silent, allowAbsoluteUrls: false,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
  })
  const metadataOf = (planId: string) => ({ event_type: cardEvent, event_payload: { plan_id: planId } })
  // because nothing in our texts is meant as a link: Slack shall not make one, nor fetch a preview
  const quiet = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const
  return {
    identity: () => tried('sign in', async () => {
      const answer = await web.auth.test()
      return z.object({ team_id: z.string(), team: z.string().default(''), user_id: z.string() }).transform((read) => ({ teamId: read.team_id, teamName: read.team, botUserId: read.user_id })).parse(answer)
    }),
    userOf: (userId) => tried('look up a user', async () => {
      const { user } = userAnswer.parse(await web.users.info({ user: userId }))
      return {
        id: user.id, teamId: user.team_id ?? '', name: user.real_name ?? user.name, isPerson: !user.is_bot && !user.is_app_user && !user.is_workflow_bot && user.id !== 'USLACKBOT',
        isGuest: user.is_restricted || user.is_ultra_restricted || user.is_stranger, isDeleted: user.deleted,
      }
    }),
    post: (channel, message, planId) => tried('post a message', async () => {
      const answer = await web.chat.postMessage({ channel, text: message.text, blocks: [...message.blocks], ...quiet, ...(planId === null ? {} : { metadata: metadataOf(planId) }) })
      return z.object({ ts: z.string() }).parse(answer).ts
    }),
    rewrite: ({ channel, ts }, message, planId) => tried('rewrite a card', async () => {
      await web.chat.update({ channel, ts, text: message.text, blocks: [...message.blocks], link_names: false, parse: 'none', metadata: metadataOf(planId) })
    }),
    findCard: (channel, planId, since) => tried('look for a card', () => findCardIn(web, { channel, planId, since })),
    whisper: (channel, userId, message) => tried('answer a person', async () => {
      await web.chat.postEphemeral({ channel, user: userId, text: message.text, blocks: [...message.blocks], link_names: false, parse: 'none' })
    }),
    openModal: (triggerId, modal) => tried('open a dialog', async () => { await web.views.open({ trigger_id: triggerId, view: modal }) }),
  }
}

async function findCardIn(web: WebClient, wanted: { channel: string; planId: string; since: Instant }): Promise<string | null> {
  // because the clock of Slack is not ours: a minute earlier is asked for
  const oldest = String(Math.floor(Date.parse(wanted.since) / 1000) - 60)
  let cursor: string | undefined
  for (let page = 0; page < 5; page++) {
    const answer = historyAnswer.parse(await web.conversations.history({ channel: wanted.channel, oldest, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) }))
    const found = answer.messages.find(({ metadata }) => metadata?.event_type === cardEvent && metadata.event_payload?.['plan_id'] === wanted.planId)
    if (found) return found.ts
    cursor = answer.response_metadata?.next_cursor
    if (!cursor) return null
  }
  return null
}

async function tried<T>(what: string, call: () => Promise<T>): Promise<T> {
  try { return await call() } catch (error) { throw slackError(error, what) }
}

const nothing = (): void => undefined
/** Because its warnings quote what was sent. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, getLevel: () => LogLevel.ERROR, setName: nothing }
