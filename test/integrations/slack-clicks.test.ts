import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import express from 'express'
import { z } from 'zod'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { printCardValue, printModalValue } from '../../integrations/slack/card-value.ts'
import { slackClient } from '../../integrations/slack/client.ts'
import { cardActions, renderCard } from '../../integrations/slack/render.ts'
import { type ErrorCode, WhittleError } from '../../model/error.ts'
import { mountSlack, slackPath, type SlackDecision, type SlackDeps } from '../../server/slack.ts'
import { cardDigest, cardOf, planOf } from '../builders/card.ts'
import { freePort } from '../peers/free-port.ts'
import { botToken, signingSecret, type SlackPeer, startSlackPeer } from '../peers/slack.ts'
import { clickPayload, forgeries, formOf, sendRaw, sendSigned, signedHeaders, stampAt, submissionPayload } from '../peers/slack-driver.ts'

let peer: SlackPeer
let server: Server
let url: string
let team: string
const port = { decided: [] as SlackDecision[], undone: [] as string[], nudged: [] as string[], linked: new Map<string, string>(), codes: [] as string[], log: [] as string[], fail: null as ErrorCode | Error | null, isTemporalDown: false }
const failing = () => {
  if (port.fail instanceof Error) throw port.fail
  if (port.fail !== null) throw new WhittleError(port.fail, 'the requester cannot approve `it`')
}
const deps = (): SlackDeps => ({
  signingSecret, slack: slackClient({ botToken, apiUrl: peer.apiUrl, timeoutMs: 1000 }), publicUrl: 'http://localhost:8080',
  links: { linkedUser: (teamId, user) => Promise.resolve(port.linked.get(`${teamId}/${user}`) ?? null), startLink: (user) => { port.codes.push(`${user.teamId}/${user.slackUserId}/${user.slackName}`); return Promise.resolve('c0de-of-the-link-page') } },
  decide: (decision) => { failing(); port.decided.push(decision); return Promise.resolve() },
  undo: ({ planId, userId }) => { failing(); port.undone.push(`${planId} ${userId}`); return Promise.resolve() },
  nudge: (planId) => { if (port.isTemporalDown) return Promise.reject(new Error('temporal is down')); port.nudged.push(planId); return Promise.resolve() },
  log: (what) => { port.log.push(what) },
})
beforeAll(async () => {
  peer = await startSlackPeer()
  team = (await deps().slack.identity()).teamId
  const app = express()
  mountSlack(app, deps())
  app.use(express.json())
  server = createServer(app)
  const at = await freePort()
  await new Promise<void>((resolve) => { server.listen(at, '127.0.0.1', () => { resolve() }) })
  url = `http://127.0.0.1:${String(at)}${slackPath}`
})
afterAll(async () => { server.closeAllConnections(); server.close(); await peer.close() })
beforeEach(() => {
  Object.assign(port, { decided: [], undone: [], nudged: [], codes: [], log: [], fail: null, isTemporalDown: false })
  port.linked = new Map([[`${team}/${alice()}`, 'second']])
  peer.faults.length = 0
  peer.userExtras.clear()
  peer.ephemerals.length = 0
  peer.views.length = 0
})

const alice = () => peer.userIds['alice'] ?? ''
const value = () => ({ planId: planOf().id, digest: cardDigest, nonce: randomBytes(16).toString('hex') })
const click = (over: Partial<Parameters<typeof clickPayload>[0]> = {}) => clickPayload({ user: alice(), team, channel: peer.channel, ts: '1700000000.000100', action: cardActions.approve, value: printCardValue(value()), ...over })
const send = (payload: unknown) => sendSigned(url, signingSecret, payload)
const whispered = () => peer.ephemerals.map((one) => one.blocks).join('\n')
const waitFor = async (isTrue: () => boolean) => { for (let i = 0; i < 200 && !isTrue(); i++) await new Promise((resolve) => setTimeout(resolve, 10)); expect(isTrue()).toBe(true) }

test('Approve on the card as it is stored in Slack is decided, answered, then nudged', async () => {
  const shown = value()
  const ts = await deps().slack.post(peer.channel, renderCard(cardOf({ nonce: shown.nonce })), shown.planId)
  const stored = JSON.stringify((await peer.messages()).find((message) => message.ts === ts)?.blocks)
  const pressed = /"action_id":"whittle\.approve".*?"value":"((?:[^"\\]|\\.)*)"/.exec(stored)?.[1] ?? ''
  expect(await send(click({ ts, value: String(JSON.parse(`"${pressed}"`)) }))).toEqual({ status: 200, body: '' })
  expect(port.decided).toEqual([{ ...shown, userId: 'second', decision: 'approve', reason: '' }])
  await waitFor(() => port.nudged.length === 1)
  expect(whispered()).toBe('')
})

test('Reject opens the dialog; its reason is the decision', async () => {
  const { trigger_id: trigger } = z.object({ trigger_id: z.string() }).parse(await peer.web.apiCall('views.generateTriggerId', { user_id: alice() }))
  const shown = value()
  expect((await send(click({ action: cardActions.reject, value: printCardValue(shown), trigger }))).status).toBe(200)
  await waitFor(() => peer.views.length === 1)
  expect(port.decided).toEqual([])
  const metadata = printModalValue(shown, peer.channel)
  expect(peer.views[0]?.view).toMatchObject({ private_metadata: metadata })
  expect(await send(submissionPayload({ user: alice(), team, metadata, reason: ' used by the nightly job ' }))).toEqual({ status: 200, body: '' })
  expect(port.decided).toEqual([{ ...shown, userId: 'second', decision: 'reject', reason: 'used by the nightly job' }])
})

test('Undo is asked for by the person, Details only opens the page', async () => {
  expect((await send(click({ action: cardActions.undo }))).status).toBe(200)
  expect(port.undone).toEqual([`${planOf().id} second`])
  expect((await send(click({ action: cardActions.details }))).status).toBe(200)
  expect(port.decided).toEqual([])
})

test('a decision counts although Temporal is down', async () => {
  port.isTemporalDown = true
  expect((await send(click())).status).toBe(200)
  expect(port.decided.length).toBe(1)
  await waitFor(() => port.log.length > 0)
})

test('a click that the store could not take is not acknowledged, so that Slack shows it', async () => {
  for (const failure of ['store.unavailable', 'audit.unavailable'] as const) {
    port.fail = failure
    expect((await send(click())).status).toBe(500)
  }
  port.fail = new Error('a bug')
  expect((await send(click())).status).toBe(500)
  expect((await send(submissionPayload({ user: alice(), team, metadata: printModalValue(value(), peer.channel), reason: 'no' }))).status).toBe(500)
  expect([port.decided, port.nudged]).toEqual([[], []])
})

test.each<[ErrorCode, string]>([['approval.out-of-date', 'out of date'], ['plan.wrong-state', 'out of date'], ['approval.not-allowed', 'the requester cannot approve'], ['approval.needs-step-up', 'Nothing was changed'], ['kill-switch.on', 'Nothing was changed']])(
  'a click refused with %s is explained to the one who clicked', async (code, words) => {
    port.fail = code
    expect((await send(click())).status).toBe(200)
    await waitFor(() => whispered().includes(words))
    const dialog = await send(submissionPayload({ user: alice(), team, metadata: printModalValue(value(), peer.channel), reason: 'no' }))
    expect(dialog.body).toContain('"response_action":"errors"')
    expect(port.nudged).toEqual([])
  })

test('a button that is none of ours is out of date', async () => {
  expect((await send(click({ value: '{"p":"x"}' }))).status).toBe(200)
  await waitFor(() => whispered().includes('out of date'))
  expect(port.decided).toEqual([])
})

test('who is not linked gets the link page, and nothing is decided', async () => {
  port.linked.clear()
  expect((await send(click())).status).toBe(200)
  await waitFor(() => whispered().includes('http://localhost:8080/slack-link?code=c0de-of-the-link-page'))
  expect(port.codes).toEqual([`${team}/${alice()}/alice`])
  expect((await send(submissionPayload({ user: alice(), team, metadata: printModalValue(value(), peer.channel), reason: 'no' }))).body).toContain('errors')
  expect(port.decided).toEqual([])
})

const nobodies: readonly (readonly [string, () => Partial<Parameters<typeof clickPayload>[0]> , Record<string, unknown>])[] = [
  ['a guest of one channel', () => ({}), { is_ultra_restricted: true }], ['a guest of some channels', () => ({}), { is_restricted: true }], ['a stranger of a shared channel', () => ({}), { is_stranger: true }],
  ['a bot', () => ({}), { is_bot: true }], ['a workflow bot', () => ({}), { is_workflow_bot: true }], ['a deactivated account', () => ({}), { deleted: true }],
  ['a user of another team', () => ({}), { team_id: 'T0FOREIGN' }], ['another team', () => ({ team: 'T0FOREIGN' }), {}],
]
test.each(nobodies)('%s does not count, although linked', async (_name, over, extras) => {
  peer.userExtras.set(alice(), extras)
  port.linked.set(`T0FOREIGN/${alice()}`, 'second')
  expect((await send(click(over()))).status).toBe(200)
  const team2 = over().team ?? team
  expect((await send(submissionPayload({ user: alice(), team: team2, metadata: printModalValue(value(), peer.channel), reason: 'no' }))).body).toContain('errors')
  expect(port.decided).toEqual([])
})
test('a user whom Slack does not know, or cannot be asked about, does not count', async () => {
  peer.faults.push({ method: 'users.info', status: 503 })
  expect((await send(click())).status).toBe(500)
  expect((await send(click({ user: 'U0NOBODY' }))).status).toBe(500)
  expect(port.decided).toEqual([])
})

test('the skew may be 299 seconds either way and no more', async () => {
  for (const [skew, status] of [[-298, 200], [298, 200], [-303, 401], [303, 401]] as const) {
    expect((await sendSigned(url, signingSecret, click(), stampAt(Date.now(), skew))).status).toBe(status)
  }
  expect(port.decided.length).toBe(2)
})

test.each(Object.keys(forgeries))('SEC-01 family `%s` changes nothing', async (family) => {
  const counts = new Map<number, number>()
  const n = Number(process.env['WHITTLE_PROOF_N'] ?? 10_000) / Object.keys(forgeries).length
  for (let from = 0; from < n; from += 32) {
    const batch = Array.from({ length: Math.min(32, Math.ceil(n - from)) }, async (_, i) => (await forgeries[family]?.(url, formOf(click()), signingSecret, from + i))?.status ?? 0)
    for (const status of await Promise.all(batch)) counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  expect([...counts.keys()].filter((status) => status < 400 || status >= 500)).toEqual([])
  expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(n)
  expect([port.decided, port.undone]).toEqual([[], []])
})

test('signed but senseless payloads change nothing, crash nothing and are answered', async () => {
  const bodies = ['payload=', 'payload=%7B%7D', 'payload=null', 'payload=[]', 'payload=1', `payload=${'x'.repeat(300_000)}`, 'a=b', '', formOf({ ...click(), user: { id: '../..' } }), formOf({ ...click(), actions: [] }), formOf({ ...click(), channel: null }),
    formOf({ ...click(), type: 'message_action' }), `payload=${encodeURIComponent(JSON.stringify(click()).replace('"actions":[{', '"__proto__":{"polluted":1},"actions":[{"__proto__":{"polluted":1}},{'))}`, `${formOf(click())}&${formOf(click())}`, formOf(submissionPayload({ user: alice(), team, metadata: 'x', reason: null }))]
  const answers = await Promise.all(bodies.map((body) => sendRaw(url, body, signedHeaders(signingSecret, body))))
  for (const { status, body } of answers) { expect(status).toBeGreaterThanOrEqual(200); expect(body).not.toMatch(/at .*\.[jt]s/) }
  expect(port.decided).toEqual([])
  expect((await send(click())).status).toBe(200)
})

test('an empty signing secret is refused at the start', () => {
  for (const secret of ['', '   ', 'short']) expect(() => { mountSlack(express(), { ...deps(), signingSecret: secret }) }).toThrow(/signing secret is empty/)
})
