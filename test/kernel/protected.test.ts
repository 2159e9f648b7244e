import { expect, test } from 'vitest'
import { protectedRefusal, type ProtectedSet } from '../../kernel/protected.ts'
import { keyPlan } from '../builders/plan.ts'

const target = 'arn:aws:iam::100000000001:user/deploy'
const among = (administrators: readonly string[] | null, ids: readonly string[] = []): ProtectedSet =>
  ({ ids: new Set(ids), administratorsLeft: (without) => (administrators === null ? null : administrators.filter((each) => !without.includes(each)).length) })

test('SEC-21: a protected identity, and one of the last two administrators, is never changed', () => {
  const cases: readonly (readonly [string, ProtectedSet, 'low' | 'high', boolean])[] = [
    ['nobody special', among(['a', 'b', 'c']), 'low', true],
    ['on the list by name', among(['a', 'b', 'c'], [target]), 'low', false],
    ['on the list by immutable id', among(['a', 'b', 'c'], ['AIDAEXAMPLE0000000001']), 'low', false],
    ['one of three administrators', among([target, 'a', 'b']), 'low', true],
    ['one of two administrators', among([target, 'a']), 'low', false],
    ['the only administrator', among([target]), 'low', false],
    ['no administrator, in an account that has one', among(['a']), 'low', true],
    ['no administrator, in an account that has none', among([]), 'low', true],
    ['administrators not known, low tier', among(null), 'low', true],
    ['administrators not known, high tier', among(null), 'high', false],
  ]
  for (const [name, set, tier, may] of cases) expect([name, protectedRefusal(set, keyPlan({ tier })) === null]).toEqual([name, may])
})

test('a refusal names the identity or the account, and what to do', () => {
  expect(protectedRefusal(among([], [target]), keyPlan())).toContain(`\`${target}\` is protected`)
  expect(protectedRefusal(among([target]), keyPlan())).toContain('`100000000001`')
})
