import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { awsCollectScript, interpretAws } from '../../clouds/aws/collect/index.ts'
import { awsCollector } from '../../clouds/aws/collect/collector.ts'
import { collectAws, collectAwsPage } from '../../clouds/aws/collect/live.ts'
import { probeAws } from '../../clouds/aws/collect/probe.ts'
import type { AwsSession } from '../../clouds/aws/session.ts'
import { answersInMemory, readEstateDirectory, writeAnswer } from '../../clouds/estate-directory.ts'
import { direct } from '../../clouds/outgoing.ts'
import type { Answer } from '../../model/answer.ts'
import type { AwsEstate } from '../../model/aws.ts'
import { environmentSchema } from '../../model/environment.ts'
import { now } from '../builders/clock.ts'
import { fillAccount, fillOrganization } from './aws-account.ts'
import { type MotoPeer, startMoto } from './moto.ts'

let moto: MotoPeer
beforeAll(async () => { moto = await startMoto() })
afterAll(async () => { await moto.stop() })
beforeEach(async () => { await moto.reset() })

const plain = (): AwsSession => ({ account: moto.account, region: 'us-east-1', role: null, outgoing: direct })
const assuming = (name = 'whittle'): AwsSession => ({ ...plain(), role: { arn: `arn:aws:iam::${moto.account}:role/${name}`, externalId: 'acme-7f3' } })

async function collected(session: AwsSession, ...accounts: string[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>()
  for (const account of accounts) await collectAws(session, account, (path, answer) => { answers.set(path, answer); return Promise.resolve() })
  return answers
}
/** The estate without the times at which it was read, which no two readings share, and with the others apart: moto's have microseconds, which one client rounds and one cuts off. */
function timeless(estate: AwsEstate): { estate: unknown; times: number[] } {
  const times: number[] = []
  const parsed: unknown = JSON.parse(JSON.stringify(estate, (key, value: unknown) => {
    if (key === 'observedAt') return undefined
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.*Z$/.test(value)) return value
    times.push(Date.parse(value))
    return 'a time'
  }))
  return { estate: parsed, times }
}

test('a live collection and an export by the aws command line, made by our script, give the same estate', async () => {
  await fillAccount(moto)
  await fillOrganization(moto)
  const live = interpretAws(answersInMemory(await collected(plain(), `aws/${moto.account}`, 'aws/organization'), now))
  const dir = mkdtempSync(join(tmpdir(), 'whittle-export-'))
  const script = join(dir, 'collect.sh')
  const estate = join(dir, 'estate')
  writeFileSync(script, ['set -u', 'DIR=$1', ...awsCollectScript()].join('\n'))
  await promisify(execFile)('sh', [script, estate], { env: { ...process.env }, maxBuffer: 1 << 28 })
  const source = readEstateDirectory(estate)
  const exported = interpretAws(source)
  expect(source.problems).toEqual([])
  expect([live.problems, exported.problems]).toEqual([[], []])
  expect(live.unread).toEqual(exported.unread)
  const [ours, theirs] = [timeless(live.value), timeless(exported.value)]
  expect(ours.estate).toEqual(theirs.estate)
  expect(ours.times.filter((time, index) => Math.abs(time - (theirs.times[index] ?? 0)) > 1)).toEqual([])
  const [account] = live.value.accounts
  expect(account?.users.values.map(({ name }) => name).sort()).toEqual(['alice', 'c.d@x'])
  expect(account?.users.values.find(({ name }) => name === 'alice')?.accessKeys.values).toMatchObject([{ status: 'Active', id: expect.stringMatching(/^AKIA/) }])
  expect(live.value.organization).toMatchObject({ kind: 'present', value: { serviceControlPolicies: expect.arrayContaining([expect.objectContaining({ name: 'guard' })]) } })
}, 180_000)

test('what is collected and written to a directory is read back as the same estate', async () => {
  await fillAccount(moto)
  const answers = await collected(assuming(), `aws/${moto.account}`, 'aws/organization')
  const dir = mkdtempSync(join(tmpdir(), 'whittle-collect-'))
  for (const [path, answer] of answers) if (answer.kind === 'present' || answer.kind === 'error') writeAnswer(dir, path, answer)
  expect(interpretAws(readEstateDirectory(dir)).value).toEqual(interpretAws(answersInMemory(answers, now)).value)
  expect(answers.get('aws/organization/describe-organization')).toMatchObject({ kind: 'error', code: 'AWSOrganizationsNotInUseException' })
})

test('a collection that stopped goes on from its cursor and reads nothing twice', async () => {
  await fillAccount(moto)
  const paths: string[] = []
  let cursor: string | null = null
  const cursors: (string | null)[] = []
  do {
    cursor = await collectAwsPage(assuming(), `aws/${moto.account}`, { cursor, emit: (path) => { paths.push(path); return Promise.resolve() }, reached: () => undefined, signal: new AbortController().signal })
    cursors.push(cursor)
  } while (cursor !== null)
  expect(cursors).toEqual(['report', 'keys', null])
  expect(new Set(paths).size).toBe(paths.length)
  await expect(collectAwsPage(assuming(), `aws/${moto.account}`, { cursor: 'nonsense', emit: () => Promise.resolve(), reached: () => undefined, signal: new AbortController().signal })).rejects.toMatchObject({ code: 'internal' })
})

test('credentials of another account are refused before anything is read', async () => {
  await expect(collected({ ...plain(), account: '100000000001' }, 'aws/100000000001')).rejects.toMatchObject({ code: 'environment.invalid' })
  await expect(collected({ ...assuming(), account: '100000000001' }, 'aws/100000000001')).rejects.toMatchObject({ code: 'environment.invalid' })
})

test('an organization lists its open accounts, and members are read through their own role', async () => {
  const { member } = await fillOrganization(moto)
  const environment = environmentSchema.parse({ name: 'acme', kind: 'aws-organization', managementAccount: moto.account, memberRoleName: 'whittle' })
  if (environment.kind !== 'aws-organization') throw new TypeError('no organization')
  const collector = awsCollector(environment, direct)
  const signal = new AbortController().signal
  expect(await collector.accounts(signal)).toEqual(['aws/organization', ...[`aws/${moto.account}`, `aws/${member}`].sort()])
  const answers = new Map<string, Answer>()
  await collector.collect(`aws/${member}`, { cursor: null, emit: (path, answer) => { answers.set(path, answer); return Promise.resolve() }, reached: () => undefined, signal })
  expect([...answers.keys()]).toContain(`aws/${member}/global/iam/get-account-authorization-details`)
  expect((await collector.check(signal)).filter(({ outcome }) => outcome === 'failed' || outcome === 'refused')).toEqual([])
})

/** Signs in as a user who may do `actions` only, and lets moto enforce. */
async function restricted(actions: readonly string[]): Promise<void> {
  await moto.iam.send(new CreateUserCommand({ UserName: 'scanner' }))
  await moto.iam.send(new PutUserPolicyCommand({ UserName: 'scanner', PolicyName: 'own', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }) }))
  const { AccessKey: key } = await moto.iam.send(new CreateAccessKeyCommand({ UserName: 'scanner' }))
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey })
  await moto.enforce()
}
const asRoot = (): void => { Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST', AWS_SECRET_ACCESS_KEY: 'test-secret' }) }

test('a missing permission is an answer: refused in the probe, unreadable in the estate, and the rest is read', async () => {
  await fillAccount(moto)
  await restricted(['iam:GetAccountAuthorizationDetails', 'iam:ListUsers', 'sts:GetCallerIdentity'])
  try {
    const probes = await probeAws(plain())
    const outcome = (permission: string) => probes.find((probe) => probe.permission === permission)?.outcome
    expect([outcome('iam:GetAccountAuthorizationDetails'), outcome('iam:GetAccountSummary'), outcome('iam:ListAccessKeys')]).toEqual(['read', 'refused', 'refused'])
    expect(probes.find(({ permission }) => permission === 'iam:GetAccountSummary')?.reason).toContain('grant it')
    const { value, unread } = interpretAws(answersInMemory(await collected(plain(), `aws/${moto.account}`), now))
    expect(value.accounts[0]?.users.values.map(({ name }) => name)).toContain('alice')
    expect(value.accounts[0]?.summary).toMatchObject({ kind: 'unreadable', why: 'refused' })
    expect(value.accounts[0]?.users.values[0]?.accessKeys.gaps).toMatchObject([{ why: 'refused' }])
    expect(unread.map(({ why }) => why)).toContain('refused')
  } finally {
    asRoot()
  }
})

test('a role that may not be assumed is told once, as the reason why nothing can be read', async () => {
  await moto.iam.send(new CreateRoleCommand({ RoleName: 'locked', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${moto.account}:user/nobody` } }] }) }))
  await restricted(['iam:*'])
  try {
    expect(await probeAws(assuming('locked'))).toMatchObject([{ permission: 'sts:AssumeRole', outcome: 'refused' }])
    await expect(collected(assuming('locked'), `aws/${moto.account}`)).rejects.toMatchObject({ code: 'cloud.access-denied', details: { call: 'sts:AssumeRole' } })
  } finally {
    asRoot()
  }
})

test('AWS managed policies arrive with their documents, though this AWS gives them neither name nor id', async () => {
  const loaded = await startMoto({ managedPolicies: true })
  try {
    await loaded.iam.send(new CreateUserCommand({ UserName: 'bob' }))
    await loaded.iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }))
    const { value, problems } = interpretAws(answersInMemory(await collected(plain(), `aws/${loaded.account}`), now))
    const policy = value.accounts[0]?.policies.values.find(({ arn }) => arn.endsWith('/ReadOnlyAccess'))
    expect(policy?.versions.find(({ isDefault }) => isDefault)?.document.statements.length).toBeGreaterThan(0)
    expect(problems).toEqual([])
  } finally {
    await loaded.stop()
  }
})
