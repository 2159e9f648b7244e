import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coveringBlocks, writesOf } from '../../../clouds/azure/evaluate/coverage.ts'
import { includes, narrowTo, overlaps } from '../../../clouds/azure/evaluate/pattern.ts'

test.each([
  ['*', 'a/b', true], ['a/*', 'a/b/c', true], ['a/*', 'b/a/c', false], ['*/read', 'a/b/read', true], ['*/read', 'a/readers', false], ['a/*/c', 'a/b/x/c', true], ['a', 'a', true], ['a', 'ab', false],
  ['a/*', 'a/*/write', true], ['a/*/write', 'a/*', false], ['*a*a*a*b', 'a'.repeat(2000), false], ['', '', true], ['**', 'x', true], ['a.c', 'abc', false],
])('%s includes %s: %s', (pattern, operation, expected) => {
  expect(includes(pattern, operation)).toBe(expected)
})

test.each([['a/*', '*/write', true], ['a/*/read', '*/write', false], ['a/b', 'a/c', false], ['*', 'x', true], ['a/*', 'b/*', false], ['a*b', 'ab', true], ['*x*', 'y*', true]])('%s and %s overlap: %s', (a, b, expected) => {
  expect([overlaps(a, b), overlaps(b, a)]).toEqual([expected, expected])
})

const letters = fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 6 }).map((parts) => parts.join(''))
const words = (max: number): readonly string[] => (max === 0 ? [''] : [...new Set(words(max - 1).flatMap((word) => [word, `${word}a`, `${word}b`, `${word}c`]))])
const naive = (pattern: string): RegExp => new RegExp(`^${pattern.replaceAll('*', '.*')}$`)

test('both matchers say the same as a naive oracle on short words', () => {
  const all = words(5)
  fc.assert(fc.property(letters, letters, (a, b) => {
    const [inA, inB] = [naive(a), naive(b)]
    for (const word of all) expect(includes(a, word)).toBe(inA.test(word))
    if (includes(a, b)) expect(all.filter((word) => inB.test(word)).every((word) => inA.test(word))).toBe(true)
    if (all.some((word) => inA.test(word) && inB.test(word))) expect(overlaps(a, b)).toBe(true)
    if (a.length + b.length <= 5) expect(overlaps(a, b)).toBe(all.some((word) => inA.test(word) && inB.test(word)))
  }), { numRuns: 200 })
})

test('what is said to be covered is given by some block, word by word', () => {
  const all = ['x', 'y'].flatMap((provider) => ['read', 'write', 'delete', 'action'].map((verb) => `${provider}/t/${verb}`))
  const part = fc.constantFrom('*', 'x/*', 'y/*', '*/read', '*/write', '*/delete', '*/action', 'x/t/*', 'y/t/write')
  const block = fc.record({ actions: fc.array(part, { minLength: 1, maxLength: 3 }), notActions: fc.array(part, { maxLength: 2 }) })
  fc.assert(fc.property(fc.array(block, { maxLength: 4 }), part, (blocks, wanted) => {
    const keyed = blocks.map((each, at) => ({ key: String(at), ...each }))
    if (coveringBlocks(keyed, wanted) === null) return
    for (const word of all.filter((each) => includes(wanted, each))) {
      expect(keyed.some(({ actions, notActions }) => actions.some((action) => includes(action, word)) && !notActions.some((hole) => includes(hole, word)))).toBe(true)
    }
  }), { numRuns: 500 })
})

test('roles made to take for ever to compare are given up, never a yes', () => {
  const holes = Array.from({ length: 300 }, (_each, at) => `${'*a'.repeat(250)}${at}*`)
  let isGivenUp = false
  expect(coveringBlocks([{ key: 'a', actions: ['*'], notActions: holes }, { key: 'b', actions: holes, notActions: holes.map((hole) => `b${hole}`) }], '*', () => { isGivenUp = true })).toBeNull()
  expect(isGivenUp).toBe(true)
})

test.each([
  ['Reader', ['*/read'], [], []], ['Contributor', ['*'], ['microsoft.authorization/*/write'], ['*/action', '*/delete', '*/write']],
  ['Monitoring Reader', ['*/read', 'microsoft.operationalinsights/workspaces/search/action', 'microsoft.support/*'], [], []],
  ['a role whose writes are all taken away', ['*'], ['*/write', '*/delete', '*/action'], []],
  ['one operator action', ['microsoft.compute/virtualmachines/start/action'], [], ['microsoft.compute/virtualmachines/start/action']],
])('%s changes %j', (_name, actions, notActions, expected) => {
  expect(writesOf({ key: '', actions, notActions })).toEqual(expected)
})

test('narrowing keeps what ends with the verb', () => {
  expect([narrowTo('*', 'read'), narrowTo('a/*', 'write'), narrowTo('a/read', 'write'), narrowTo('a/read', 'read')]).toEqual(['*/read', 'a/*/write', null, 'a/read'])
})
