import { Context } from '@temporalio/activity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { translated } from '../../activities/failure.ts'
import { analyze } from '../../analysis/detect.ts'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { detections } from '../../detections/index.ts'
import { WhittleError } from '../../model/error.ts'
import { workflowsBy } from '../../server/temporal-workflows.ts'
import { enqueueNudge } from '../../store/messages.ts'
import { listScans, scanById, startScan } from '../../store/scans.ts'
import { findings } from '../../store/schema.ts'
import { startTestWhittle, tenant, type TestWhittle } from '../builders/whittle.ts'
import { whileServing } from '../builders/workers.ts'

let whittle: TestWhittle
beforeAll(async () => { whittle = await startTestWhittle() })
afterAll(async () => { await whittle.stop() })

/** Asks for a scan as a person does, and gives its row once it has ended. */
async function scan(activities = whittle.activities) {
  const id = await whittle.as('server', async (db) => {
    const asked = await startScan(db, tenant, { environment: 'sandbox', requestedBy: null })
    await enqueueNudge(db, tenant, `scan:${tenant}:sandbox`)
    return asked
  })
  await whileServing(whittle.temporal, 'scanner', translated(activities), () => whittle.wakeUntil(async () => (await whittle.as('server', (db) => scanById(db, tenant, id)))?.state !== 'running'))
  const row = await whittle.as('server', (db) => scanById(db, tenant, id))
  if (!row) throw new Error('the scan is not in the store')
  return row
}
const stored = () => whittle.as('server', (db) => db.select({ id: findings.id, state: findings.state, severity: findings.severity, summary: findings.summary }).from(findings).orderBy(findings.id))

test('a scan of the sandbox finds what `whittle analyze` finds in the same files', async () => {
  const row = await scan()
  expect(row).toMatchObject({ state: 'complete', reason: null, environment: 'sandbox' })
  expect(row.accounts.map((account) => account.state)).toEqual(row.accounts.map(() => 'complete'))
  expect(row.accounts.length).toBeGreaterThanOrEqual(6)
  // because the sandbox stands for a living organization, its facts are as old as the scan
  const offline = analyze(interpretEstate({ ...readEstateDirectory(whittle.sandbox), asOf: row.startedAt }), detections)
  expect(offline.findings.length).toBeGreaterThan(0)
  const online = await stored()
  expect(online.map((finding) => finding.id).toSorted()).toEqual(offline.findings.map((finding) => finding.id).toSorted())
  expect(online.map((finding) => finding.state)).toEqual(online.map(() => 'open'))
  expect(row.report).toMatchObject({ opened: offline.findings.length, coverage: offline.coverage.map((coverage) => expect.objectContaining({ detection: coverage.detection, violated: coverage.violated })) })
})

test('scanning again opens and resolves nothing', async () => {
  const before = await stored()
  expect(await scan()).toMatchObject({ state: 'complete', report: { opened: 0, reopened: 0, resolved: 0 } })
  expect(await stored()).toEqual(before)
})

test('an account that cannot be read makes the scan partial, names itself, and resolves nothing', async () => {
  const before = await stored()
  const row = await scan({
    ...whittle.activities,
    collectAccount: async (input) => {
      if (input.account.startsWith('aws/1000')) throw new WhittleError('cloud.access-denied', 'grant `iam:ListUsers`')
      return whittle.activities.collectAccount(input)
    },
  }).catch((cause: unknown) => { throw cause })
  expect(row.state).toBe('partial')
  expect(row.reason).toContain('grant `iam:ListUsers`')
  expect(row.accounts.filter((account) => account.state === 'failed').every((account) => account.cloud === 'aws')).toBe(true)
  expect(row.accounts.some((account) => account.state === 'complete')).toBe(true)
  expect((await stored()).map((finding) => finding.state)).toEqual(before.map((finding) => finding.state))
})

test('a scan that cannot begin to read says why, and the next one works', async () => {
  const row = await scan({ ...whittle.activities, listAccounts: async () => { throw new WhittleError('environment.invalid', 'the folder is gone') } })
  expect(row).toMatchObject({ state: 'failed', reason: 'the folder is gone' })
  expect(await scan()).toMatchObject({ state: 'complete' })
})

test('a running scan that a person cancels ends as cancelled and resolves nothing', async () => {
  const before = await stored()
  const hasBegun = Promise.withResolvers<void>()
  const row = scan({
    ...whittle.activities,
    collectAccount: async () => {
      hasBegun.resolve()
      for (;;) { Context.current().heartbeat(); await Context.current().sleep(50) } // until it is cancelled
    },
  })
  await hasBegun.promise
  await workflowsBy(whittle.temporal.client).cancelScan(tenant, 'sandbox')
  expect(await row).toMatchObject({ state: 'cancelled', reason: 'cancelled by a person' })
  expect((await stored()).map((finding) => finding.state)).toEqual(before.map((finding) => finding.state))
})

test('a page that died goes on where it had come to', async () => {
  const seen: string[] = []
  let hasDied = false
  const row = await scan({
    ...whittle.activities,
    collectAccount: async (input) => {
      seen.push(`${input.account} ${input.cursor ?? 'start'}`)
      if (!hasDied) {
        hasDied = true
        throw new Error('the worker was killed')
      }
      return whittle.activities.collectAccount(input)
    },
  })
  expect(row.state).toBe('complete')
  expect(seen.length).toBe(row.accounts.length + 1)
})

test('nothing that Temporal keeps of a scan can be read without the key, and no estate is in it', async () => {
  const [newest] = await whittle.as('server', (db) => listScans(db, tenant, { limit: 1 }))
  expect(newest?.state).toBe('complete')
  for await (const execution of whittle.temporal.client.workflow.list()) {
    const history = JSON.stringify(await whittle.temporal.plainClient.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory())
    expect(history).not.toContain('AKIA')
    expect(history).not.toContain('"accounts"')
  }
})
