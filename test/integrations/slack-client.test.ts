import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { slackClient, type SlackClient } from '../../integrations/slack/client.ts'
import { notice } from '../../integrations/slack/notices.ts'
import { renderCard } from '../../integrations/slack/render.ts'
import { WhittleError } from '../../model/error.ts'
import { instantOf } from '../../model/instant.ts'
import { cardOf } from '../builders/card.ts'
import { botToken, type SlackFault, type SlackPeer, startSlackPeer } from '../peers/slack.ts'

let peer: SlackPeer
let slack: SlackClient
beforeAll(async () => { peer = await startSlackPeer(); slack = slackClient({ botToken, apiUrl: peer.apiUrl, timeoutMs: 2000 }) })
afterAll(() => peer.close())
beforeEach(() => { peer.faults.length = 0 })

const plan = (n: number) => `01ARZ3NDEKTSV4RRFFQ69G5F${String(n).padStart(2, '0')}`
const since = () => instantOf(Date.now() - 1000)
const failure = async (call: Promise<unknown>): Promise<WhittleError> => {
  const error: unknown = await call.then(() => null, (caught: unknown) => caught)
  if (!(error instanceof WhittleError)) throw new Error('did not fail as expected', { cause: error })
  return error
}

test('a card is posted, found again by its plan and rewritten in place', async () => {
  const from = since()
  const ts = await slack.post(peer.channel, renderCard(cardOf()), plan(1))
  expect(await slack.findCard(peer.channel, plan(1), from)).toBe(ts)
  expect(await slack.findCard(peer.channel, plan(2), from)).toBeNull()
  await slack.rewrite({ channel: peer.channel, ts }, renderCard(cardOf({ state: 'effective' })), plan(1))
  const stored = (await peer.messages()).find((message) => message.ts === ts)
  expect(stored?.text).toContain('fixed and verified')
  expect(await slack.findCard(peer.channel, plan(1), from)).toBe(ts)
})

test('a card whose answer was lost is there once and is found', async () => {
  peer.faults.push({ method: 'chat.postMessage', status: 500, after: true })
  const from = since()
  const error = await failure(slack.post(peer.channel, renderCard(cardOf()), plan(3)))
  expect([error.code, error.details['outcome']]).toEqual(['slack.unavailable', 'unknown'])
  expect(await slack.findCard(peer.channel, plan(3), from)).not.toBeNull()
})

test('a person is told apart from a guest and a bot', async () => {
  const alice = peer.userIds['alice'] ?? ''
  expect(await slack.userOf(alice)).toMatchObject({ id: alice, isPerson: true, isGuest: false, isDeleted: false, teamId: (await slack.identity()).teamId })
  peer.userExtras.set(alice, { is_ultra_restricted: true })
  expect(await slack.userOf(alice)).toMatchObject({ isGuest: true })
  peer.userExtras.set(alice, { is_bot: true })
  expect(await slack.userOf(alice)).toMatchObject({ isPerson: false })
  peer.userExtras.clear()
})

test('only the person who clicked sees a whisper', async () => {
  const before = (await peer.messages()).length
  await slack.whisper(peer.channel, peer.userIds['alice'] ?? '', notice('this card is out of date'))
  expect(peer.ephemerals.at(-1)?.text).toContain('out of date')
  expect((await peer.messages()).length).toBe(before)
})

const faults: readonly (readonly [string, Omit<SlackFault, 'method'>, string, Readonly<Record<string, string>>])[] = [
  ['429 says how long to wait', { status: 429, headers: { 'retry-after': '17' } }, 'slack.throttled', { retryAfterSeconds: '17', outcome: 'none' }],
  ['a refusal names itself', { status: 200, body: { ok: false, error: 'is_archived' } }, 'slack.refused', { error: 'is_archived', outcome: 'none' }],
  ['an internal error may have done it', { status: 200, body: { ok: false, error: 'internal_error' } }, 'slack.unavailable', { error: 'internal_error', outcome: 'unknown' }],
  ['503 is an outage', { status: 503, body: {} }, 'slack.unavailable', { error: '503', outcome: 'unknown' }],
  ['404 is refused', { status: 404, body: {} }, 'slack.refused', { error: '404', outcome: 'none' }],
  ['an answer that is no answer is an outage', { status: 200, body: 'x' }, 'slack.unavailable', { outcome: 'unknown' }],
]
test.each(faults)('%s, after one attempt', async (_name, fault, code, details) => {
  peer.faults.push({ method: 'chat.postMessage', ...fault })
  const before = peer.calls.length
  const error = await failure(slack.post(peer.channel, notice('x'), null))
  expect([error.code, error.details]).toEqual([code, details])
  expect(error.message).not.toContain(botToken)
  expect(peer.calls.length - before).toBe(1)
})

test('nobody there is an outage, not a crash', async () => {
  const error = await failure(slackClient({ botToken, apiUrl: 'http://127.0.0.1:9/api', timeoutMs: 500 }).identity())
  expect([error.code, error.details['outcome']]).toEqual(['slack.unavailable', 'unknown'])
})
test('an unknown channel is refused with what to do', async () => {
  expect((await failure(slack.post('CNOPE', notice('x'), null))).message).toContain('invite the app')
})
