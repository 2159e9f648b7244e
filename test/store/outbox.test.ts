import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimMessages, enqueueMessage, enqueueNudge, markDelivered, type MessageKind, quarantineMessage, retryMessage, waitingMessages } from '../../store/messages.ts'
import { cardOf, intendCard, setCard } from '../../store/slack.ts'
import { addSentReference, forgetTicketIntent, intendTicket, liveTickets, observeTicket, setTicketOpened, ticketByIssue, ticketOf } from '../../store/tickets.ts'
import { addSlackLinkCode, confirmSlackLink, openSlackLinkCode, slackLinkOf } from '../../store/slack.ts'
import { setUserActive } from '../../store/users.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const enqueue = (tenant: TestTenant, key: string, kind: MessageKind = 'jira.sync', delaySeconds = 0) => tenant.server((db) => enqueueMessage(db, tenant.id, { kind, key, payload: { key }, delaySeconds }))
const claim = (tenant: TestTenant, over: Partial<Parameters<typeof claimMessages>[2]> = {}) => tenant.scanner((db) => claimMessages(db, tenant.id, { kinds: ['jira.sync', 'slack.card'], limit: 100, leaseSeconds: 60, ...over }))
const retry = (tenant: TestTenant, id: number, delaySeconds: number, countsAsFailure: boolean) => tenant.scanner((db) => retryMessage(db, tenant.id, id, { delaySeconds, error: 'down', countsAsFailure }))

test('every process may put a message into the outbox; a key is used once; a rolled-back transaction leaves none', async () => {
  const tenant = newTenant(postgres)
  await enqueue(tenant, 'a')
  await enqueue(tenant, 'a')
  await tenant.executor((db) => enqueueMessage(db, tenant.id, { kind: 'slack.card', key: 'b', payload: {} }))
  await tenant.executor((db) => enqueueMessage(db, tenant.id, { kind: 'slack.card', key: 'a', payload: {} }))
  await expect(tenant.server(async (db) => { await enqueueMessage(db, tenant.id, { kind: 'jira.sync', key: 'c', payload: {} }); throw new Error('no') })).rejects.toThrow('no')
  expect((await claim(tenant)).map(({ key }) => key)).toEqual(['a', 'b'])
})

test('SEC-09: the messages of another tenant are never claimed', async () => {
  const [tenant, other] = [newTenant(postgres), newTenant(postgres)]
  await enqueue(other, 'theirs')
  expect(await claim(tenant)).toEqual([])
  expect((await claim(other)).map(({ key }) => key)).toEqual(['theirs'])
})

test('of many who claim at once each message goes to one, oldest first, and back into the queue when its lease is over', async () => {
  const tenant = newTenant(postgres)
  for (let n = 0; n < 30; n += 1) await enqueue(tenant, `m${n}`)
  const claims = await Promise.all(Array.from({ length: 6 }, () => claim(tenant, { limit: 10 })))
  const keys = claims.flat().map(({ key }) => key)
  expect([keys.length, new Set(keys).size]).toEqual([30, 30])
  for (const each of claims) expect(each.map(({ id }) => id)).toEqual(each.map(({ id }) => id).toSorted((a, b) => a - b))
  expect(await claim(tenant)).toEqual([])
  await tenant.scanner((db) => db.execute(sql`update messages set leased_until = now() - interval '1 second'`))
  const again = await claim(tenant)
  expect([again.length, again[0]?.attempts]).toEqual([30, 2])
})

test('only asked-for kinds that are due are claimed', async () => {
  const tenant = newTenant(postgres)
  await enqueue(tenant, 'later', 'jira.sync', 3600)
  await enqueue(tenant, 'slack', 'slack.card')
  await tenant.server((db) => enqueueNudge(db, tenant.id, 'run:1'))
  await tenant.server((db) => enqueueNudge(db, tenant.id, 'run:1'))
  expect((await claim(tenant, { kinds: ['slack.card'] })).map(({ key }) => key)).toEqual(['slack'])
  expect((await claim(tenant, { kinds: ['temporal.nudge'] })).map(({ payload }) => payload)).toEqual([{ workflowId: 'run:1' }, { workflowId: 'run:1' }])
  expect(await tenant.scanner((db) => waitingMessages(db, tenant.id, ['jira.sync']))).toBe(1)
})

test('F6, F13: an outage is retried for ever, the fifth failure of its own is the last; delivered is never claimed again', async () => {
  const tenant = newTenant(postgres)
  for (const key of ['poison', 'outage', 'fine', 'broken']) await enqueue(tenant, key)
  const [poison, outage, fine, broken] = (await claim(tenant)).map(({ id }) => id)
  if (poison === undefined || outage === undefined || fine === undefined || broken === undefined) throw new Error('four were claimed')
  await tenant.scanner((db) => markDelivered(db, tenant.id, fine))
  await tenant.scanner((db) => quarantineMessage(db, tenant.id, broken, 'its issue was deleted'))
  for (let n = 1; n <= 4; n += 1) expect(await retry(tenant, poison, 0, true)).toBe('queued')
  expect(await retry(tenant, poison, 0, true)).toBe('quarantined')
  for (let n = 1; n <= 20; n += 1) expect(await retry(tenant, outage, 0, false)).toBe('queued')
  expect((await claim(tenant)).map(({ key, failures }) => [key, failures])).toEqual([['outage', 0]])
  await retry(tenant, outage, 3600, false)
  expect(await claim(tenant)).toEqual([])
})

test('one of many creates the issue; an attempt known to have made nothing lets another; what is seen of it is kept', async () => {
  const tenant = newTenant(postgres)
  const intend = () => tenant.scanner((db) => intendTicket(db, tenant.id, 'f_1'))
  expect((await Promise.all(Array.from({ length: 8 }, intend))).filter(Boolean)).toHaveLength(1)
  await tenant.scanner((db) => forgetTicketIntent(db, tenant.id, 'f_1'))
  expect(await intend()).toBe(true)
  await tenant.scanner((db) => setTicketOpened(db, tenant.id, 'f_1', { issueId: '10001', issueKey: 'SEC-1', url: 'https://jira.example/browse/SEC-1' }))
  await tenant.scanner((db) => forgetTicketIntent(db, tenant.id, 'f_1'))
  expect(await intend()).toBe(false)
  for (const ref of ['r1', 'r2', 'r1']) await tenant.scanner((db) => addSentReference(db, tenant.id, 'f_1', ref))
  await tenant.scanner((db) => observeTicket(db, tenant.id, 'f_1', { status: 'In Progress', state: 'in-sync', comments: [{ id: '1', text: 'on it' }] }))
  expect(await tenant.server((db) => ticketOf(db, tenant.id, 'f_1'))).toMatchObject({ issueKey: 'SEC-1', state: 'in-sync', status: 'In Progress', sent: ['r1', 'r2'], comments: [{ id: '1', text: 'on it' }] })
  expect((await tenant.scanner((db) => ticketByIssue(db, tenant.id, '10001')))?.findingId).toBe('f_1')
  expect(await tenant.scanner((db) => liveTickets(db, tenant.id))).toHaveLength(1)
  await tenant.scanner((db) => observeTicket(db, tenant.id, 'f_1', { state: 'quarantined', reason: 'deleted' }))
  expect(await tenant.scanner((db) => liveTickets(db, tenant.id))).toEqual([])
})

test('one of many posts the card; forgotten, it may be posted again', async () => {
  const tenant = newTenant(postgres)
  const intend = () => tenant.scanner((db) => intendCard(db, tenant.id, 'p1', 'C1'))
  expect((await Promise.all(Array.from({ length: 8 }, intend))).filter(Boolean)).toHaveLength(1)
  await tenant.scanner((db) => setCard(db, tenant.id, 'p1', { ts: '1.2', renderedState: 'approved', nonce: 'n' }))
  expect(await tenant.scanner((db) => cardOf(db, tenant.id, 'p1'))).toMatchObject({ channel: 'C1', ts: '1.2', renderedState: 'approved', nonce: 'n' })
  expect(await intend()).toBe(false)
  await tenant.scanner((db) => setCard(db, tenant.id, 'p1', { ts: null, intendedAt: null }))
  expect(await intend()).toBe(true)
})

test('T29: a Slack user is linked once, by the session that opened the code, within its time; a disabled person is linked to nobody', async () => {
  const tenant = newTenant(postgres)
  const anna = await tenant.user('anna')
  const person = { teamId: 'T1', teamName: 'Acme', slackUserId: 'U1', slackName: 'anna' }
  const add = (codeHash: string) => tenant.server((db) => addSlackLinkCode(db, tenant.id, { ...person, codeHash }))
  const open = (codeHash: string, session: string) => tenant.server((db) => openSlackLinkCode(db, tenant.id, codeHash, session))
  const confirm = (codeHash: string, sessionHash: string) => tenant.server((db) => confirmSlackLink(db, tenant.id, { codeHash, sessionHash, userId: anna.id }))
  const linked = async () => (await tenant.server((db) => slackLinkOf(db, tenant.id, 'T1', 'U1')))?.id ?? null
  await add('c1')
  expect(await confirm('c1', 's1')).toBeNull() // nobody opened it
  expect([await open('c1', 's1'), await open('c1', 's1'), await open('c1', 's2'), await open('c9', 's1')]).toEqual([person, person, null, null])
  expect([await confirm('c1', 's2'), await linked()]).toEqual([null, null])
  expect([await confirm('c1', 's1'), await confirm('c1', 's1'), await linked()]).toEqual([person, null, anna.id])
  await add('c2')
  await tenant.server((db) => db.execute(sql`update slack_link_codes set expires_at = now() where code_hash = 'c2'`))
  expect(await open('c2', 's1')).toBeNull()
  await tenant.server((db) => setUserActive(db, tenant.id, anna.id, false))
  expect(await linked()).toBeNull()
  expect(await tenant.server((db) => slackLinkOf(db, tenant.id, 'T2', 'U1'))).toBeNull()
})
