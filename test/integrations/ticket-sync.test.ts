import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { deliverMessages, type DeliveryDeps } from '../../activities/deliver-messages.ts'
import { reconcileTickets } from '../../activities/reconcile-tickets.ts'
import { closedByPerson, type TicketDeps } from '../../activities/sync-ticket.ts'
import { plainTextOf } from '../../integrations/jira/document.ts'
import { jiraClient } from '../../integrations/jira/client.ts'
import { riskLabel } from '../../integrations/jira/render.ts'
import type { Finding, FindingState } from '../../model/finding.ts'
import { instantOf } from '../../model/instant.ts'
import { withTenant } from '../../store/db.ts'
import { recordJudgements } from '../../store/findings.ts'
import { enqueueMessage } from '../../store/messages.ts'
import { ticketOf } from '../../store/tickets.ts'
import { findingOf } from '../builders/card.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { addComment } from '../peers/jira/routes.ts'
import { moveTo, removeIssue } from '../peers/jira/site.ts'
import { jiraEmail, jiraToken, type JiraStub, startJiraStub } from '../peers/jira/stub.ts'

const tenant = 'default'
const lagMs = 250
let postgres: TestPostgres
let jira: JiraStub
beforeAll(async () => { [postgres, jira] = await Promise.all([startTestPostgres(), startJiraStub({ searchLagMs: lagMs })]) })
afterAll(async () => { await jira.close(); await postgres.stop() })
beforeEach(() => { jira.faults.length = 0; jira.outage.isDown = false })

const settings = (): TicketDeps['settings'] => ({ project: 'SEC', issueType: 'Task', labels: ['iam'], priorities: { high: 'Highest' }, publicUrl: 'http://localhost:8080', host: jira.url, doneTransition: null, settleSeconds: 1 })
const client = () => jiraClient({ host: jira.url, email: jiraEmail, apiToken: jiraToken, project: 'SEC', timeoutMs: 600, onSchemaMismatch: (report) => { throw new Error(`jira.js refuses the answer: ${JSON.stringify(report)}`) } })
const ticketDeps = (): TicketDeps => ({ store: postgres.stores.scanner, tenant, jira: client(), settings: settings() })
const deps = (): DeliveryDeps => ({ store: postgres.stores.scanner, tenant, publicUrl: 'http://localhost:8080', slack: null, jira: { client: client(), settings: settings() }, log: () => undefined, pace: () => Promise.resolve() })
const inStore = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(postgres.stores.scanner, tenant, work)

let made = 0
const newRisk = async (over: Partial<Finding> = {}): Promise<Finding> => {
  made += 1
  const finding = findingOf({ id: `f_${String(made).padStart(24, '0')}`, ...over })
  await inStore((db) => recordJudgements(db, tenant, { environment: `e${String(made)}`, scanId: 's', sightings: [{ finding, observedAt: instantOf(Date.now()) }], clearances: [], unknown: [], goneUnlessSeen: [] }))
  return finding
}
const setState = (finding: Finding, state: FindingState) => inStore(async (db) => { await db.execute(`update findings set state = '${state}' where id = '${finding.id}'`) })
let said = 0
const say = (finding: Finding, comment: string | null) => inStore((db) => enqueueMessage(db, tenant, { kind: 'jira.sync', key: `jira:${finding.id}:test:${String(said++)}`, payload: { findingId: finding.id, comment } }))
/** As a worker does it, until nothing waits any more. */
const deliverAll = async (rounds = 40): Promise<void> => {
  for (let round = 0; round < rounds; round++) {
    const { waiting } = await deliverMessages(deps(), 50)
    if (waiting === 0) return
    await inStore(async (db) => { await db.execute("update messages set not_before = least(not_before, now() + interval '200 milliseconds')") })
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('messages still wait')
}
const issuesOf = (finding: Finding) => jira.issuesOf(riskLabel(finding.id))
const issueOf = (finding: Finding) => { const [issue, ...others] = issuesOf(finding); expect(others).toEqual([]); if (!issue) throw new Error('no issue'); return issue }
const wordsOf = (finding: Finding) => issueOf(finding).comments.map((comment) => plainTextOf(comment.body).split('\n')[0])
const ticket = async (finding: Finding) => inStore((db) => ticketOf(db, tenant, finding.id))
const opened = async (over: Partial<Finding> = {}) => { const finding = await newRisk(over); await say(finding, null); await deliverAll(); return finding }
const settle = () => new Promise((resolve) => setTimeout(resolve, lagMs + 50))

test('a risk has one issue with its project, type, priority, labels, evidence and link', async () => {
  const finding = await opened()
  const issue = issueOf(finding)
  expect(issue).toMatchObject({ summary: `${finding.title}: ${String(finding.principal)}`, issueType: 'Task', priority: 'Highest', labels: ['whittle', 'iam', riskLabel(finding.id)], status: 'To Do' })
  expect(plainTextOf(issue.description)).toContain('"idleDays": 200')
  expect(issue.links).toMatchObject([{ globalId: `whittle=${finding.id}`, object: { url: `http://localhost:8080/risks/${finding.id}` } }])
  expect(await ticket(finding)).toMatchObject({ state: 'in-sync', issueId: issue.id, issueKey: issue.key, url: `${jira.url}/browse/${issue.key}`, status: 'To Do' })
  await say(finding, null)
  await say(finding, null)
  await deliverAll()
  expect(issuesOf(finding).length).toBe(1)
})

test.each([
  ['answers 500 after committing', { method: 'POST', path: /\/issue$/, status: 500, after: true }], ['answers 500 before', { method: 'POST', path: /\/issue$/, status: 500 }], ['answers 503 with a page', { method: 'POST', path: /\/issue$/, status: 503, body: 'x' }],
  ['never answers, having committed', { method: 'POST', path: /\/issue$/, status: 200, after: true, hang: true }], ['never answers', { method: 'POST', path: /\/issue$/, status: 200, hang: true }], ['says 429 first', { method: 'POST', path: /\/issue$/, status: 429, headers: { 'retry-after': '1' } }],
  ['answers nonsense after committing', { method: 'POST', path: /\/issue$/, status: 201, body: { id: 7 }, after: true }], ['loses the answer of the search', { method: 'POST', path: /\/search\/jql$/, status: 502 }], ['fails at the link', { method: 'POST', path: /\/remotelink$/, status: 500, after: true }],
])('there is exactly one issue although jira %s', async (_name, fault) => {
  jira.faults.push(fault)
  const finding = await opened()
  expect(jira.faults).toEqual([])
  expect(issueOf(finding).links.length).toBe(1)
})

test('two workers and a restored database still make one issue', async () => {
  const finding = await newRisk()
  await say(finding, null)
  await say(finding, null)
  await Promise.all([deliverMessages(deps(), 10), deliverMessages(deps(), 10)])
  await deliverAll()
  await settle()
  await inStore(async (db) => { await db.execute(`delete from tickets where finding_id = '${finding.id}'`) })
  await say(finding, null)
  await deliverAll()
  expect((await ticket(finding))?.issueId).toBe(issueOf(finding).id)
})

test('a project without priorities still gets its issue', async () => {
  const plain = await startJiraStub({ hasPriorityField: false })
  const finding = await newRisk()
  await say(finding, null)
  await deliverMessages({ ...deps(), jira: { client: jiraClient({ host: plain.url, email: jiraEmail, apiToken: jiraToken, project: 'SEC' }), settings: settings() } }, 5)
  expect(plain.issuesOf(riskLabel(finding.id)).length).toBe(1)
  await plain.close()
})

test('each comment is there once and in order, whatever was lost', async () => {
  const finding = await opened()
  for (const [n, fault] of [null, { status: 500, after: true }, { status: 500 }, { status: 200, after: true, hang: true }, null].entries()) {
    if (fault) jira.faults.push({ method: 'POST', path: /\/comment$/, ...fault })
    await say(finding, `event ${String(n)}`)
  }
  await deliverAll()
  expect(wordsOf(finding)).toEqual([0, 1, 2, 3, 4].map((n) => `event ${String(n)}`))
})

test('the issue moves as the risk moves: in progress, done by way of it, open again', async () => {
  const finding = await opened()
  for (const [state, status, standing] of [['in-progress', 'In Progress', 'in-sync'], ['resolved', 'Done', 'closed'], ['open', 'To Do', 'in-sync'], ['resolved', 'Done', 'closed']] as const) {
    await setState(finding, state)
    await say(finding, `now ${state}`)
    await deliverAll()
    expect([issueOf(finding).status, (await ticket(finding))?.state]).toEqual([status, standing])
  }
})

test('a transition that was done before its answer was lost is not done again', async () => {
  const finding = await opened()
  await setState(finding, 'resolved')
  jira.faults.push({ method: 'POST', path: /\/transitions$/, status: 500, after: true }, { method: 'POST', path: /\/transitions$/, status: 409 })
  await say(finding, 'fixed')
  await deliverAll()
  expect([issueOf(finding).status, wordsOf(finding)]).toEqual(['Done', ['fixed']])
})

test('a workflow without a way to done is told, and holds nothing up', async () => {
  const stuck = await startJiraStub({ transitions: [{ id: '1', name: 'Refine', from: ['To Do'], to: 'To Do' }] })
  const finding = await newRisk()
  await say(finding, null)
  await setState(finding, 'resolved')
  await deliverMessages({ ...deps(), jira: { client: jiraClient({ host: stuck.url, email: jiraEmail, apiToken: jiraToken, project: 'SEC' }), settings: settings() } }, 5)
  expect(await ticket(finding)).toMatchObject({ state: 'out-of-sync', reason: expect.stringContaining('no transition') })
  await stuck.close()
})

test('what people do in jira comes back: status, assignee and their comments, not ours', async () => {
  const finding = await opened()
  await say(finding, 'ours')
  await deliverAll()
  const issue = issueOf(finding)
  const [, alice] = jira.site.users
  if (!alice) throw new Error('no alice')
  issue.assignee = alice
  moveTo(jira.site, issue, 'In Review')
  addComment(jira.site, issue, { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text: 'mine, fixing on Monday' }] }] }, alice)
  await settle()
  expect((await reconcileTickets(ticketDeps())).changed).toBeGreaterThan(0)
  const known = await ticket(finding)
  expect(known).toMatchObject({ status: 'In Review', statusCategory: 'indeterminate', assignee: 'Alice', state: 'in-sync' })
  expect(known?.comments).toMatchObject([{ author: 'Alice', text: 'mine, fixing on Monday' }])
  expect((await reconcileTickets(ticketDeps())).changed).toBe(0)
})

test('closing the issue does not close the risk, and says so once each time', async () => {
  const finding = await opened()
  for (const times of [1, 2]) {
    moveTo(jira.site, issueOf(finding), "Won't Do")
    await settle()
    for (let poll = 0; poll < 3; poll++) { await reconcileTickets(ticketDeps()); await deliverAll() }
    await settle()
    await reconcileTickets(ticketDeps())
    await deliverAll()
    expect(await ticket(finding)).toMatchObject({ state: 'out-of-sync', reason: closedByPerson })
    expect(wordsOf(finding).filter((words) => words?.includes('does not close the risk')).length).toBe(times)
    expect(issueOf(finding).status).toBe("Won't Do")
    moveTo(jira.site, issueOf(finding), 'To Do')
    await settle()
    await reconcileTickets(ticketDeps())
    expect(await ticket(finding)).toMatchObject({ state: 'in-sync' })
  }
})

test('jira down for hours loses nothing and doubles nothing', async () => {
  const known = await opened()
  const risks = await Promise.all([newRisk(), newRisk(), newRisk()])
  jira.outage.isDown = true
  for (const finding of risks) await say(finding, null)
  for (const finding of [known, ...risks]) for (const n of [1, 2, 3]) await say(finding, `while away ${String(n)}`)
  for (let hour = 0; hour < 12; hour++) {
    await deliverMessages(deps(), 50)
    await inStore(async (db) => { await db.execute('update messages set not_before = now()') })
  }
  await setState(known, 'resolved')
  jira.outage.isDown = false
  await deliverAll()
  for (const finding of [known, ...risks]) expect(wordsOf(finding)).toEqual([1, 2, 3].map((n) => `while away ${String(n)}`))
  expect(issueOf(known).status).toBe('Done')
})

test('comments on a risk that nobody wanted an issue for make none', async () => {
  const finding = await newRisk()
  await say(finding, 'seen again')
  await deliverAll()
  expect([issuesOf(finding).length, await ticket(finding)]).toEqual([0, null])
})

test('a deleted issue is set aside with its reason; the others go on', async () => {
  const [gone, fine] = [await opened(), await opened()]
  removeIssue(jira.site, issueOf(gone))
  await say(gone, 'one')
  await say(gone, 'two')
  await say(fine, 'one')
  await deliverAll()
  expect(await ticket(gone)).toMatchObject({ state: 'quarantined', reason: expect.stringContaining('deleted') })
  expect([issuesOf(gone).length, wordsOf(fine)]).toEqual([0, ['one']])
})

test('what jira refuses five times is set aside; a wrong token waits instead', async () => {
  const finding = await opened()
  for (let n = 0; n < 5; n++) jira.faults.push({ method: 'POST', path: /\/comment$/, status: 400 })
  await say(finding, 'refused')
  await say(finding, 'accepted')
  await deliverAll()
  expect(wordsOf(finding)).toEqual(['accepted'])
  for (let n = 0; n < 7; n++) jira.faults.push({ method: 'POST', path: /\/comment$/, status: 401 })
  await say(finding, 'kept')
  await deliverAll()
  expect(wordsOf(finding)).toEqual(['accepted', 'kept'])
})

test('an issue that jira refuses to make says so at the risk, and is made when it is asked for again', async () => {
  const finding = await newRisk()
  for (let n = 0; n < 5; n++) jira.faults.push({ method: 'POST', path: /\/issue$/, status: 400, body: { errorMessages: [], errors: { issuetype: 'no such type' } } })
  await say(finding, null)
  await deliverAll()
  expect(await ticket(finding)).toMatchObject({ state: 'absent', reason: expect.stringContaining('about `issuetype`') })
  await say(finding, null)
  await deliverAll()
  expect([issuesOf(finding).length, (await ticket(finding))?.reason]).toEqual([1, null])
})

test('names from outside stay letters in summary, labels and document', async () => {
  const evil = '</p><script>alert(1)</script>\u202E{macro}[link|https://evil.example] \u0007\n\n@everyone '
  const finding = await opened({ principal: evil, summary: evil.repeat(200), title: evil.repeat(20), resource: '', evidence: { [evil]: evil, empty: '' }, account: evil })
  const issue = issueOf(finding)
  const marks = JSON.stringify(issue.description).match(/"type":"link","attrs":\{"href":"[^"]*"/g)
  expect(marks).toEqual([`"type":"link","attrs":{"href":"http://localhost:8080/risks/${finding.id}"`])
  expect(plainTextOf(issue.description)).not.toMatch(/(?!\n)\p{C}/u)
  expect(issue.summary.length).toBeLessThanOrEqual(255)
})
