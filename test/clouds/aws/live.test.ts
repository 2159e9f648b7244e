import { expect, test } from 'vitest'
import { awsError, awsErrorCode } from '../../../clouds/aws/error.ts'
import { awsReader, awsWriter } from '../../../clouds/aws/collect/collector.ts'
import { awsCollectScript } from '../../../clouds/aws/collect/index.ts'
import { askerOf, listPages } from '../../../clouds/aws/collect/live-call.ts'
import { recordable } from '../../../clouds/aws/collect/record.ts'
import { credentialsOf, remembered } from '../../../clouds/aws/session.ts'
import { direct } from '../../../clouds/outgoing.ts'
import { environmentSchema } from '../../../model/environment.ts'
import { WhittleError } from '../../../model/error.ts'
import { execFileSync } from 'node:child_process'

const failure = (name: string, status?: number, headers = {}) => Object.assign(new Error(`secret of ${name}`), { name, ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }), $response: { headers } })

test.each([
  ['AccessDenied', 403, 'cloud.access-denied'], ['AccessDeniedException', 400, 'cloud.access-denied'], ['ExpiredToken', 403, 'cloud.no-credentials'], ['CredentialsProviderError', undefined, 'cloud.no-credentials'],
  ['Throttling', 400, 'cloud.throttled'], ['TooManyRequestsException', 400, 'cloud.throttled'], ['Whatever', 429, 'cloud.throttled'], ['LimitExceededException', 409, 'cloud.invalid-request'],
  ['NoSuchEntityException', 404, 'cloud.not-found'], ['ConcurrentModificationException', 409, 'cloud.conflict'], ['InternalFailure', 500, 'cloud.unavailable'], ['TimeoutError', undefined, 'cloud.unavailable'],
  ['SyntaxError', 200, 'cloud.unavailable'], ['MalformedPolicyDocument', 400, 'cloud.invalid-request'],
])('%s (%s) is %s, and what AWS said stays out of it', (name, status, code) => {
  const known = awsError('iam:GetUser', failure(name, status))
  expect(known).toMatchObject({ code, details: { call: 'iam:GetUser', awsCode: name } })
  expect(known.message).not.toContain('secret')
  expect(awsErrorCode(failure(name, status))).toBe(status === undefined ? null : name)
})
test('Retry-After is kept in seconds, and an error that is known stays as it is', () => {
  expect(awsError('x', failure('Throttling', 400, { 'retry-after': '12' })).details['retryAfterSeconds']).toBe('12')
  const known = new WhittleError('change.refused', 'no')
  expect(awsError('x', known)).toBe(known)
})

type Page = { Marker?: string; IsTruncated?: boolean; at: string | undefined }
const paged = (next: (at: string | undefined) => Page | null) => listPages<Page>((at) => Promise.resolve(next(at)))
test('pages are read to the last; a page that fails, or comes again, leaves the list incomplete', async () => {
  const chain: Record<string, string> = { start: 'b', b: 'c' }
  const to = (at: string | undefined): Page => { const Marker = chain[at ?? 'start']; return Marker === undefined ? { at, IsTruncated: false } : { at, Marker, IsTruncated: true } }
  expect(await paged(to)).toMatchObject({ isComplete: true, pages: [{ at: undefined }, { at: 'b' }, { at: 'c' }] })
  expect(await paged((at) => (at === 'b' ? null : to(at)))).toMatchObject({ isComplete: false, pages: [{ at: undefined }] })
  const circle = await paged((at) => ({ at, Marker: 'again', IsTruncated: true }))
  expect([circle.isComplete, circle.pages.length]).toEqual([false, 2])
})

test('a refusal is an answer, a slow-down and a cancelled scan are not', async () => {
  const emitted: unknown[] = []
  const ask = askerOf({ emit: (path, answer) => { emitted.push([path, answer.kind === 'error' ? answer.code : answer.kind]); return Promise.resolve() }, signal: new AbortController().signal })
  expect(await ask('p', 'iam:GetUser', () => Promise.reject(failure('AccessDenied', 403)))).toBeNull()
  await expect(ask('p', 'iam:GetUser', () => Promise.reject(failure('Throttling', 400)))).rejects.toMatchObject({ code: 'cloud.throttled' })
  await expect(ask('p', 'iam:GetUser', () => Promise.reject(failure('TimeoutError')))).rejects.toMatchObject({ code: 'cloud.unavailable' })
  expect(emitted).toEqual([['p', 'AccessDenied']])
  const stopped = askerOf({ emit: () => Promise.resolve(), signal: AbortSignal.abort() })
  await expect(stopped('p', 'x', () => Promise.reject(failure('AccessDenied', 403)))).rejects.toThrow('secret of AccessDenied')
})

test('what is recorded has the shape of the command line and only the fields that are used', () => {
  const trust = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}')
  const role = { RoleName: 'r', RoleId: 'AROAR', Arn: 'arn:aws:iam::100000000001:role/r', Path: '/', CreateDate: new Date('2026-01-01'), AssumeRolePolicyDocument: trust, Description: 'canary' }
  const answer = recordable('get-account-authorization-details', [{ RoleDetailList: [role], $metadata: { requestId: 'canary' } }])
  expect(answer).toMatchObject({ kind: 'present', isComplete: true, pages: [{ RoleDetailList: [{ RoleName: 'r', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] }, CreateDate: '2026-01-01T00:00:00.000Z' }] }] })
  expect(JSON.stringify(answer)).not.toContain('canary')
  expect(() => recordable('get-account-summary', [{ nothing: true }])).toThrow('in a shape that is not known')
})

const account = environmentSchema.parse({ name: 'prod', kind: 'aws-account', account: '100000000001', roleArn: 'arn:aws:iam::100000000001:role/whittle', externalId: 'acme' })
const organization = environmentSchema.parse({ name: 'acme', kind: 'aws-organization', managementAccount: '100000000000', memberRoleName: 'whittle', executorRoleName: 'whittle-executor', region: 'us-gov-west-1' })

test('an environment says as whom it reads and writes each account; without an executor role nothing writes', () => {
  if (account.kind !== 'aws-account' || organization.kind !== 'aws-organization') throw new TypeError('other kinds')
  expect(awsReader(account, '100000000001', direct).role).toEqual({ arn: 'arn:aws:iam::100000000001:role/whittle', externalId: 'acme' })
  expect(awsWriter(account, '100000000001', direct).role).toBeNull()
  expect(awsReader(organization, 'organization', direct)).toMatchObject({ account: '100000000000', role: null })
  expect(awsReader(organization, '100000000002', direct).role?.arn).toBe('arn:aws-us-gov:iam::100000000002:role/whittle')
  expect(awsWriter(organization, '100000000002', direct).role?.arn).toBe('arn:aws-us-gov:iam::100000000002:role/whittle-executor')
})

test('a session policy that AWS would not take is refused before anything is sent', () => {
  const session = { account: '100000000001', region: 'us-east-1', role: { arn: 'arn:aws:iam::100000000001:role/x', externalId: null }, outgoing: direct }
  expect(() => credentialsOf(session, 'write', { policy: { Resource: 'x'.repeat(2048) }, seconds: 900 })).toThrow('split the plan')
  expect(() => credentialsOf({ ...session, account: '100000000002' }, 'write')).toThrow('is not of the account')
})

test('credentials are asked for once while they last', async () => {
  let asked = 0
  const until = (ms: number) => remembered(() => { asked += 1; return Promise.resolve({ accessKeyId: 'a', secretAccessKey: 's', expiration: new Date(Date.now() + ms) }) })
  const lasting = until(900_000)
  await lasting()
  await lasting()
  expect(asked).toBe(1)
  const ending = until(30_000)
  await ending()
  await ending()
  expect(asked).toBe(3)
})

test('the script that it prints is one that a POSIX shell takes', () => {
  expect(execFileSync('sh', ['-n'], { input: awsCollectScript().join('\n') }).toString()).toBe('')
})
