import { afterAll, beforeAll, expect, test } from 'vitest'
import { playbookSchema } from '../../model/playbook.ts'
import { claimMessages } from '../../store/messages.ts'
import { listRuns, liveRuns, playbookDigest, playbookOf, requestRunState, runById, setRunState, setRunStep, startRun, triggeredToday } from '../../store/runs.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const playbook = playbookSchema.parse({ schemaVersion: 1, id: 'ask-first', title: 'Ask first', owner: 'security', mode: 'ask', steps: [{ id: 'ask', kind: 'ask' }, { id: 'fix', kind: 'apply' }] })
const start = (tenant: TestTenant, findingId: string, requestedBy: string | null = 'u') => tenant.server((db) => startRun(db, tenant.id, { playbook, findingId, environment: 'e', requestedBy, options: {} }))

test('a finding has one live run, also when many start it at once; it is pinned to its playbook, and its workflow is woken', async () => {
  const tenant = newTenant(postgres)
  const started = await Promise.all(Array.from({ length: 6 }, () => start(tenant, 'f_1')))
  expect([started.filter(({ isNew }) => isNew).length, new Set(started.map(({ run }) => run.id)).size]).toEqual([1, 1])
  const id = started[0]?.run.id ?? ''
  const run = await tenant.scanner((db) => runById(db, tenant.id, id))
  expect(run).toMatchObject({ state: 'running', digest: playbookDigest(playbook), steps: [{ stepId: 'ask', kind: 'ask', state: 'waiting' }, { stepId: 'fix', state: 'waiting' }] })
  expect(run === null ? null : playbookOf(run)).toEqual(playbook)
  expect((await tenant.scanner((db) => claimMessages(db, tenant.id, { kinds: ['temporal.nudge'], limit: 9, leaseSeconds: 9 }))).map(({ payload }) => payload)).toEqual([{ workflowId: `run:${id}` }])
})

test('a run that ended stays ended, and the finding may have another', async () => {
  const tenant = newTenant(postgres)
  const { run } = await start(tenant, 'f_1')
  const at = (step: number) => ({ runId: run.id, step })
  await tenant.scanner((db) => setRunStep(db, tenant.id, at(0), { state: 'running' }))
  await tenant.scanner((db) => setRunStep(db, tenant.id, at(0), { state: 'done', detail: 'approved by anna' }))
  await tenant.scanner((db) => setRunState(db, tenant.id, run.id, { state: 'waiting', reason: 'approval', planId: 'p1' }))
  await tenant.scanner((db) => setRunState(db, tenant.id, run.id, { state: 'done', reason: null }))
  await tenant.scanner((db) => setRunState(db, tenant.id, run.id, { state: 'failed', reason: 'late' }))
  const ended = await tenant.server((db) => runById(db, tenant.id, run.id))
  expect(ended).toMatchObject({ state: 'done', planId: 'p1', steps: [{ state: 'done', detail: 'approved by anna' }, { state: 'waiting' }] })
  expect([ended?.endedAt === null, ended?.steps[0]?.startedAt === null, await tenant.server((db) => requestRunState(db, tenant.id, run.id, { state: 'cancelled', userId: 'u' }))]).toEqual([false, false, false])
  expect((await start(tenant, 'f_1')).isNew).toBe(true)
})

test('a person pauses, resumes and cancels a run; live ones are found after a restart; triggered ones are counted', async () => {
  const tenant = newTenant(postgres)
  const { run } = await start(tenant, 'f_1', null)
  await start(tenant, 'f_2')
  const ask = (state: 'paused' | 'running' | 'cancelled') => tenant.server((db) => requestRunState(db, tenant.id, run.id, { state, userId: 'u' }))
  expect([await ask('paused'), await ask('running'), await ask('cancelled'), await ask('running')]).toEqual([true, true, true, false])
  expect((await tenant.scanner((db) => liveRuns(db, tenant.id))).map(({ findingId }) => findingId)).toEqual(['f_2'])
  expect(await tenant.scanner((db) => triggeredToday(db, tenant.id, playbook.id))).toBe(1)
  const all = await tenant.server((db) => listRuns(db, tenant.id, { limit: 9 }))
  expect([all.map(({ findingId }) => findingId), (await tenant.server((db) => listRuns(db, tenant.id, { limit: 9, findingId: 'f_1' }))).length]).toEqual([['f_2', 'f_1'], 1])
})
