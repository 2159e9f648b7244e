import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { analyze, judgeEstate } from '../../analysis/detect.ts'
import { findingId } from '../../analysis/finding-id.ts'
import { type Judgement, cannotTell, detection, notApplicable, pass, violation } from '../../model/detection.ts'
import type { Estate } from '../../model/estate.ts'
import { analysisSchema } from '../../model/finding.ts'
import { noAwsEstate } from '../../model/aws.ts'
import { noAzureEstate } from '../../model/azure.ts'
import { noGcpEstate } from '../../model/gcp.ts'
import { instant } from '../../model/instant.ts'

const now = instant('2026-02-01T00:00:00Z')
const empty: Estate = { asOf: now, label: null, aws: noAwsEstate, azure: noAzureEstate, gcp: noGcpEstate, principals: [], unread: [], problems: [] }
const rule = (id: string, judgements: Readonly<Record<string, Judgement>>) => detection({
  id, cloud: 'aws', title: `title of ${id}`, why: 'because', likelihood: 3, impact: 3, readsWith: [], fixedBy: ['fix-it'], frameworks: [], blindSpots: [], source: 'https://example.com/',
  options: { days: 90 },
  subjects: () => Object.entries(judgements),
  identify: ([name]) => ({ id: name.replace(/'+$/, ''), part: '', principal: `arn:${name}`, resource: null, account: '100000000001', observedAt: now }),
  judge: ([, judgement]) => judgement,
})
const gap = { what: 'aws/organization/list-accounts', why: 'not-exported', reason: 'was not exported' } as const

describe('findingId', () => {
  test('is f_ and 24 hex digits of SHA-256 over the canonical JSON of detection, cloud, subject and part', () => {
    const expected = createHash('sha256').update('["aws-access-key-unused","aws","AIDAEXAMPLE","AKIAEXAMPLE"]').digest('hex').slice(0, 24)
    expect(findingId('aws-access-key-unused', 'aws', { id: 'AIDAEXAMPLE', part: 'AKIAEXAMPLE' })).toBe(`f_${expected}`)
  })
  test.each([
    ['detection', findingId('b', 'aws', { id: 's', part: '' })], ['cloud', findingId('a', 'gcp', { id: 's', part: '' })],
    ['subject', findingId('a', 'aws', { id: 't', part: '' })], ['part', findingId('a', 'aws', { id: 's', part: 'p' })],
  ])('another %s gives another id', (_what, id) => expect(id).not.toBe(findingId('a', 'aws', { id: 's', part: '' })))
})

describe('analyze', () => {
  test('answers what the published schema accepts, also of an empty estate', () => {
    expect(analysisSchema.parse(analyze(empty, []))).toEqual(analyze(empty, []))
    expect(analyze(empty, [rule('aws-a', {})]).coverage).toEqual([{ detection: 'aws-a', judged: 0, passed: 0, violated: 0, unknown: 0, notApplicable: 0 }])
  })
  test('every kind of judgement is counted and only violations are findings', () => {
    const analysis = analyze(empty, [rule('aws-a', { ada: pass, ben: violation('bad', {}), cho: cannotTell('not read'), dan: notApplicable('too young') })])
    expect(analysis.coverage).toEqual([{ detection: 'aws-a', judged: 4, passed: 1, violated: 1, unknown: 1, notApplicable: 1 }])
    expect(analysis.findings.map(({ principal, severity, fixes }) => ({ principal, severity, fixes }))).toEqual([{ principal: 'arn:ben', severity: 'high', fixes: ['fix-it'] }])
    expect(analysis.unknown).toEqual([{ detection: 'aws-a', subject: 'arn:cho', reason: 'not read' }])
  })
  test('findings are ordered by severity, worst first, then by id', () => {
    const judgements = Object.fromEntries([...'abcdefghij'].map((name, index) => [name, violation(name, {}, 'certain', index % 2 === 0 ? { impact: 1 } : { likelihood: 4, impact: 4 })]))
    const { findings } = analyze(empty, [rule('aws-a', judgements)])
    const keys = findings.map(({ severity, id }) => `${severity === 'critical' ? 0 : 1}${id}`)
    expect(findings).toHaveLength(10)
    expect(keys).toEqual([...keys].sort())
  })
  test('a subject that a rule reaches twice is one finding: the worst', () => {
    const analysis = analyze(empty, [rule('aws-a', { 'ada': violation('mild', {}, 'certain', { impact: 1 }), "ada'": violation('grave', {}, 'assumed', { impact: 4 }), "ada''": pass })])
    expect(analysis.findings.map(({ summary }) => summary)).toEqual(['grave'])
    expect(analysis.coverage[0]).toMatchObject({ judged: 1, violated: 1 })
  })
  test('what is unread is named once, with the number of subjects that hang on it', () => {
    const analysis = analyze({ ...empty, unread: [gap, { ...gap, what: 'aws/organization/list-roots' }] }, [
      rule('aws-a', { ada: violation('a', {}, 'assumed', { unread: [gap] }), ben: cannotTell('b', [gap]) }), rule('aws-b', { ada: violation('a', {}, 'assumed', { unread: [gap] }) })])
    expect(analysis.unread).toEqual([{ what: gap.what, why: gap.reason, subjects: 2 }, { what: 'aws/organization/list-roots', why: gap.reason, subjects: 0 }])
  })
  test('`only` narrows, an unknown id is refused by name', () => {
    const rules = [rule('aws-a', { ada: violation('a', {}) }), rule('aws-b', { ada: violation('b', {}) })]
    expect(analyze(empty, rules, { only: ['aws-b'] }).findings.map(({ detection: id }) => id)).toEqual(['aws-b'])
    expect(() => analyze(empty, rules, { only: ['aws-c'] })).toThrow('there is no detection `aws-c`; the list is: aws-a, aws-b')
  })
  test('a tenant may disable a detection and set its severity; the id stays', () => {
    const rules = [rule('aws-a', { ada: violation('a', {}) }), rule('aws-b', { ada: violation('b', {}) })]
    const changed = analyze(empty, rules, { settings: { 'aws-a': { severity: 'low' }, 'aws-b': { enabled: false } } })
    expect(changed.findings.map(({ detection: id, severity }) => [id, severity])).toEqual([['aws-a', 'low']])
    expect(changed.findings[0]?.id).toBe(analyze(empty, rules, { only: ['aws-a'] }).findings[0]?.id)
  })
  test('the same estate gives the same bytes, in whatever order the rules stand', () => {
    const rules = [rule('aws-b', { ada: violation('b', {}), ben: cannotTell('x') }), rule('aws-a', { cho: violation('a', {}) })]
    expect(JSON.stringify(analyze(empty, [...rules].reverse()))).toBe(JSON.stringify(analyze(empty, rules)))
  })
  test('passes keep their id, so that a scan can resolve what was open', () => {
    expect(judgeEstate(empty, [rule('aws-a', { ada: pass })]).map(({ id }) => id)).toEqual([findingId('aws-a', 'aws', { id: 'ada', part: '' })])
  })
})
