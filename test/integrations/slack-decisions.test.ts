import { createServer, type Server } from 'node:http'
import express from 'express'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Delivered, deliverMessages, type DeliveryDeps } from '../../activities/deliver-messages.ts'
import { slackClient } from '../../integrations/slack/client.ts'
import { printCardValue } from '../../integrations/slack/card-value.ts'
import { digestPlan } from '../../kernel/plan-digest.ts'
import type { PlanState } from '../../model/plan.ts'
import type { Plan } from '../../model/plan.ts'
import { slackPath } from '../../server/slack.ts'
import { slackMount } from '../../server/slack-mount.ts'
import { approvalsOf, mintNonce } from '../../store/decisions.ts'
import { enqueueMessage } from '../../store/messages.ts'
import { movePlan, planById } from '../../store/plans.ts'
import { addSlackLinkCode, cardOf, confirmSlackLink, openSlackLinkCode } from '../../store/slack.ts'
import { setUserActive, type User } from '../../store/users.ts'
import { freePort } from '../peers/free-port.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newSigner, newTenant, type TestTenant } from '../builders/tenant.ts'
import { botToken, signingSecret, type SlackPeer, startSlackPeer } from '../peers/slack.ts'
import { clickPayload, formOf, sendRaw, sendSigned, signedHeaders, submissionPayload } from '../peers/slack-driver.ts'

let postgres: TestPostgres, peer: SlackPeer, team: string, signer: Awaited<ReturnType<typeof newSigner>>['signer']
const servers: Server[] = []
beforeAll(async () => { [postgres, peer, { signer }] = await Promise.all([startTestPostgres(), startSlackPeer(['alice', 'bob']), newSigner()]); team = (await client().identity()).teamId })
afterAll(async () => { for (const server of servers) { server.closeAllConnections(); server.close() } await peer.close(); await postgres.stop() })
beforeEach(() => { peer.faults.length = 0; peer.ephemerals.length = 0 })

const client = (timeoutMs = 2000) => slackClient({ botToken, apiUrl: peer.apiUrl, timeoutMs })
/** One more replica of the server of this tenant. */
async function replica(tenant: TestTenant): Promise<string> {
  const app = express()
  slackMount({ store: postgres.stores.server, tenant: tenant.id, signer, slack: client(), signingSecret, publicUrl: 'http://localhost:8080', log: () => undefined })(app)
  const [server, port] = [createServer(app), await freePort()]
  servers.push(server)
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', () => { resolve() }) })
  return `http://127.0.0.1:${String(port)}${slackPath}`
}
const deliver = async (tenant: TestTenant, limit = 50): Promise<Delivered> => {
  const deps: DeliveryDeps = { store: postgres.stores.scanner, tenant: tenant.id, publicUrl: 'http://localhost:8080', slack: { client: client(), channel: peer.channel }, jira: null, log: () => undefined, pace: () => Promise.resolve() }
  const counted = await deliverMessages(deps, limit)
  await tenant.scanner(async (db) => { await db.execute("update messages set not_before = now() where state = 'queued'") })
  return counted
}
const deliverAll = async (tenant: TestTenant): Promise<void> => { for (let round = 0; round < 30; round++) if ((await deliver(tenant)).waiting === 0) return; throw new Error('messages still wait') }
const cardsOf = async (plan: Plan) => (await peer.messages()).filter((message) => JSON.stringify(message.blocks).includes(digestPlan(plan).digest.slice(0, 12)))
const buttonSchema = z.object({ action_id: z.string(), value: z.string().optional() })
const buttonsOf = async (plan: Plan): Promise<Record<string, string>> => {
  const [card] = await cardsOf(plan)
  const actions = z.object({ elements: z.array(buttonSchema) }).parse(card?.blocks.at(-1))
  return Object.fromEntries(actions.elements.map((button) => [button.action_id, button.value ?? '']))
}
const link = async (tenant: TestTenant, name: 'alice' | 'bob', user: User): Promise<void> => {
  const slackUserId = peer.userIds[name] ?? ''
  await tenant.server(async (db) => {
    await addSlackLinkCode(db, tenant.id, { teamId: team, teamName: 'Acme', slackUserId, slackName: name, codeHash: `hash-${name}` })
    expect(await openSlackLinkCode(db, tenant.id, `hash-${name}`, 'session-1')).toMatchObject({ slackName: name })
    expect(await confirmSlackLink(db, tenant.id, { codeHash: `hash-${name}`, sessionHash: 'session-1', userId: user.id })).toMatchObject({ slackUserId })
  })
}
const click = (value: string, name: 'alice' | 'bob' = 'alice', action = 'whittle.approve') => clickPayload({ user: peer.userIds[name] ?? '', team, channel: peer.channel, ts: '1700000000.000100', action, value })
const stateOf = async (tenant: TestTenant, plan: Plan): Promise<PlanState> => (await tenant.server((db) => planById(db, tenant.id, plan.id))).state
const approvalsIn = (tenant: TestTenant, plan: Plan) => tenant.server((db) => approvalsOf(db, tenant.id, plan.id))
const move = (tenant: TestTenant, plan: Plan, ...states: PlanState[]) => tenant.executor(async (db) => { for (const to of states) await movePlan(db, tenant.id, plan.id, { to, reason: null, actor: 'executor' }) })
const again = (tenant: TestTenant, plan: Plan, n: number) => tenant.scanner((db) => enqueueMessage(db, tenant.id, { kind: 'slack.card', key: `slack:card:${plan.id}:test:${String(n)}`, payload: { planId: plan.id } }))

test('from the proposal to the undo: one card, decided by its own buttons, rewritten after every change', async () => {
  const tenant = newTenant(postgres)
  const [url, plan, second] = [await replica(tenant), await tenant.plan(), await tenant.user('second')]
  await link(tenant, 'alice', second)
  await deliverAll(tenant)
  const first = await buttonsOf(plan)
  expect(Object.keys(first)).toEqual(['whittle.approve', 'whittle.reject', 'whittle.details'])
  expect((await sendSigned(url, signingSecret, click(first['whittle.approve'] ?? ''))).status).toBe(200)
  expect([await stateOf(tenant, plan), (await approvalsIn(tenant, plan)).map(({ name, authStrength }) => [name, authStrength])]).toEqual(['approved', [['second', 'slack']]])
  await move(tenant, plan, 'executing', 'applied', 'effective')
  await deliverAll(tenant)
  const cards = await cardsOf(plan)
  expect(cards.length).toBe(1)
  expect(JSON.stringify(cards)).toContain('Approved by second')
  expect((await sendSigned(url, signingSecret, click((await buttonsOf(plan))['whittle.undo'] ?? '', 'alice', 'whittle.undo'))).status).toBe(200)
  expect((await tenant.server((db) => planById(db, tenant.id, plan.id))).undoRequestedBy).toBe(second.id)
  await move(tenant, plan, 'rolled-back')
  await deliverAll(tenant)
  expect(Object.keys(await buttonsOf(plan))).toEqual(['whittle.details'])
})

test('a rejection in the dialog is final and names its reason on the card', async () => {
  const tenant = newTenant(postgres)
  const [url, plan, second] = [await replica(tenant), await tenant.plan(), await tenant.user('second')]
  await link(tenant, 'alice', second)
  await deliverAll(tenant)
  const metadata = JSON.stringify({ value: (await buttonsOf(plan))['whittle.reject'], channel: peer.channel })
  const submit = () => sendSigned(url, signingSecret, submissionPayload({ user: peer.userIds['alice'] ?? '', team, metadata, reason: 'the nightly job uses it' }))
  expect(await submit()).toEqual({ status: 200, body: '' })
  expect(await submit()).toEqual({ status: 200, body: '' })
  await deliverAll(tenant)
  expect(await stateOf(tenant, plan)).toBe('rejected')
  expect(JSON.stringify(await cardsOf(plan))).toContain('the nightly job uses it')
  expect(await approvalsIn(tenant, plan)).toHaveLength(1)
})

test('SEC-02: valid clicks replayed in parallel on several replicas leave exactly one decision each', async () => {
  const tenant = newTenant(postgres)
  const urls = await Promise.all([1, 2, 3, 4].map(() => replica(tenant)))
  await link(tenant, 'alice', await tenant.user('second'))
  const n = Number(process.env['WHITTLE_PROOF_N'] ?? 500)
  const plans: Plan[] = []
  for (let i = 0; i < n; i++) plans.push(await tenant.plan())
  const bodies = await Promise.all(plans.map(async (plan) => {
    const digest = digestPlan(plan).digest
    return formOf(click(printCardValue({ planId: plan.id, digest, nonce: await tenant.scanner((db) => mintNonce(db, tenant.id, { planId: plan.id, digest })) })))
  }))
  // an exact replay: the same bytes under the same signature
  const requests = bodies.flatMap((body, i) => { const headers = signedHeaders(signingSecret, body); return Array.from({ length: 2 + (i % 3) }, (_, copy) => () => sendRaw(urls[copy % 4] ?? '', body, headers)) })
  const statuses: number[] = []
  for (let from = 0; from < requests.length; from += 24) statuses.push(...(await Promise.all(requests.slice(from, from + 24).map((send) => send()))).map(({ status }) => status))
  expect([...new Set(statuses)]).toEqual([200])
  const rows = await tenant.server(async (db) => z.array(z.object({ plan_id: z.string(), n: z.coerce.number() })).parse((await db.execute('select plan_id, count(*) as n from approvals group by plan_id')).rows))
  expect(rows.length).toBe(n)
  expect(rows.every((row) => row.n === 1)).toBe(true)
}, 180_000)

test('an old card, another person\'s role, the requester and a disabled user decide nothing', async () => {
  const tenant = newTenant(postgres)
  const url = await replica(tenant)
  const [second, viewer] = [await tenant.user('second'), await tenant.user('watcher', 'viewer')]
  await link(tenant, 'alice', second)
  await link(tenant, 'bob', viewer)
  const [plan, own, other] = [await tenant.plan(), await tenant.plan({ requester: { kind: 'person', userId: second.id } }), await tenant.plan()]
  await deliverAll(tenant)
  const approve = async (of: Plan) => (await buttonsOf(of))['whittle.approve'] ?? ''
  await sendSigned(url, signingSecret, click(await approve(plan), 'bob'))
  await sendSigned(url, signingSecret, click(await approve(own)))
  const swapped = (await approve(plan)).replace(plan.id, other.id)
  await sendSigned(url, signingSecret, click(swapped))
  await tenant.server((db) => setUserActive(db, tenant.id, second.id, false))
  await sendSigned(url, signingSecret, click(await approve(plan)))
  expect(await Promise.all([plan, own, other].map((one) => stateOf(tenant, one)))).toEqual(['awaiting-approval', 'awaiting-approval', 'awaiting-approval'])
  expect(await Promise.all([plan, own, other].map(async (one) => (await approvalsIn(tenant, one)).length))).toEqual([0, 0, 0])
  const told = peer.ephemerals.map((one) => one.blocks).join('\n')
  expect(told).toContain('out of date')
  expect(told).toContain('/slack-link?code=')
})

test('T29: a link code serves the one session that opened it, once', async () => {
  const tenant = newTenant(postgres)
  const second = await tenant.user('second')
  await tenant.server(async (db) => {
    await addSlackLinkCode(db, tenant.id, { teamId: team, teamName: 'Acme', slackUserId: 'U0ALICE', slackName: 'alice', codeHash: 'h' })
    expect(await confirmSlackLink(db, tenant.id, { codeHash: 'h', sessionHash: 'mine', userId: second.id })).toBeNull()
    expect(await openSlackLinkCode(db, tenant.id, 'h', 'mine')).not.toBeNull()
    expect(await openSlackLinkCode(db, tenant.id, 'h', 'theirs')).toBeNull()
    expect(await confirmSlackLink(db, tenant.id, { codeHash: 'h', sessionHash: 'theirs', userId: second.id })).toBeNull()
    expect(await confirmSlackLink(db, tenant.id, { codeHash: 'h', sessionHash: 'mine', userId: second.id })).not.toBeNull()
    expect(await confirmSlackLink(db, tenant.id, { codeHash: 'h', sessionHash: 'mine', userId: second.id })).toBeNull()
  })
})

test.each([
  ['its answer is lost', { method: 'chat.postMessage', status: 500, after: true }], ['slack fails', { method: 'chat.postMessage', status: 503 }], ['slack says 429', { method: 'chat.postMessage', status: 429, headers: { 'retry-after': '1' } }],
  ['the history cannot be read after a lost answer', { method: 'conversations.history', status: 500 }],
])('a plan has one card although %s', async (_name, fault) => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan()
  if (fault.method === 'conversations.history') peer.faults.push({ method: 'chat.postMessage', status: 500, after: true })
  peer.faults.push(fault)
  await deliverAll(tenant)
  for (const n of [1, 2, 3]) { await again(tenant, plan, n); await deliverAll(tenant) }
  expect(await cardsOf(plan)).toHaveLength(1)
  expect(peer.faults).toEqual([])
})

test('a card deleted in slack is posted again; one that slack refuses five times is set aside and holds no other up', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan()
  await deliverAll(tenant)
  const stored = await tenant.scanner((db) => cardOf(db, tenant.id, plan.id))
  await peer.web.chat.delete({ channel: peer.channel, ts: stored?.ts ?? '' })
  await again(tenant, plan, 1)
  await deliverAll(tenant)
  expect(await cardsOf(plan)).toHaveLength(1)
  const [refused, fine] = [await tenant.plan(), await tenant.plan()]
  for (let n = 0; n < 5; n++) peer.faults.push({ method: 'chat.postMessage', status: 200, body: { ok: false, error: 'is_archived' } })
  const first = await deliver(tenant, 1)
  expect(first.retried).toBe(1)
  for (let n = 0; n < 4; n++) await deliver(tenant, 1)
  await deliverAll(tenant)
  expect([(await cardsOf(refused)).length, (await cardsOf(fine)).length]).toEqual([0, 1])
})

test('slack down for hours: every plan has its one card afterwards, in its state of then', async () => {
  const tenant = newTenant(postgres)
  const plans = [await tenant.plan(), await tenant.plan(), await tenant.plan()]
  for (let n = 0; n < 24; n++) { peer.faults.push({ method: 'chat.postMessage', status: 503 }); await deliver(tenant) }
  const [cancelled] = plans
  if (cancelled) await tenant.server((db) => movePlan(db, tenant.id, cancelled.id, { to: 'cancelled', reason: 'no longer wanted', actor: 'you' }))
  peer.faults.length = 0
  await deliverAll(tenant)
  for (const plan of plans) expect(await cardsOf(plan)).toHaveLength(1)
  expect(JSON.stringify(await cardsOf(plans[0] ?? (await tenant.plan())))).toContain('no longer wanted')
})

test('without slack its messages are passed over and nothing else happens', async () => {
  const tenant = newTenant(postgres)
  await tenant.plan()
  const deps: DeliveryDeps = { store: postgres.stores.scanner, tenant: tenant.id, publicUrl: 'http://localhost:8080', slack: null, jira: null, log: () => undefined, pace: () => Promise.resolve() }
  expect(await deliverMessages(deps, 10)).toMatchObject({ delivered: 0, retried: 0, quarantined: 0, waiting: 0 })
})
