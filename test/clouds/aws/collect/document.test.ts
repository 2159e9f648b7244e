import { expect, test } from 'vitest'
import { readDocument } from '../../../../clouds/aws/collect/document.ts'
import type { Reading } from '../../../../clouds/aws/collect/reading.ts'
import { answersInMemory } from '../../../../clouds/estate-directory.ts'
import { now } from '../../../builders/clock.ts'

function read(raw: unknown, purpose: 'identity' | 'trust' | 'scp' = 'identity') {
  const reading: Reading = { source: answersInMemory(new Map(), now), problems: [], unread: [] }
  return { document: readDocument(reading, raw, { file: 'f.json', pointer: '/P', purpose }), problems: reading.problems }
}
const object = { Version: '2012-10-17', Statement: { Sid: 'A', Effect: 'Allow', Action: 's3:Get*', NotResource: ['arn:aws:s3:::x'], Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } } } }

test.each([
  ['an object', object], ['a JSON string', JSON.stringify(object)], ['a URL-encoded string', encodeURIComponent(JSON.stringify(object))],
])('%s is the same document', (_name, raw) => {
  expect(read(raw)).toEqual({ problems: [], document: { version: '2012-10-17', gaps: [], statements: [{
    sid: 'A', index: 0, effect: 'Allow', actions: { isNot: false, patterns: ['s3:Get*'] }, resources: { isNot: true, patterns: ['arn:aws:s3:::x'] }, principals: null,
    conditions: [{ operator: 'Bool', key: 'aws:MultiFactorAuthPresent', values: ['true'] }] }] } })
})

const good = { Effect: 'Allow', Action: 'a:B', Resource: '*' }
test.each([
  ['an effect that is none', { ...good, Effect: 'allow' }, '/P/Statement/1/Effect'],
  ['no action', { Effect: 'Allow', Resource: '*' }, '/P/Statement/1'],
  ['both kinds of action', { ...good, NotAction: 'x' }, '/P/Statement/1'],
  ['no resource', { Effect: 'Allow', Action: 'a:B' }, '/P/Statement/1'],
  ['an element that is not known', { ...good, Actions: 'x' }, '/P/Statement/1'],
  ['a principal', { ...good, Principal: '*' }, '/P/Statement/1'],
  ['a number as action', { ...good, Action: 7 }, '/P/Statement/1/Action'],
  ['text', 'Allow', '/P/Statement/1'],
])('a statement with %s is a problem and a gap, and the others stay', (_name, bad, position) => {
  const { document, problems } = read({ Version: '2012-10-17', Statement: [good, bad, good] })
  expect(problems).toMatchObject([{ file: 'f.json', position }])
  expect(document.gaps).toMatchObject([{ why: 'broken' }])
  expect(document.statements.map(({ index }) => index)).toEqual([0, 2])
})

test.each([['no JSON', '{"a"'], ['a bad escape', '%zz'], ['a number', 7], ['nothing', null], ['no statement', {}]])('a document that is %s is a gap, never an empty policy', (_name, raw) => {
  const { document, problems } = read(raw)
  expect([document.statements.length, document.gaps.length, problems.length]).toEqual([0, 1, 1])
})

test('trust policies name principals of every kind; only they may', () => {
  const trust = { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: ['100000000002', '*'], Service: 'ec2.amazonaws.com', Federated: 'arn:aws:iam::1:saml-provider/x' } }, { Effect: 'Deny', NotPrincipal: '*', Action: '*' }] }
  expect(read(trust, 'trust').document.statements.map(({ principals }) => principals)).toEqual([
    { isNot: false, values: [{ kind: 'AWS', id: '100000000002' }, { kind: 'any', id: '*' }, { kind: 'Service', id: 'ec2.amazonaws.com' }, { kind: 'Federated', id: 'arn:aws:iam::1:saml-provider/x' }] },
    { isNot: true, values: [{ kind: 'any', id: '*' }] }])
  expect(read({ Statement: [good] }, 'trust').problems).toHaveLength(1)
  expect(read({ Statement: [{ ...good, Principal: { Alien: 'x' } }] }, 'trust').problems[0]?.reason).toContain('Alien')
})

test('a service control policy without a resource speaks of every resource', () => {
  expect(read({ Statement: [{ Effect: 'Deny', Action: '*' }] }, 'scp').document.statements[0]?.resources).toEqual({ isNot: false, patterns: ['*'] })
})
