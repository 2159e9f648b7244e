import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WhittleError } from '../../model/error.ts'
import { instant } from '../../model/instant.ts'
import { withTenant } from '../../store/db.ts'
import { claimMessages } from '../../store/messages.ts'
import { movePlan, proposePlan } from '../../store/plans.ts'
import { setUserActive, type User } from '../../store/users.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { type Browser, findingNumber, person, planFor, serverOn, signIn, storeEnvironments, storeFindings, tenant, type TestServer } from '../builders/server.ts'

let postgres: TestPostgres
let server: TestServer
let users: Record<'you' | 'second' | 'third' | 'viewer', User>
let you: Browser
let second: Browser
let third: Browser
let viewer: Browser

beforeAll(async () => {
  postgres = await startTestPostgres()
  const { server: store, scanner } = postgres.stores
  server = await serverOn(store)
  users = { you: await person(store, 'you', 'admin'), second: await person(store, 'second', 'approver'), third: await person(store, 'third', 'operator'), viewer: await person(store, 'watcher', 'viewer') }
  await storeEnvironments(scanner, ['sandbox', 'audited'])
  await storeFindings(scanner, [
    ...Array.from({ length: 60 }, (_, index) => findingNumber(index + 1)),
    findingNumber(900, { severity: 'critical', cloud: 'gcp', account: 'acme-prod', principal: 'user:100%_sure@example.com', title: 'Public principal', detection: 'gcp-principal-public' }),
  ], instant('2026-02-01T00:00:00Z'))
  ;[you, second, third, viewer] = await Promise.all([signIn(server.app, store, users.you), signIn(server.app, store, users.second), signIn(server.app, store, users.third), signIn(server.app, store, users.viewer)])
})
afterAll(async () => { await postgres.stop() })

const propose = async (n: number, requester: User, over: Parameters<typeof planFor>[2] = {}) => withTenant(postgres.stores.scanner, tenant, async (db) => (await proposePlan(db, planFor(findingNumber(n), requester.id, over), null)).plan)
const decide = async (browser: Browser, id: string, decision: 'approve' | 'reject', reason = '') => {
  const { nonce, digest } = (await browser.post(`/api/plans/${id}/nonce`)).body
  return browser.post(`/api/plans/${id}/decision`, { decision, reason, nonce, digest })
}
const toEffective = (id: string) => withTenant(postgres.stores.executor, tenant, async (db) => { for (const to of ['executing', 'applied', 'effective'] as const) await movePlan(db, tenant, id, { to, reason: null, actor: 'executor' }) })

describe('risks', () => {
  test('come worst first, in pages that meet without gap or overlap', async () => {
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const page: { total: number; next: string | null; rows: { id: string }[] } = (await viewer.get(`/api/risks?limit=25${next === '' ? '' : `&cursor=${next}`}`)).body
      expect(page.total).toBe(61)
      seen.push(...page.rows.map((row) => row.id))
      next = page.next
    }
    expect(seen[0]).toBe(findingNumber(900).id)
    expect(seen).toHaveLength(61)
    expect(new Set(seen).size).toBe(61)
  })
  test('newest first pages too', async () => {
    const first = (await viewer.get('/api/risks?limit=40&sort=recent')).body
    const rest = (await viewer.get(`/api/risks?limit=40&sort=recent&cursor=${first.next}`)).body
    expect(new Set([...first.rows, ...rest.rows].map((row: { id: string }) => row.id)).size).toBe(61)
    expect(rest.next).toBeNull()
  })
  test.each([
    ['a cloud', 'cloud=gcp', 1], ['two clouds', 'cloud=gcp,aws', 61], ['a severity', 'severity=high', 60], ['a name', 'q=USER-17', 1], ['a per cent sign taken as itself', 'q=100%25_', 1], ['an underscore taken as itself', 'q=user_1', 0],
    ['a quote', "q=%27%20or%201=1--", 0], ['a state that nothing is in', 'state=resolved', 0], ['an account', 'account=acme-prod', 1], ['filters together', 'cloud=aws&severity=critical', 0],
  ])('filtered by %s', async (_name, query, total) => {
    expect((await viewer.get(`/api/risks?${query}`)).body.total).toBe(total)
  })
  test('facets count what a click on them would show', async () => {
    const { facets } = (await viewer.get('/api/risks?cloud=gcp')).body
    expect(facets.cloud).toEqual([{ value: 'aws', label: 'aws', count: 60 }, { value: 'gcp', label: 'gcp', count: 1 }])
    expect(facets.severity).toEqual([{ value: 'critical', label: 'critical', count: 1 }])
    expect(facets.detection).toEqual([{ value: 'aws-access-key-unused', label: 'Access key is active but unused', count: 60 }, { value: 'gcp-principal-public', label: 'gcp-principal-public', count: 1 }].filter((facet) => facet.count === 1))
  })
  test('one risk has its evidence, the reasons of its rule, its fixes and its timeline', async () => {
    const risk = (await viewer.get(`/api/risks/${findingNumber(3).id}`)).body
    expect(risk).toMatchObject({ why: 'A key that nobody uses is a door that nobody watches.', evidence: { idleDays: 103 }, fixes: [{ id: 'deactivate-access-key' }], frameworks: [{ framework: 'CIS AWS 3.0', control: '1.12' }], timeline: [{ what: 'first seen' }] })
  })
  test.each([
    ['an unknown field', '/api/risks?page=2', '400 input.invalid', /`page`/], ['a foreign cursor', '/api/risks?cursor=abc', '400 input.invalid', /`cursor`/], ['a limit beyond bounds', '/api/risks?limit=9999', '400 input.invalid', /`limit`/],
    ['a severity that is none', '/api/risks?severity=huge', '400 input.invalid', /`severity/], ['an unknown risk', '/api/risks/f_none', '404 finding.not-found', /f_none/],
  ])('%s is refused in words that name it', async (_name, path, code, words) => {
    const answer = await viewer.get(path)
    expect(`${String(answer.status)} ${String(answer.body.code)}`).toBe(code)
    expect(answer.body.title).toMatch(words)
  })
})

describe('a plan', () => {
  test('is previewed without being stored, asked for by one person, approved by another, and undone', async () => {
    const { id: finding } = findingNumber(10)
    const preview = (await third.get(`/api/risks/${finding}/fixes/deactivate-access-key`)).body
    expect(preview.changes[0].diff).toContainEqual({ sign: '+', text: '  "status": "Inactive",' })
    expect((await third.get('/api/plans?mine=true')).body.rows).toEqual([])

    const { id } = (await third.post('/api/plans', { finding, remediation: 'deactivate-access-key', reason: 'left the company' })).body
    expect((await third.post('/api/plans', { finding, remediation: 'deactivate-access-key' })).body.id).toBe(id)
    const seenByRequester = (await third.get(`/api/plans/${id}`)).body
    expect(seenByRequester).toMatchObject({ state: 'awaiting-approval', requestedBy: 'third', reason: 'left the company', mayDecide: { isAllowed: false }, mayCancel: { isAllowed: true }, findings: [{ id: finding, title: 'Access key is active but unused' }] })
    expect((await second.get('/api/me')).body.awaitingApproval).toBeGreaterThan(0)
    expect((await second.get(`/api/plans/${id}`)).body.mayDecide).toEqual({ isAllowed: true, why: null })

    const approved = await decide(second, id, 'approve', 'fine with me')
    expect(approved.body).toMatchObject({ state: 'approved', approvals: 1, decisions: [{ by: 'second', decision: 'approve', reason: 'fine with me', authStrength: 'session' }] })
    expect((await viewer.get(`/api/risks/${finding}`)).body).toMatchObject({ state: 'in-progress', plans: [{ id, state: 'approved' }] })

    await toEffective(id)
    expect((await third.get(`/api/plans/${id}`)).body.mayUndo.isAllowed).toBe(true)
    expect((await viewer.get(`/api/plans/${id}`)).body.mayUndo).toEqual({ isAllowed: false, why: 'undoing needs the role operator' })
    const { nonce, digest } = (await third.post(`/api/plans/${id}/nonce`)).body
    const undo = await third.post(`/api/plans/${id}/undo`, { reason: 'the night job broke', nonce, digest })
    expect(undo.body).toMatchObject({ mayUndo: { isAllowed: false, why: 'the undo is on its way' } })
    expect(undo.body.timeline.map((event: { what: string }) => event.what)).toContain('undo asked for: the night job broke')
    expect((await you.get('/api/audit/verify')).body).toMatchObject({ isIntact: true, brokenAt: null })
  })

  test('is refused to its requester, to the same click twice, and to a digest that was not on the screen', async () => {
    const plan = await propose(11, users.second)
    const own = await decide(second, plan.id, 'approve')
    expect([own.status, own.body.code]).toEqual([403, 'approval.not-allowed'])
    const { nonce } = (await you.post(`/api/plans/${plan.id}/nonce`)).body
    const other = await you.post(`/api/plans/${plan.id}/decision`, { decision: 'approve', reason: '', nonce, digest: 'f'.repeat(64) })
    expect([other.status, other.body.code]).toEqual([409, 'approval.out-of-date'])
    const forged = await you.post(`/api/plans/${plan.id}/decision`, { decision: 'approve', reason: '', nonce: 'x'.repeat(24), digest: plan.digest })
    expect([forged.status, forged.body.code]).toEqual([409, 'approval.out-of-date'])
    const both = await Promise.all([1, 2, 3].map(() => you.post(`/api/plans/${plan.id}/decision`, { decision: 'approve', reason: '', nonce, digest: plan.digest })))
    expect(both.map((answer) => answer.status)).toEqual([200, 200, 200])
    expect((await you.get(`/api/plans/${plan.id}`)).body.decisions).toHaveLength(1)
  })

  test('in the high tier is shown in full and refuses approval, but can be rejected with a reason', async () => {
    const plan = await propose(12, users.third, { tier: 'high' })
    expect((await second.get(`/api/plans/${plan.id}`)).body.mayDecide.why).toMatch(/WebAuthn step-up/)
    const refused = await decide(second, plan.id, 'approve')
    expect([refused.status, refused.body.code]).toEqual([403, 'approval.needs-step-up'])
    const silent = await decide(second, plan.id, 'reject')
    expect([silent.status, silent.body.title]).toEqual([400, expect.stringMatching(/`reason`/)])
    expect((await decide(second, plan.id, 'reject', 'too broad')).body).toMatchObject({ state: 'rejected', stateReason: 'too broad' })
    expect((await decide(you, plan.id, 'approve')).body.code).toBe('plan.wrong-state')
  })

  test('is withdrawn by who asked for it, and by nobody else', async () => {
    const plan = await propose(13, users.third)
    expect((await second.post(`/api/plans/${plan.id}/cancel`, { reason: 'no' })).body.code).toBe('approval.not-allowed')
    expect((await third.post(`/api/plans/${plan.id}/cancel`, { reason: 'wrong key' })).body).toMatchObject({ state: 'cancelled', stateReason: 'wrong key' })
  })

  test('that was edited in the database is shown as that in the list and refused on its page', async () => {
    const plan = await propose(14, users.third)
    const { default: pg } = await import('pg')
    const owner = new pg.Client({ connectionString: postgres.server.ownerUrl })
    await owner.connect()
    await owner.query('alter table plans disable trigger all')
    await owner.query("update plans set canonical = replace(canonical, 'Inactive', 'Active') where id = $1", [plan.id])
    await owner.end()
    const listed = (await you.get('/api/plans?limit=200')).body.rows.find((row: { id: string }) => row.id === plan.id)
    expect(listed.stateReason).toMatch(/edited in the database/)
    expect((await you.get(`/api/plans/${plan.id}`)).body.code).toBe('audit.tampered')
    expect((await decide(second, plan.id, 'approve')).body.code).toBe('audit.tampered')
  })
})

describe('scans and environments', () => {
  test('a scan is started once, and cancelled', async () => {
    const first = (await third.post('/api/scans', { environment: 'sandbox' })).body
    const again = (await third.post('/api/scans', { environment: 'sandbox' })).body
    expect(again.id).toBe(first.id)
    const nudges = await withTenant(postgres.stores.scanner, tenant, (db) => claimMessages(db, tenant, { kinds: ['temporal.nudge'], limit: 100, leaseSeconds: 1 }))
    expect(nudges.filter((message) => message.payload['workflowId'] === 'scan:default:sandbox')).toHaveLength(1)
    expect((await viewer.get(`/api/scans/${first.id}`)).body).toMatchObject({ state: 'running', startedBy: 'third', step: 'listing accounts' })
    await third.post(`/api/scans/${first.id}/cancel`)
    expect((await viewer.get('/api/scans')).body.rows[0]).toMatchObject({ id: first.id, step: 'stopping' })
    expect(server.asked).toContain('cancel sandbox')
  })
  test('a scan is asked for, and asked to stop, while Temporal is down', async () => {
    const unavailable = () => Promise.reject(new WhittleError('temporal.unavailable', 'temporal does not answer'))
    const down = await serverOn(postgres.stores.server, { workflows: { propose: unavailable, testEnvironment: unavailable, cancelScan: unavailable } })
    const browser = await signIn(down.app, postgres.stores.server, users.third)
    const { id } = (await browser.post('/api/scans', { environment: 'audited' })).body
    expect((await browser.post(`/api/scans/${String(id)}/cancel`)).status).toBe(200)
    expect((await viewer.get(`/api/scans/${String(id)}`)).body).toMatchObject({ state: 'running', step: 'stopping' })
    const preview = await browser.get(`/api/risks/${findingNumber(30).id}/fixes/deactivate-access-key`)
    expect([preview.status, preview.body.code]).toEqual([503, 'temporal.unavailable'])
  })
  test('a disabled environment keeps its risks, marked stale', async () => {
    await you.post('/api/environments/sandbox/disable')
    const risk = (await viewer.get(`/api/risks/${findingNumber(3).id}`)).body
    expect(risk).toMatchObject({ state: 'open', isStale: true })
    expect((await third.post('/api/scans', { environment: 'sandbox' })).body.code).toBe('environment.invalid')
    await you.post('/api/environments/sandbox/enable')
    expect((await viewer.get(`/api/risks/${findingNumber(3).id}`)).body.isStale).toBe(false)
    expect((await you.post('/api/environments/nowhere/disable')).body.code).toBe('environment.not-found')
  })
  test('a test names the permissions that are missing', async () => {
    expect((await third.post('/api/environments/sandbox/test')).body).toMatchObject({ isReadable: false, missing: ['iam:GenerateCredentialReport'] })
  })
})

describe('runs, brakes and people', () => {
  test('a playbook runs for a risk, once at a time', async () => {
    const first = (await third.post('/api/runs', { playbook: 'fix-with-approval', finding: findingNumber(20).id })).body
    expect((await third.post('/api/runs', { playbook: 'fix-with-approval', finding: findingNumber(20).id })).body.id).toBe(first.id)
    expect((await viewer.get(`/api/runs/${first.id}`)).body).toMatchObject({ state: 'running', startedBy: 'third', title: 'Access key is active but unused', steps: [{ id: 'ticket', kind: 'open-ticket' }, { id: 'ask' }, { id: 'fix' }] })
    expect((await viewer.get('/api/runs')).body.rows).toHaveLength(1)
    expect((await third.post('/api/runs', { playbook: 'other', finding: findingNumber(20).id })).body.code).toBe('playbook.not-found')
  })
  test('the kill switch names who turned it and why', async () => {
    expect((await you.post('/api/kill-switch', { isOn: true, reason: '' })).status).toBe(400)
    await you.post('/api/kill-switch', { isOn: true, reason: 'looking into something odd' })
    expect((await viewer.get('/api/me')).body.killSwitch).toMatchObject({ isOn: true, by: 'you', reason: 'looking into something odd' })
    await you.post('/api/kill-switch', { isOn: false, reason: 'all clear' })
    expect((await viewer.get('/api/kill-switch')).body.isOn).toBe(false)
  })
  test('a person is added once, gets a link, and is out at once when disabled', async () => {
    const added = (await you.post('/api/users', { name: 'Grace', role: 'approver' })).body
    expect(added.url).toMatch(/^http:\/\/localhost:8080\/sign-in#[A-Za-z0-9_-]{43}$/)
    expect((await you.post('/api/users', { name: 'Grace', role: 'viewer' })).body.code).toBe('user.exists')
    expect((await you.post('/api/users', { name: '<img src=x>', role: 'viewer' })).body.title).toMatch(/`name`/)
    const grace = await signIn(server.app, postgres.stores.server, { ...users.you, ...added.user, tenantId: tenant, subject: 's', identities: [] })
    expect((await grace.get('/api/me')).body.name).toBe('Grace')
    await you.post(`/api/users/${added.user.id}/disable`)
    expect((await grace.get('/api/me')).status).toBe(401)
    expect((await you.get('/api/users')).body.rows.find((row: { name: string }) => row.name === 'Grace')).toMatchObject({ isActive: false })
  })
  test('the last administrator cannot lock everybody out', async () => {
    expect((await you.post(`/api/users/${users.you.id}/disable`)).body).toMatchObject({ status: 403, code: 'not-allowed' })
    expect((await withTenant(postgres.stores.server, tenant, (db) => setUserActive(db, tenant, users.you.id, true))).isActive).toBe(true)
  })
  test('the audit trail lists what happened, newest first, in pages', async () => {
    const first = (await you.get('/api/audit?limit=5')).body
    const next = (await you.get(`/api/audit?limit=5&cursor=${first.next}`)).body
    const sequences = [...first.rows, ...next.rows].map((row: { sequence: number }) => row.sequence)
    expect(sequences).toEqual(sequences.toSorted((a, b) => b - a))
    expect(new Set(sequences).size).toBe(10)
  })
  test('no request of this file met an error that nobody expected', () => {
    expect(server.reported).toEqual([])
  })
})
