import { afterAll, beforeAll, expect, test } from 'vitest'
import { riskLabel } from '../../integrations/jira/render.ts'
import { planDetailSchema, riskDetailSchema, riskPageSchema } from '../../model/views.ts'
import { type RunningWhittle, startRunningWhittle } from '../builders/running-whittle.ts'

let whittle: RunningWhittle
beforeAll(async () => { whittle = await startRunningWhittle({ environments: [{ name: 'sandbox', kind: 'sandbox' }] }) }, 180_000)
afterAll(async () => { await whittle.stop() }, 60_000)

test('scan → risk → Jira issue and Slack card → linked and approved in Slack → fixed → issue done → undone from Slack → issue open again', async () => {
  const { until, click, cardsWith, slack, jira } = whittle
  const [you, second] = [await whittle.signIn(0), await whittle.signIn(1)]
  const [risk] = riskPageSchema.parse(await you.get('/api/risks?detection=aws-access-key-unused')).rows
  if (!risk) throw new Error('the sandbox has no unused key')
  await you.post('/api/runs', { playbook: 'fix-with-approval', finding: risk.id })
  const issue = () => jira.issuesOf(riskLabel(risk.id))[0]
  await until('the issue', () => Promise.resolve(issue() !== undefined))
  const planId = async () => riskDetailSchema.parse(await you.get(`/api/risks/${risk.id}`)).plans[0]?.id
  await until('the plan', async () => await planId() !== undefined)
  const plan = async () => planDetailSchema.parse(await you.get(`/api/plans/${await planId() ?? ''}`))
  const digest = (await plan()).digestPrefix

  expect(await whittle.linkAlice(digest, second)).toMatchObject({ slackUser: slack.userIds['alice'], slackName: 'alice', user: 'second' })
  expect((await plan()).state).toBe('awaiting-approval')

  expect((await click(digest, 'whittle.approve')).status).toBe(200)
  await until('the fix', async () => ['effective', 'closed'].includes((await plan()).state), 90)
  expect((await plan()).decisions).toMatchObject([{ by: 'second', decision: 'approve', authStrength: 'slack' }])
  await until('the rewritten card', async () => JSON.stringify(await cardsWith(digest)).includes('Approved by second'))
  await you.post('/api/scans', { environment: 'sandbox' })
  const standing = async () => riskDetailSchema.parse(await you.get(`/api/risks/${risk.id}`))
  await until('the closed ticket', async () => (await standing()).ticket?.state === 'closed', 90)
  expect([(await standing()).state, issue()?.status, (await standing()).ticket?.key]).toEqual(['resolved', 'Done', issue()?.key])

  expect((await click(digest, 'whittle.undo')).status).toBe(200)
  await until('the undo', async () => (await plan()).state === 'rolled-back', 90)
  await you.post('/api/scans', { environment: 'sandbox' })
  await until('the reopened issue', async () => issue()?.status === 'To Do' && (await standing()).state === 'open', 90)
  expect([jira.issuesOf(riskLabel(risk.id)).length, (await cardsWith(digest)).length]).toEqual([1, 1])
  expect(await you.get('/api/audit/verify')).toMatchObject({ isIntact: true })
}, 400_000)
