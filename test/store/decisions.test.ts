import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApprovalSigner, type TrustRoots, verifyApproval } from '../../kernel/approval.ts'
import { digestPlan } from '../../kernel/plan-digest.ts'
import { daysAfter, instantOf, secondsAfter } from '../../model/instant.ts'
import type { Plan, PlanState } from '../../model/plan.ts'
import { verifyAudit } from '../../store/audit.ts'
import { approvalsOf, cancelPlan, decide, type Deciding, mintNonce, requestUndo, revokeApproval } from '../../store/decisions.ts'
import { contentOf, movePlan, planById, proposePlan, setPlanReason } from '../../store/plans.ts'
import { setUserActive } from '../../store/users.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newSigner, newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres, signer: ApprovalSigner, roots: TrustRoots
beforeAll(async () => { [postgres, { signer, roots }] = await Promise.all([startTestPostgres(), newSigner()]) })
afterAll(() => postgres.stop())

const digestOf = (plan: Plan) => digestPlan(plan).digest
const nonceFor = (tenant: TestTenant, plan: Plan) => tenant.server((db) => mintNonce(db, tenant.id, { planId: plan.id, digest: digestOf(plan) }))
async function click(tenant: TestTenant, plan: Plan, userId: string, over: Partial<Deciding> = {}) {
  const nonce = over.nonce ?? await nonceFor(tenant, plan)
  return tenant.server((db) => decide(db, signer, { tenant: tenant.id, planId: plan.id, planDigest: digestOf(plan), userId, authStrength: 'session', decision: 'approve', reason: '', ...over, nonce }))
}
const stateOf = async (tenant: TestTenant, plan: Plan) => (await tenant.server((db) => planById(db, tenant.id, plan.id))).state
const move = (tenant: TestTenant, plan: Plan, ...states: PlanState[]) => tenant.executor(async (db) => { for (const to of states) await movePlan(db, tenant.id, plan.id, { to, reason: null, actor: 'executor' }) })

test('an approval is recorded, signed over exactly this plan, in the audit chain, and the plan is approved', async () => {
  const tenant = newTenant(postgres)
  const [plan, anna] = [await tenant.plan(), await tenant.user('anna')]
  expect(await click(tenant, plan, anna.id, { reason: 'fine' })).toEqual({ planId: plan.id, state: 'approved', decision: 'approve', isReplay: false })
  const [approval, ...more] = await tenant.executor((db) => approvalsOf(db, tenant.id, plan.id))
  expect(more).toEqual([])
  expect(await verifyApproval(approval?.jws ?? '', roots)).toMatchObject({ planDigest: digestOf(plan), planId: plan.id, tenant: tenant.id, approver: anna.id, decision: 'approve', reason: 'fine', notAfter: plan.notAfter })
  const verdict = await tenant.server((db) => verifyAudit(db, tenant.id))
  expect([verdict.fault, verdict.head.seq]).toEqual([null, 3])
})

test('SEC-02: fifty parallel clicks with one nonce, and fifty with fifty, leave one decision each', async () => {
  const tenant = newTenant(postgres)
  const anna = await tenant.user('anna')
  const one = await tenant.plan(), many = await tenant.plan()
  const nonce = await nonceFor(tenant, one)
  const same = await Promise.all(Array.from({ length: 50 }, () => click(tenant, one, anna.id, { nonce })))
  expect(same.filter(({ isReplay }) => !isReplay)).toHaveLength(1)
  expect(same.every(({ decision }) => decision === 'approve')).toBe(true)
  const different = await Promise.allSettled(Array.from({ length: 50 }, () => click(tenant, many, anna.id)))
  expect(different.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const plan of [one, many]) expect(await tenant.server((db) => approvalsOf(db, tenant.id, plan.id))).toHaveLength(1)
})

test('SEC-02: a replay answers as the first click did, also after the plan went on, and changes nothing', async () => {
  const tenant = newTenant(postgres)
  const [plan, anna] = [await tenant.plan(), await tenant.user('anna')]
  const nonce = await nonceFor(tenant, plan)
  await click(tenant, plan, anna.id, { nonce })
  await move(tenant, plan, 'executing', 'applied')
  expect(await click(tenant, plan, anna.id, { nonce, decision: 'reject', reason: 'no' })).toEqual({ planId: plan.id, state: 'applied', decision: 'approve', isReplay: true })
})

test('a nonce serves one rendering of one plan: unknown, of another plan or of another digest is out of date', async () => {
  const tenant = newTenant(postgres)
  const [plan, other, anna] = [await tenant.plan(), await tenant.plan(), await tenant.user('anna')]
  const stray = await nonceFor(tenant, other)
  const foreign = await tenant.server((db) => mintNonce(db, tenant.id, { planId: plan.id, digest: digestOf(other) }))
  const cases: readonly Partial<Deciding>[] = [{ nonce: 'never-minted-0123456789' }, { nonce: stray }, { nonce: foreign }, { planDigest: digestOf(other) }, { planDigest: digestOf(plan).slice(0, 11) }, { planDigest: '' }]
  for (const over of cases) await expect(click(tenant, plan, anna.id, over)).rejects.toMatchObject({ code: 'approval.out-of-date' })
  expect(await stateOf(tenant, plan)).toBe('awaiting-approval')
  expect((await click(tenant, plan, anna.id, { planDigest: digestOf(plan).slice(0, 12) })).state).toBe('approved')
})

test('one nonce serves every user once', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan({ approvalPolicy: { digest: 'd', quorum: 2, eligible: [] } })
  const [anna, bert, nonce] = [await tenant.user('anna'), await tenant.user('bert'), await nonceFor(tenant, plan)]
  expect((await click(tenant, plan, anna.id, { nonce })).state).toBe('awaiting-approval')
  await expect(click(tenant, plan, anna.id)).rejects.toMatchObject({ code: 'approval.not-allowed', message: expect.stringContaining('already') })
  expect((await click(tenant, plan, bert.id, { nonce })).state).toBe('approved')
})

test('two approvers who click at the same moment reach a quorum of two', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan({ approvalPolicy: { digest: 'd', quorum: 2, eligible: [] } })
  const users = [await tenant.user('anna'), await tenant.user('bert'), await tenant.user('carl')]
  const outcomes = await Promise.allSettled(users.map((user) => click(tenant, plan, user.id)))
  expect(await stateOf(tenant, plan)).toBe('approved')
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(2)
})

test('a rejection is final, one of a high-tier plan too', async () => {
  const tenant = newTenant(postgres)
  const [anna, bert] = [await tenant.user('anna'), await tenant.user('bert')]
  for (const tier of ['low', 'high'] as const) {
    const plan = await tenant.plan({ tier, approvalPolicy: { digest: 'd', quorum: 2, eligible: [] } })
    expect((await click(tenant, plan, anna.id, { decision: 'reject', reason: 'in use' })).state).toBe('rejected')
    await expect(click(tenant, plan, bert.id)).rejects.toMatchObject({ code: 'plan.wrong-state' })
  }
})

test('who may not approve is told why, and the same nonce still serves who may', async () => {
  const tenant = newTenant(postgres)
  const [asker, viewer, gone, target, anna] = [await tenant.user('asker'), await tenant.user('viewer', 'viewer'), await tenant.user('gone'), await tenant.user('target', 'admin', ['AIDAEXAMPLE0000000001']), await tenant.user('anna')]
  await tenant.server((db) => setUserActive(db, tenant.id, gone.id, false))
  const plan = await tenant.plan({ requester: { kind: 'person', userId: asker.id } })
  const nonce = await nonceFor(tenant, plan)
  const cases: readonly (readonly [string, string])[] = [[asker.id, 'asked for this change'], [viewer.id, 'role'], [gone.id, 'disabled'], [target.id, 'own identity'], ['nobody', 'no user']]
  for (const [userId, why] of cases) await expect(click(tenant, plan, userId, { nonce })).rejects.toMatchObject({ code: 'approval.not-allowed', message: expect.stringContaining(why) })
  expect((await click(tenant, plan, anna.id, { nonce })).state).toBe('approved')
})

test('a high-tier plan is refused without WebAuthn', async () => {
  const tenant = newTenant(postgres)
  const [plan, anna] = [await tenant.plan({ tier: 'high' }), await tenant.user('anna')]
  await expect(click(tenant, plan, anna.id)).rejects.toMatchObject({ code: 'approval.needs-step-up' })
})

test('SEC-08: expiry is judged by the database’s clock at the decision, not at the start of a transaction that waited', async () => {
  const tenant = newTenant(postgres)
  const anna = await tenant.user('anna')
  const now = instantOf(Date.now())
  const past = await tenant.plan({ notAfter: secondsAfter(now, -1), createdAt: daysAfter(now, -1) })
  await expect(click(tenant, past, anna.id)).rejects.toMatchObject({ code: 'approval.expired' })
  const soon = await tenant.plan({ notAfter: secondsAfter(instantOf(Date.now()), 1) })
  const nonce = await nonceFor(tenant, soon)
  const waiting = tenant.server(async (db) => {
    await db.execute(sql`select pg_sleep(1.2)`)
    return decide(db, signer, { tenant: tenant.id, planId: soon.id, planDigest: digestOf(soon), userId: anna.id, authStrength: 'session', decision: 'approve', reason: '', nonce })
  })
  await expect(waiting).rejects.toMatchObject({ code: 'approval.expired' })
})

test('a decision whose transaction fails leaves nothing: no approval, no used nonce, no audit row', async () => {
  const tenant = newTenant(postgres)
  const [plan, anna] = [await tenant.plan(), await tenant.user('anna')]
  const nonce = await nonceFor(tenant, plan)
  const head = (await tenant.server((db) => verifyAudit(db, tenant.id))).head
  await expect(tenant.server((db) => decide(db, { kid: 'k', sign: () => Promise.reject(new Error('no key')) }, { tenant: tenant.id, planId: plan.id, planDigest: digestOf(plan), userId: anna.id, authStrength: 'session', decision: 'approve', reason: '', nonce }))).rejects.toThrow('no key')
  expect((await tenant.server((db) => verifyAudit(db, tenant.id))).head).toEqual(head)
  expect((await click(tenant, plan, anna.id, { nonce })).isReplay).toBe(false)
})

test('a second live plan for the same target answers with the first, also when both are proposed at once; after its end there is room', async () => {
  const tenant = newTenant(postgres)
  const first = await tenant.plan({}, 'shared')
  const again = { ...first, id: '01BX5ZZKBKACTAV9WEVGEMMVRZ' }
  expect(await tenant.scanner((db) => proposePlan(db, again, null))).toMatchObject({ isNew: false, plan: { id: first.id } })
  const anna = await tenant.user('anna')
  await click(tenant, first, anna.id, { decision: 'reject', reason: 'no' })
  const both = await Promise.all(['01BX5ZZKBKACTAV9WEVGEMMVS0', '01BX5ZZKBKACTAV9WEVGEMMVS1'].map((id) => tenant.scanner((db) => proposePlan(db, { ...first, id }, null))))
  expect(both.map(({ isNew }) => isNew).toSorted()).toEqual([false, true])
  expect(new Set(both.map(({ plan }) => plan.id)).size).toBe(1)
})

test('a plan whose text was edited in the database is refused by name', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan()
  const row = await tenant.server((db) => planById(db, tenant.id, plan.id))
  expect(contentOf(row)).toEqual(plan)
  for (const forged of [{ ...row, canonical: row.canonical.replaceAll('100000000001', '100000000002') }, { ...row, digest: '0'.repeat(64) }, { ...row, tenantId: 'other' }, { ...row, id: 'other' }]) {
    expect(() => contentOf(forged)).toThrow(expect.objectContaining({ code: 'audit.tampered' }))
  }
})

test('plans move only as CONTRACTS §5 says, and every end frees the target', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan({}, 'mover')
  await expect(move(tenant, plan, 'applied')).rejects.toMatchObject({ code: 'plan.wrong-state' })
  await move(tenant, plan, 'approved', 'executing', 'applied', 'effective')
  await expect(move(tenant, plan, 'executing')).rejects.toMatchObject({ code: 'plan.wrong-state' })
  expect((await tenant.server((db) => proposePlan(db, { ...plan, id: '01BX5ZZKBKACTAV9WEVGEMMVS2' }, null))).isNew).toBe(true)
})

test('the requester or an admin withdraws a plan that waits; nobody one that runs', async () => {
  const tenant = newTenant(postgres)
  const [asker, admin, anna] = [await tenant.user('asker', 'operator'), await tenant.user('admin', 'admin'), await tenant.user('anna')]
  const cancel = (plan: Plan, userId: string) => tenant.server((db) => cancelPlan(db, tenant.id, { planId: plan.id, userId, reason: 'not now' }))
  const mine = await tenant.plan({ requester: { kind: 'person', userId: asker.id } })
  await expect(cancel(mine, anna.id)).rejects.toMatchObject({ code: 'approval.not-allowed' })
  await cancel(mine, asker.id)
  const theirs = await tenant.plan({ requester: { kind: 'person', userId: asker.id } })
  await cancel(theirs, admin.id)
  expect([await stateOf(tenant, mine), await stateOf(tenant, theirs)]).toEqual(['cancelled', 'cancelled'])
  const running = await tenant.plan()
  await move(tenant, running, 'approved', 'executing')
  await expect(cancel(running, admin.id)).rejects.toMatchObject({ code: 'plan.wrong-state' })
})

test('an approval is revoked by who gave it as long as nothing ran, and the plan with it', async () => {
  const tenant = newTenant(postgres)
  const [plan, anna, bert] = [await tenant.plan(), await tenant.user('anna'), await tenant.user('bert')]
  await click(tenant, plan, anna.id)
  const revoke = (userId: string) => tenant.server((db) => revokeApproval(db, tenant.id, { planId: plan.id, userId, reason: 'mistake' }))
  await expect(revoke(bert.id)).rejects.toMatchObject({ code: 'approval.not-allowed' })
  await revoke(anna.id)
  expect(await stateOf(tenant, plan)).toBe('cancelled')
  expect((await tenant.executor((db) => approvalsOf(db, tenant.id, plan.id))).map(({ isRevoked }) => isRevoked)).toEqual([true])
})

test('an undo is asked for once, by an operator, after success and until its time is over', async () => {
  const tenant = newTenant(postgres)
  const [operator, viewer] = [await tenant.user('operator', 'operator'), await tenant.user('viewer', 'viewer')]
  const undo = (plan: Plan, userId: string) => tenant.server((db) => requestUndo(db, tenant.id, { planId: plan.id, userId, reason: 'broke the build' }))
  const plan = await tenant.plan()
  await expect(undo(plan, operator.id)).rejects.toMatchObject({ code: 'plan.wrong-state' })
  await move(tenant, plan, 'approved', 'executing', 'applied', 'effective')
  await expect(undo(plan, viewer.id)).rejects.toMatchObject({ code: 'approval.not-allowed' })
  const asked = await Promise.all(Array.from({ length: 10 }, () => undo(plan, operator.id)))
  expect(asked.filter(Boolean)).toHaveLength(1)
  const now = instantOf(Date.now())
  const late = await tenant.plan({ rollbackNotAfter: secondsAfter(now, -1) })
  await move(tenant, late, 'approved', 'executing', 'applied', 'effective')
  await expect(undo(late, operator.id)).rejects.toMatchObject({ code: 'approval.expired' })
  const forEver = await tenant.plan({ inverse: [], irreversible: ['it is gone'] })
  await move(tenant, forEver, 'approved', 'executing', 'applied', 'effective')
  await expect(undo(forEver, operator.id)).rejects.toMatchObject({ code: 'plan.refused' })
})

test('an undo that drift stopped may be asked for again, once it is repaired', async () => {
  const tenant = newTenant(postgres)
  const operator = await tenant.user('operator', 'operator')
  const undo = (plan: Plan) => tenant.server((db) => requestUndo(db, tenant.id, { planId: plan.id, userId: operator.id, reason: 'again' }))
  const plan = await tenant.plan()
  await move(tenant, plan, 'approved', 'executing', 'applied', 'effective')
  expect([await undo(plan), await undo(plan)]).toEqual([true, false])
  await tenant.executor((db) => setPlanReason(db, tenant.id, plan.id, 'undo stopped: drift'))
  expect([await undo(plan), await undo(plan)]).toEqual([true, false])
  await move(tenant, plan, 'rolled-back')
  expect(await undo(plan)).toBe(false)
})
