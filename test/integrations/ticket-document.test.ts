import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainTextOf, visible } from '../../integrations/jira/document.ts'
import { commentDocument, findingOfLabels, refOf, riskLabel, ticketFields, type TicketSettings } from '../../integrations/jira/render.ts'
import { severities } from '../../model/detection.ts'
import { findingOf } from '../builders/card.ts'

const settings: TicketSettings = { project: 'SEC', issueType: 'Task', labels: ['iam', 'whittle'], priorities: { high: 'P1' }, publicUrl: 'http://localhost:8080' }
const id = findingOf().id

test.each(severities.map((severity) => [severity, severity === 'high' ? 'P1' : { critical: 'Highest', medium: 'Medium', low: 'Low', info: 'Lowest' }[severity]] as const))('a %s risk has priority %s', (severity, name) => {
  expect(ticketFields(findingOf({ severity }), settings).priority).toEqual({ name })
})
test('labels are there once, and name the risk', () => {
  const { labels } = ticketFields(findingOf(), settings)
  expect(labels).toEqual(['whittle', 'iam', riskLabel(id)])
  expect(findingOfLabels(labels)).toBe(id)
  expect(findingOfLabels(['whittle', 'whittle-f_x', `x-whittle-${id}`])).toBeNull()
})
test('a comment of ours is known by its ref, one that only quotes words is not', () => {
  expect(refOf(plainTextOf(commentDocument('fixed', '0123456789ab')))).toBe('0123456789ab')
  expect(refOf('I saw whittle ref 0123456789ab somewhere')).toBeNull()
})
test.each<[string, unknown, string]>([
  ['nothing', null, ''], ['a string', 'x', ''], ['nested lists', { type: 'doc', content: [{ type: 'bulletList', content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'a' }] }] }] }, { type: 'paragraph', content: [{ type: 'text', text: 'b' }, { type: 'text', text: 'c' }] }] }, 'a\nbc'],
  ['a mention without text', { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { id: '1' } }, { type: 'text', text: 'hi' }] }] }, 'hi'],
])('the text of %s is read', (_name, node, words) => expect(plainTextOf(node)).toBe(words))
test('a document nested without end is read to its 64th level', () => {
  let node: unknown = { type: 'text', text: 'deep' }
  for (let depth = 0; depth < 20_000; depth++) node = { type: 'paragraph', content: [node] }
  expect(plainTextOf(node)).toBe('')
})

const word = fc.oneof(fc.constantFrom('', ' ', '\u0000', '\u202E', '\uD800', '\n', '[x|https://evil.example]', '{macro}', '<script>', 'a'.repeat(40_000), '👩‍👩‍👧'.repeat(5000)), fc.string({ unit: 'binary', maxLength: 200 }))
test('whatever the clouds say, every text is a non-empty text node, no link leads elsewhere, and the sizes of jira hold', () => {
  fc.assert(fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), ([a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '']) => {
    const fields = ticketFields(findingOf({ title: a, summary: b, principal: c, resource: d, account: e, evidence: { [f]: g }, paths: [{ step: h }] }), settings)
    expect(fields.summary.length).toBeLessThanOrEqual(255)
    expect(fields.summary).not.toMatch(/[\n\p{C}]/u)
    expect(JSON.stringify(fields.description).length).toBeLessThan(32_767 * 3)
    expect(plainTextOf(fields.description).length).toBeLessThan(32_767)
    const texts: string[] = []
    JSON.stringify(fields.description, (key: string, value: unknown) => { if (key === 'text' && typeof value === 'string') texts.push(value); if (key === 'href') expect(value).toBe(`http://localhost:8080/risks/${id}`); return value })
    for (const text of texts) { expect(text.trim()).not.toBe(''); expect(text).not.toMatch(/(?!\n)\p{C}/u) }
  }), { numRuns: 400 })
})
test('cutting never leaves half a letter', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 2, max: 30 }), (text, max) => {
    const shown = visible(text, max)
    expect(shown.length).toBeLessThanOrEqual(Math.max(max, 1))
    expect(shown).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/)
  }))
})
