import { expect, test } from 'vitest'
import { type Approver, authStrengths, roles } from '../../model/approval.ts'
import type { Tier } from '../../model/change.ts'
import type { Plan } from '../../model/plan.ts'
import { mayApprove, reachesQuorum } from '../../kernel/separation.ts'
import { keyPlan } from '../builders/plan.ts'

const yesNo = [false, true] as const
const target = 'arn:aws:iam::100000000001:user/deploy'

// how the person relates to the request and to the playbook's last edit: not at all, by this account, by a second account of the same person
const relations = ['nobody', 'another', 'this account', 'second account'] as const
type Relation = (typeof relations)[number]
const userOf = { nobody: 'u-nobody', another: 'u-other', 'this account': 'u-approver', 'second account': 'u-second' } satisfies Record<Relation, string>
const subjectOf = { nobody: null, another: 'idp|other', 'this account': 'idp|approver', 'second account': 'idp|approver' } satisfies Record<Relation, string | null>

test('SEC-05: who may approve is as the table says, over every combination', () => {
  let cells = 0
  for (const requested of relations) for (const edited of relations) for (const role of roles) for (const isActive of yesNo) for (const isTarget of yesNo) for (const isOwner of yesNo)
    for (const reducesOnly of yesNo) for (const tier of ['low', 'medium', 'high'] satisfies Tier[]) for (const strength of authStrengths) for (const tenant of ['default', 'other']) {
      cells += 1
      const plan: Plan = keyPlan({
        requester: requested === 'nobody' ? { kind: 'playbook', playbookId: 'p', digest: 'd' } : { kind: 'person', userId: userOf[requested] },
        playbook: edited === 'nobody' ? null : { id: 'p', digest: 'd', lastEditor: userOf[edited] }, reducesOnly, tier,
      })
      const approver: Approver = { userId: 'u-approver', tenant, role, isActive, subject: 'idp|approver', identities: isTarget ? ['x', target] : ['x'] }
      const given = mayApprove(plan, approver, strength, { requesterSubject: subjectOf[requested], editorSubject: subjectOf[edited], ownerSubjects: isOwner ? ['idp|approver'] : ['idp|other'] })

      // the truth table, by hand
      const isSelf = (relation: Relation) => relation === 'this account' || relation === 'second account'
      const refused = tenant === 'other' || !isActive || role === 'viewer' || role === 'operator' || isSelf(requested) || isSelf(edited) || isTarget || (isOwner && !reducesOnly)
      const expected = refused ? 'approval.not-allowed' : tier === 'high' && strength !== 'step-up' ? 'approval.needs-step-up' : 'may'
      const cell = { requested, edited, role, isActive, isTarget, isOwner, reducesOnly, tier, strength, tenant }
      if ((given.ok ? 'may' : given.error.code) !== expected) expect({ ...cell, given: given.ok ? 'may' : given.error.code }).toEqual({ ...cell, given: expected })
    }
  expect(cells).toBe(4 * 4 * 4 * 2 * 2 * 2 * 2 * 3 * 4 * 2)
})

const someone: Approver = { userId: 'u-approver', tenant: 'default', role: 'approver', isActive: true, subject: 'idp|approver', identities: [] }
const nobody = { requesterSubject: null, editorSubject: null }

test('a policy that names people lets only those approve', () => {
  const named = (eligible: string[]) => keyPlan({ approvalPolicy: { digest: 'd', quorum: 1, eligible } })
  expect(mayApprove(named([]), someone, 'session', nobody).ok).toBe(true)
  expect(mayApprove(named(['u-approver', 'u-b']), someone, 'session', nobody).ok).toBe(true)
  expect(mayApprove(named(['u-b']), someone, 'session', nobody).ok).toBe(false)
})

test('the target is known by its immutable id as well as by its name', () => {
  expect(mayApprove(keyPlan(), { ...someone, identities: ['AIDAEXAMPLE0000000001'] }, 'session', nobody).ok).toBe(false)
})

test('an unknown person behind the request or the edit never equals an approver without a subject', () => {
  expect(mayApprove(keyPlan({ requester: { kind: 'person', userId: 'u-gone' } }), { ...someone, subject: '' }, 'session', nobody).ok).toBe(true)
})

test('two accounts of one person count once towards the quorum', () => {
  const two = keyPlan({ approvalPolicy: { digest: 'd', quorum: 2, eligible: [] } })
  expect(reachesQuorum(two, ['a', 'a'])).toBe(false)
  expect(reachesQuorum(two, ['a', 'b'])).toBe(true)
  expect(reachesQuorum(two, [])).toBe(false)
})
