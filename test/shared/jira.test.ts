import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverMessages, type DeliveryDeps } from '../../activities/deliver-messages.ts'
import { reconcileTickets } from '../../activities/reconcile-tickets.ts'
import { type JiraClient, jiraClient } from '../../integrations/jira/client.ts'
import { commentDocument, remoteLinkOf, riskLabel, ticketFields } from '../../integrations/jira/render.ts'
import type { TicketDeps } from '../../activities/sync-ticket.ts'
import { instantOf } from '../../model/instant.ts'
import { withTenant } from '../../store/db.ts'
import { recordJudgements } from '../../store/findings.ts'
import { enqueueMessage } from '../../store/messages.ts'
import { ticketOf } from '../../store/tickets.ts'
import { findingOf } from '../builders/card.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { addComment } from '../peers/jira/routes.ts'
import { moveTo } from '../peers/jira/site.ts'
import { jiraEmail, jiraToken, type JiraStub, startJiraStub } from '../peers/jira/stub.ts'
import { readableJiraSpec } from './jira-spec.ts'
import { startJudge } from './prism.ts'

// Every call of these tests passes Atlassian's own OpenAPI document as judge of request and answer, and jira.js' own schemas as judge of the answer.
const tenant = 'default'
let stub: JiraStub, judge: Awaited<ReturnType<typeof startJudge>>, postgres: TestPostgres, jira: JiraClient
beforeAll(async () => {
  [stub, postgres] = await Promise.all([startJiraStub(), startTestPostgres()])
  judge = await startJudge(readableJiraSpec(), stub.url)
  jira = connect(judge.url)
})
afterAll(async () => { await judge.stop(); await stub.close(); await postgres.stop() })

const connect = (host: string, apiToken = jiraToken) => jiraClient({ host, email: jiraEmail, apiToken, project: 'SEC', onSchemaMismatch: (report) => { throw new Error(`jira.js refuses the answer: ${JSON.stringify(report)}`) } })
const settings = (): TicketDeps['settings'] => ({ project: 'SEC', issueType: 'Task', labels: [], priorities: {}, publicUrl: 'https://whittle.example.com', host: judge.url, doneTransition: null, settleSeconds: 1 })
const finding = findingOf({ id: `f_${'7'.repeat(24)}` })
const fields = () => ticketFields(finding, settings())
const code = (call: Promise<unknown>) => call.then(() => 'no error', (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'another error'))

test('every call of the client is as Atlassian documents it, and so is every answer of the stub', async () => {
  const { id, key } = await jira.create(fields())
  expect(key).toMatch(/^SEC-/)
  expect(await jira.issuesOfRisk(finding.id)).toMatchObject([{ id, key, status: 'To Do', category: 'new', labels: ['whittle', riskLabel(finding.id)], assignee: null }])
  await jira.setLink(id, remoteLinkOf(finding.id, 'https://whittle.example.com'))
  await jira.setLink(id, remoteLinkOf(finding.id, 'https://whittle.example.com'))
  await jira.comment(id, commentDocument('a sentence', '0123456789ab'))
  expect(await jira.comments(id)).toMatchObject([{ author: 'Whittle', text: 'a sentence\nwhittle ref 0123456789ab' }])
  const [start] = (await jira.moves(id)).filter((move) => move.category === 'indeterminate')
  await jira.move(id, start?.id ?? '')
  expect(await jira.issue(id)).toMatchObject({ status: 'In Progress', category: 'indeterminate' })
  expect((await jira.changed(10, null)).issues.map((issue) => issue.id)).toContain(id)
})

test('pages are followed to the last', async () => {
  for (let n = 0; n < 104; n++) stub.site.issues.set(`f${String(n)}`, { ...[...stub.site.issues.values()][0] ?? fail(), id: String(50_000 + n), key: `SEC-${String(5000 + n)}` })
  for (const [key, issue] of stub.site.issues) if (key.startsWith('f')) stub.site.versions.push({ at: stub.site.now(), issue })
  const first = await jira.changed(10, null)
  expect([first.issues.length, first.next === null]).toEqual([100, false])
  const second = await jira.changed(10, first.next)
  expect([second.issues.length, second.next]).toEqual([5, null])
  for (const key of [...stub.site.issues.keys()]) if (key.startsWith('f')) stub.site.issues.delete(key)
  stub.site.versions.splice(0)
})
const fail = (): never => { throw new Error('no issue') }

test.each([
  ['an issue that is not there', () => jira.issue('99999'), 'jira.not-found'], ['a transition that is not offered', () => jira.move([...stub.site.issues.keys()][0] ?? '', '999'), 'jira.refused'],
  ['a type that the project does not have', () => jira.create({ ...fields(), issuetype: { name: 'Riddle' } }), 'jira.refused'], ['a wrong token', () => connect(judge.url, 'wrong').issue('10001'), 'jira.refused'],
] as const)('%s is told by the right code', async (_name, call, expected) => expect(await code(call())).toBe(expected))

test('429 passes the judge with its Retry-After', async () => {
  stub.faults.push({ method: 'POST', path: /\/comment$/, status: 429, headers: { 'retry-after': '7' } })
  const error: unknown = await jira.comment([...stub.site.issues.keys()][0] ?? '', commentDocument('x', '0123456789ab')).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'jira.throttled', details: { retryAfterSeconds: '7', outcome: 'none' } })
})

test('the judge refuses what is wrong on either side, so that its silence means something', async () => {
  const authorization = `Basic ${Buffer.from(`${jiraEmail}:${jiraToken}`).toString('base64')}`
  const send = (path: string, body: unknown) => fetch(`${judge.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify(body) })
  expect((await send('/rest/api/3/issue', { fields: 'x' })).status).toBe(422)
  expect((await send('/rest/api/3/issue/10001/transitions', { transition: '31' })).status).toBe(422)
  expect((await send('/rest/api/3/nothing-of-jira', {})).status).toBe(404)
  stub.faults.push({ method: 'GET', path: /\/issue\/10001$/, status: 200, body: { id: 5, key: ['no'] } })
  const broken = await fetch(`${judge.url}/rest/api/3/issue/10001`, { headers: { authorization } })
  expect([broken.status, await broken.text()]).toEqual([500, expect.stringContaining('VIOLATIONS')])
})

test('the whole way of a ticket is as documented: opened, told, moved, closed by a person, closed by the fix', async () => {
  const store = postgres.stores.scanner
  const inStore = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(store, tenant, work)
  const risk = findingOf({ id: `f_${'8'.repeat(24)}` })
  const deps: DeliveryDeps = { store, tenant, publicUrl: 'https://whittle.example.com', slack: null, jira: { client: jira, settings: settings() }, log: (what, error) => { throw new Error(what, { cause: error }) }, pace: () => Promise.resolve() }
  const say = (n: number, comment: string | null) => inStore((db) => enqueueMessage(db, tenant, { kind: 'jira.sync', key: `jira:${risk.id}:${String(n)}`, payload: { findingId: risk.id, comment } }))
  const stateOf = async () => (await inStore((db) => ticketOf(db, tenant, risk.id)))?.state
  await inStore((db) => recordJudgements(db, tenant, { environment: 'sandbox', scanId: 's', sightings: [{ finding: risk, observedAt: instantOf(Date.now()) }], clearances: [], unknown: [], goneUnlessSeen: [] }))
  await say(1, null)
  await say(2, 'a plan waits for approval')
  await deliverMessages(deps, 10)
  const [issue] = stub.issuesOf(riskLabel(risk.id))
  if (!issue) throw new Error('no issue')
  expect(await stateOf()).toBe('in-sync')
  addComment(stub.site, issue, { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text: 'looking' }] }] }, stub.site.users[1] ?? fail())
  moveTo(stub.site, issue, "Won't Do")
  await reconcileTickets({ store, tenant, jira, settings: settings() })
  await deliverMessages(deps, 10)
  expect(await stateOf()).toBe('out-of-sync')
  await inStore(async (db) => { await db.execute(`update findings set state = 'resolved' where id = '${risk.id}'`) })
  moveTo(stub.site, issue, 'To Do')
  await say(3, 'fixed')
  await deliverMessages(deps, 10)
  expect([await stateOf(), issue.status, issue.comments.length]).toEqual(['closed', 'Done', 4])
})
