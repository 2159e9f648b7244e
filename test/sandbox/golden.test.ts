import { describe, expect, test } from 'vitest'
import { expected, healthy } from './expected.ts'
import { golden, sandboxOnDisk } from './golden.ts'

const { estate, analysis, text } = sandboxOnDisk()
const subjectOf = ({ principal, resource }: { principal: string | null; resource: string | null }): string => principal ?? resource ?? ''

test('the output is the golden one, byte for byte (after a wanted change: node test/sandbox/golden.ts)', () => {
  expect(text).toBe(golden())
})
test('Acme has about 80 identities, and at least 20 risks of 12 kinds, 3 of every cloud', () => {
  expect(estate.principals.length).toBeGreaterThanOrEqual(80)
  expect(analysis.findings.length).toBeGreaterThanOrEqual(20)
  const kinds = new Set(analysis.findings.map(({ detection }) => detection))
  expect(kinds.size).toBeGreaterThanOrEqual(12)
  for (const cloud of ['aws', 'azure', 'gcp']) expect([...kinds].filter((kind) => kind.startsWith(cloud)).length, cloud).toBeGreaterThanOrEqual(3)
})
test('nothing of Acme is broken', () => {
  expect(analysis.problems).toEqual([])
})

describe('what each detection says, against the table that was written by hand', () => {
  test.each(analysis.coverage.map(({ detection }) => [detection]))('%s', (detection) => {
    const found = analysis.findings.filter((finding) => finding.detection === detection).map(subjectOf)
    expect(found.sort()).toEqual([...expected[detection] ?? []].sort())
  })
  test.each(healthy)('%s is healthy: %s', (subject) => {
    expect(subject.startsWith('//') || estate.principals.some(({ id }) => id === subject), `${subject} is nobody of Acme`).toBe(true)
    expect(analysis.findings.filter((finding) => finding.principal === subject || finding.resource === subject).map(({ detection }) => detection)).toEqual([])
  })
})
