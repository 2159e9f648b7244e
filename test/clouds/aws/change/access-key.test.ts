import { expect, test } from 'vitest'
import { accessKeyTarget, awsAccessKeyStatus as about, parseAccessKeyTarget } from '../../../../clouds/aws/change/access-key.ts'
import { canonicalHash } from '../../../../clouds/canonical.ts'
import { changeKindAbout } from '../../../../clouds/change-kinds.ts'
import { type Change, changeSchema } from '../../../../model/change.ts'

const userArn = 'arn:aws:iam::100000000001:user/team/alice'
const target = accessKeyTarget(userArn, 'AKIAALICE0000001')
const state = (status: string) => ({ status, userId: 'AIDAALICE' })
const change: Change = { kind: 'aws.access-key.status', target, before: state('Active'), after: state('Inactive'), base: canonicalHash(state('Active')) }
const inverse: Change = { ...change, before: change.after, after: change.before, base: canonicalHash(change.after) }

test('a target names account, user and key, and comes back as it was', () => {
  expect(parseAccessKeyTarget(target)).toEqual({ account: '100000000001', userArn, userName: 'alice', keyId: 'AKIAALICE0000001' })
})
test.each(['', 'x', userArn, `${userArn}#`, `${userArn}#akia`, `${userArn}#AKIAALICE0000001#x`, 'arn:aws:iam::100000000001:role/r#AKIAALICE0000001', 'arn:aws:iam::1:user/x#AKIAALICE0000001', 'arn:aws:iam::100000000001:user/a b#AKIAALICE0000001'])('`%s` is refused as a target', (text) => {
  expect(() => parseAccessKeyTarget(text)).toThrow('names no access key')
})

test('the canonical form has the status and whose key it is, and nothing that changes by itself', () => {
  expect(about.canonical({ ...state('Active'), lastUsed: '2026-01-01', createdAt: 'x' })).toEqual(state('Active'))
  expect(about.canonical(null)).toBeNull()
  for (const bad of [{ status: 'Deleted', userId: 'AIDAX' }, { status: 'Active' }, [], 'Active']) expect(() => about.canonical(bad)).toThrow('none of an access key')
})

test('it says what it does, what it calls and whom it touches', () => {
  expect(changeSchema.parse(change)).toEqual(change)
  expect(about.describe(change)).toBe('access key `AKIAALICE0000001` of user `alice` in account `100000000001` stops working (was Active)')
  expect(about.apiCalls(change).at(-1)).toBe('iam:UpdateAccessKey --user-name alice --access-key-id AKIAALICE0000001 --status Inactive')
  expect(about.affects(change)).toEqual([userArn, 'AIDAALICE'])
  expect([about.tier(change), about.isReversible]).toEqual(['low', true])
})

test('only turning off takes away; the inverse is the same kind the other way round', () => {
  expect([about.reducesOnly(change), about.reducesOnly(inverse)]).toEqual([true, false])
  expect(about.canonical(inverse.after)).toEqual(about.canonical(change.before))
})

test('the registry knows the kind', () => { expect(changeKindAbout('aws.access-key.status')).toBe(about) })
