import { CreateAccessKeyCommand, CreateUserCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { riskLabel } from '../../integrations/jira/render.ts'
import { planDetailSchema, riskDetailSchema, riskPageSchema } from '../../model/views.ts'
import { type RunningWhittle, startRunningWhittle } from '../builders/running-whittle.ts'
import { type AwsProxy, startAwsProxy } from './aws-proxy.ts'
import { type MotoPeer, startMoto } from './moto.ts'

let moto: MotoPeer, proxy: AwsProxy, whittle: RunningWhittle
const user = 'ci-runner'
beforeAll(async () => {
  moto = await startMoto()
  await moto.iam.send(new CreateUserCommand({ UserName: user }))
  await moto.iam.send(new CreateAccessKeyCommand({ UserName: user }))
  proxy = await startAwsProxy(moto.url)
  const role = (name: string): string => `arn:aws:iam::${moto.account}:role/${name}`
  whittle = await startRunningWhittle({
    environments: [{ name: 'prod', kind: 'aws-account', account: moto.account, roleArn: role('whittle-scanner'), externalId: 'w-4f1c', executorRoleArn: role('whittle-executor') }],
    detections: { 'aws-access-key-unused': { options: { unusedDays: 0 } } }, // because moto dates every key today
  }, { AWS_ENDPOINT_URL: proxy.url, AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'], AWS_REGION: 'us-east-1' })
}, 240_000)
afterAll(async () => { await whittle.stop(); await proxy.stop(); await moto.stop() }, 60_000)

const keyStatus = async (): Promise<readonly (string | undefined)[]> => ((await moto.iam.send(new ListAccessKeysCommand({ UserName: user }))).AccessKeyMetadata ?? []).map(({ Status }) => Status)

test('an unused key of an emulated account: found, asked for, approved in Slack, deactivated through narrowed credentials, ticket done, undone', async () => {
  const { until, click, jira } = whittle
  const you = await whittle.signIn(0)
  const { url } = z.object({ url: z.string() }).parse(await you.post('/api/users', { name: 'second', role: 'approver' }))
  const second = await whittle.signInBy(url)
  const risks = async () => riskPageSchema.parse(await you.get('/api/risks?detection=aws-access-key-unused')).rows
  await until('the risk', async () => (await risks()).some(({ summary }) => summary.includes(user)))
  const risk = (await risks()).find(({ summary }) => summary.includes(user))
  if (risk === undefined) throw new Error('the key is no risk')
  await you.post('/api/runs', { playbook: 'fix-with-approval', finding: risk.id })
  const standing = async () => riskDetailSchema.parse(await you.get(`/api/risks/${risk.id}`))
  await until('the plan', async () => (await standing()).plans[0] !== undefined)
  const plan = async () => planDetailSchema.parse(await you.get(`/api/plans/${(await standing()).plans[0]?.id ?? ''}`))
  const digest = (await plan()).digestPrefix
  await whittle.linkAlice(digest, second)
  expect((await click(digest, 'whittle.approve')).status).toBe(200)
  await until('the fix', async () => ['effective', 'closed'].includes((await plan()).state), 90)
  expect(await keyStatus()).toEqual(['Inactive'])

  const narrowed = proxy.calls.filter((call) => call['Action'] === 'AssumeRole' && call['RoleArn']?.endsWith('/whittle-executor'))
  expect(narrowed.length).toBeGreaterThan(0)
  for (const call of narrowed) {
    expect(call['ExternalId']).toBe('w-4f1c')
    const policy = z.object({ Statement: z.array(z.object({ Effect: z.literal('Allow'), Action: z.union([z.string(), z.array(z.string())]), Resource: z.union([z.string(), z.array(z.string())]) })) }).parse(JSON.parse(call['Policy'] ?? 'null'))
    expect(policy.Statement.flatMap(({ Resource }) => Resource)).toEqual(policy.Statement.map(() => `arn:aws:iam::${moto.account}:user/${user}`))
    expect(policy.Statement.flatMap(({ Action }) => Action).every((action) => ['iam:GetUser', 'iam:ListAccessKeys', 'iam:UpdateAccessKey'].includes(action))).toBe(true)
  }
  await you.post('/api/scans', { environment: 'prod' })
  await until('the closed ticket', async () => (await standing()).ticket?.state === 'closed', 90)
  expect([(await standing()).state, jira.issuesOf(riskLabel(risk.id))[0]?.status]).toEqual(['resolved', 'Done'])

  expect((await click(digest, 'whittle.undo')).status).toBe(200)
  await until('the undo', async () => (await plan()).state === 'rolled-back', 90)
  expect(await keyStatus()).toEqual(['Active'])
  expect(await you.get('/api/audit/verify')).toMatchObject({ isIntact: true })
}, 400_000)
