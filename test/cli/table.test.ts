import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable } from '../../cli/printable.ts'
import { renderTable } from '../../cli/table.ts'
import { analysisSchema } from '../../model/finding.ts'
import { golden } from '../sandbox/golden.ts'

const analysis = analysisSchema.parse(JSON.parse(golden()))
const plain = (width: number, given = analysis) => renderTable(given, { label: 'Acme', width, isColoured: false })

describe('the table', () => {
  test.each([60, 72, 80, 100, 120, 200])('at a width of %i no line is longer, and every finding\'s id stands whole', (width) => {
    const lines = plain(width).split('\n')
    // the headline and the last line are sentences, which wrap by themselves
    expect(lines.slice(1, -2).filter((line) => line.length > width)).toEqual([])
    for (const { id } of analysis.findings) expect(lines.some((line) => line.includes(id)), id).toBe(true)
  })
  test('without a terminal it is 120 wide and has no colours', () => {
    expect(renderTable(analysis, { label: 'Acme', width: undefined, isColoured: false })).toBe(plain(120))
    expect(plain(120)).not.toContain('\u001b')
    expect(renderTable(analysis, { label: 'Acme', width: 120, isColoured: true })).toContain('\u001b[')
  })
  test('long lists are cut and say so; nothing found is said in words', () => {
    const problems = Array.from({ length: 14 }, (_, index) => ({ file: `aws/${String(index)}.json`, position: '1:1', reason: 'broken' }))
    expect(plain(120, { ...analysis, problems })).toContain('… and 4 more')
    expect(plain(120, { ...analysis, findings: [] })).toContain('no risk found in what was read')
  })
  test('whatever names hold, the table has printable characters and line ends alone', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 40, max: 160 }), (name, width) => {
      const [finding] = analysis.findings
      if (finding === undefined) throw new Error('no finding')
      const text = plain(width, { ...analysis, findings: [{ ...finding, principal: name, summary: `role \`${name}\`` }], unread: [{ what: name, why: name, subjects: 1 }] })
      expect(text.replaceAll('\n', '')).toBe(printable(text.replaceAll('\n', '')))
    }), { numRuns: 200 })
  })
})

describe('printable', () => {
  test.each([
    ['plain text stays', 'arn:aws:iam::100000000001:user/Zoë', 'arn:aws:iam::100000000001:user/Zoë'],
    ['escapes', '\u001b[31mred', '\\u{1b}[31mred'], ['line ends', 'a\nb\r', 'a\\u{a}b\\u{d}'], ['C1 controls', '\u009b2J', '\\u{9b}2J'],
    ['right-to-left marks', 'a\u202eb', 'a\\u{202e}b'], ['invisible ones', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'], ['tags', 'a\u{e0041}', 'a\\u{e0041}'], ['half of a pair', '\ud800', '\\u{d800}'],
  ])('%s', (_name, text, shown) => { expect(printable(text)).toBe(shown) })
  test('made printable twice it is the same', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => { expect(printable(printable(text))).toBe(printable(text)) }))
  })
})
