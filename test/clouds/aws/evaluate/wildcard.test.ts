import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fits } from '../../../../clouds/aws/evaluate/wildcard.ts'

test.each([
  ['*', '', true], ['*', 'abc', true], ['', '', true], ['', 'a', false], ['?', '', false], ['a?c', 'abc', true], ['a*c', 'ac', true], ['a*c', 'abcb', false],
  ['s3:Get*', 's3:GetObject', true], ['s3:Get*', 's3:PutObject', false], ['*Object', 's3:GetObjectAcl', false], ['a*b*c', 'aXbXbXc', true], ['.*', 'x', false], ['[a]', 'a', false],
])('`%s` and `%s`: %s', (pattern, text, expected) => { expect(fits(pattern, text)).toBe(expected) })

const naive = (pattern: string, text: string): boolean =>
  pattern === '' ? text === '' : pattern[0] === '*' ? naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1))) : text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1))
const word = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })

test('it says what the definition says', () => {
  fc.assert(fc.property(word('ab*?'), word('ab'), (pattern, text) => { expect(fits(pattern, text)).toBe(naive(pattern, text)) }), { numRuns: 5000 })
})
test('many stars do not make it slow', () => {
  expect(fits(`${'*a'.repeat(1000)}b`, 'a'.repeat(2000))).toBe(false)
})
