import { beforeAll, describe, expect, test } from 'vitest'
import { type ApprovalSigner, approvalSigner, createSigningKey, type TrustRoots, trustRoots } from '../../kernel/approval.ts'
import { authorityOf, type Move, type OwnKnowledge, type Standing } from '../../kernel/authority.ts'
import { defaultBudget } from '../../kernel/budget.ts'
import { digestPlan } from '../../kernel/plan-digest.ts'
import type { Approval, Approver } from '../../model/approval.ts'
import { daysAfter, secondsAfter } from '../../model/instant.ts'
import { type Plan, planStates } from '../../model/plan.ts'
import { approvalOf, keyPlan, planMadeAt } from '../builders/plan.ts'

let signer: ApprovalSigner, stranger: ApprovalSigner, roots: TrustRoots
beforeAll(async () => {
  const [ours, theirs] = await Promise.all([createSigningKey(), createSigningKey()])
  ;[signer, stranger, roots] = await Promise.all([approvalSigner(ours.privateKey), approvalSigner(theirs.privateKey), trustRoots([ours.publicKey])])
})

const now = secondsAfter(planMadeAt, 3600)
const target = 'arn:aws:iam::100000000001:user/deploy'
const anna: Approver = { userId: 'u-anna', tenant: 'default', role: 'approver', isActive: true, subject: 'idp|anna', identities: [] }
const bert: Approver = { ...anna, userId: 'u-bert', subject: 'idp|bert' }
const forward: Move = { direction: 'forward', cause: 'person', target }
const undo: Move = { direction: 'inverse', cause: 'person', target }
const rollback: Move = { direction: 'inverse', cause: 'rollback', target }
const own = (over: Partial<OwnKnowledge> = {}): OwnKnowledge =>
  ({ roots, budget: defaultBudget, freezes: [], protected: { ids: new Set(), administratorsLeft: () => 5 }, isDatabaseBehind: false, clockSkewSeconds: 0, ...over })

type Signed = { readonly by?: Approver; readonly as?: Partial<Approval>; readonly isRevoked?: boolean; readonly isForeign?: boolean; readonly row?: Approver | null }
async function standing(plan: Plan, signed: readonly Signed[], over: Partial<Standing> = {}): Promise<Standing> {
  const { canonical, digest } = digestPlan(plan)
  const approvals = await Promise.all(signed.map(async ({ by = anna, as = {}, isRevoked = false, isForeign = false, row = by }) => ({ jws: await (isForeign ? stranger : signer).sign(approvalOf(plan, digest, { approver: by.userId, ...as })), isRevoked, approver: row })))
  return { planId: plan.id, tenant: plan.tenant, canonical, digest, approvals, requesterSubject: 'idp|asker', editorSubject: null, state: 'executing', isUndoAsked: false, killSwitchReason: null, isSpentHere: true, pastWrites: [], identitiesInAccount: 10, now, ...over }
}
const plan = keyPlan()

test('an approved plan may run, its rollback too', async () => {
  expect(await authorityOf(await standing(plan, [{}]), own(), forward)).toEqual({ kind: 'may' })
  expect(await authorityOf(await standing(plan, [{}]), own(), rollback)).toEqual({ kind: 'may' })
})

describe('SEC-26: what stands in the database is not believed', () => {
  const other = '0'.repeat(64)
  const cases: readonly (readonly [string, readonly Signed[], Partial<Standing>])[] = [
    ['no approval', [], {}],
    ['an approval by another key', [{ isForeign: true }], {}],
    ['of another plan', [{ as: { planDigest: other } }], {}],
    ['of another plan id', [{ as: { planId: '01BX5ZZKBKACTAV9WEVGEMMVRZ' } }], {}],
    ['of another tenant', [{ as: { tenant: 'other' } }], {}],
    ['under another approval policy', [{ as: { policyVersion: 'x' } }], {}],
    ['a rejection beside an approval', [{}, { by: bert, as: { decision: 'reject' } }], {}],
    ['revoked', [{ isRevoked: true }], {}],
    ['run out before the plan does', [{ as: { notAfter: secondsAfter(planMadeAt, 60) } }], {}],
    ['a row that names another person than was signed', [{ row: bert }], {}],
    ['a person who is no user any more', [{ row: null }], {}],
    ['a person who was disabled since', [{ row: { ...anna, isActive: false } }], {}],
    ['a person who is an operator by now', [{ row: { ...anna, role: 'operator' } }], {}],
    ['the requester under another account', [{}], { requesterSubject: anna.subject }],
    ['the person who is changed', [{ by: { ...anna, identities: [target] } }], {}],
    ['text that is not of the digest', [{}], { canonical: digestPlan(keyPlan({ account: '100000000002' })).canonical }],
    ['digest and text of another plan', [{}], digestPlan(keyPlan({ account: '100000000002' }))],
    ['another plan’s row', [{}], { planId: '01BX5ZZKBKACTAV9WEVGEMMVRZ' }],
    ['another tenant’s row', [{}], { tenant: 'other' }],
    ['spent elsewhere', [{}], { isSpentHere: false }],
    ['expired', [{}], { now: plan.notAfter }],
    ['cancelled after it was approved', [{}], { state: 'cancelled' }],
  ]
  test.each(cases)('%s: refused', async (_name, signed, over) => {
    expect((await authorityOf(await standing(plan, signed, over), own(), forward)).kind).toBe('refused')
  })
})

test('a plan runs forward in `executing` alone, and is undone only where something may have been written', async () => {
  const may = async (move: Move) => {
    const found: string[] = []
    for (const state of planStates) if ((await authorityOf(await standing(plan, [{}], { state, isUndoAsked: true }), own(), move)).kind === 'may') found.push(state)
    return found
  }
  expect(await may(forward)).toEqual(['executing'])
  expect(await may(undo)).toEqual(['executing', 'applied', 'effective', 'watching', 'closed', 'partial-needs-human'])
})

test('a quorum of two is two people, not two accounts of one', async () => {
  const two = keyPlan({ approvalPolicy: { digest: 'd', quorum: 2, eligible: [] } })
  const kind = async (signed: readonly Signed[]) => (await authorityOf(await standing(two, signed), own(), forward)).kind
  expect(await kind([{}])).toBe('refused')
  expect(await kind([{}, {}])).toBe('refused')
  expect(await kind([{}, { by: { ...anna, userId: 'u-anna-2' } }])).toBe('refused')
  expect(await kind([{}, { by: bert }])).toBe('may')
})

test('SEC-08: at the last instant of its time a plan may run, at the next it may not; its undo lives until rollbackNotAfter', async () => {
  const at = async (move: Move, seconds: number, from = plan.notAfter) => (await authorityOf(await standing(plan, [{ as: { notAfter: daysAfter(plan.notAfter, 9) } }], { now: secondsAfter(from, seconds), state: 'executing', isUndoAsked: true }), own(), move)).kind
  expect([await at(forward, -0.001), await at(forward, 0), await at(forward, 1)]).toEqual(['may', 'refused', 'refused'])
  expect([await at(undo, 1), await at(undo, -0.001, plan.rollbackNotAfter), await at(undo, 0, plan.rollbackNotAfter)]).toEqual(['may', 'may', 'refused'])
  expect(await authorityOf(await standing(plan, [{}], { now: plan.notAfter }), own(), forward)).toMatchObject({ kind: 'refused', isExpired: true })
})

test('kill switch, freeze and budget make a step wait, an automatic rollback too; a person’s recorded undo goes on, a claimed one does not', async () => {
  const full = Array.from({ length: 10 }, () => ({ account: plan.account, identity: target, writtenAt: now }))
  const brakes: readonly (readonly [Partial<Standing>, Partial<OwnKnowledge>])[] = [
    [{ killSwitchReason: 'incident' }, {}], [{}, { freezes: [{ from: planMadeAt, until: daysAfter(now, 1), reason: 'release' }] }], [{ pastWrites: full }, {}],
  ]
  for (const [over, knows] of brakes) {
    const kind = async (move: Move, isUndoAsked: boolean) => (await authorityOf(await standing(plan, [{}], { ...over, isUndoAsked }), own(knows), move)).kind
    expect([await kind(forward, false), await kind(rollback, true), await kind(undo, false), await kind(undo, true)]).toEqual(['wait', 'wait', 'wait', 'may'])
  }
})

test('an undo does not fail because the approver has left since; it does when nobody had approved', async () => {
  const after = { state: 'effective', isUndoAsked: true } as const
  expect(await authorityOf(await standing(plan, [{ row: { ...anna, isActive: false } }], after), own(), undo)).toEqual({ kind: 'may' })
  expect(await authorityOf(await standing(plan, [{ row: { ...anna, role: 'viewer' } }], after), own(), undo)).toEqual({ kind: 'may' })
  expect((await authorityOf(await standing(plan, [], after), own(), undo)).kind).toBe('refused')
})

test('a protected identity is not changed, but what was changed may be undone', async () => {
  const knows = own({ protected: { ids: new Set([target]), administratorsLeft: () => 5 } })
  expect((await authorityOf(await standing(plan, [{}]), knows, forward)).kind).toBe('refused')
  expect((await authorityOf(await standing(plan, [{}]), knows, rollback)).kind).toBe('may')
})

test('a database that was restored, or a clock that is off by more than 30 s, stops everything, an undo too', async () => {
  for (const move of [forward, undo, rollback]) {
    for (const knows of [own({ isDatabaseBehind: true }), own({ clockSkewSeconds: 31 })]) expect((await authorityOf(await standing(plan, [{}], { isUndoAsked: true }), knows, move)).kind).toBe('refused')
  }
  expect((await authorityOf(await standing(plan, [{}]), own({ clockSkewSeconds: 30 }), forward)).kind).toBe('may')
})
