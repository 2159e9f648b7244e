import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { expect, test } from 'vitest'
import { testConverter } from '../builders/temporal.ts'
import { bundleOf } from '../builders/workers.ts'

const folder = join(import.meta.dirname, '..', 'histories')
const queues = { scanEnvironment: 'scanner', scanAccount: 'scanner', runPlaybook: 'scanner', executePlan: 'executor', undoPlan: 'executor' } as const
const histories = Object.keys(queues).flatMap((workflow) => readdirSync(join(folder, workflow)).map((file) => [workflow, file] as const))

test('every workflow that lasts has a history of each version', () => {
  expect(new Set(histories.map(([workflow]) => workflow))).toEqual(new Set(Object.keys(queues)))
})

test.each(histories)('%s still does what it did in %s', async (workflow, file) => {
  const name = Object.entries(queues).find(([known]) => known === workflow)?.[1] ?? 'scanner'
  const history: unknown = JSON.parse(readFileSync(join(folder, workflow, file), 'utf8'))
  await Worker.runReplayHistory({ workflowBundle: await bundleOf(name), dataConverter: testConverter }, historyFromJSON(history), 's')
})

test('a history of another workflow is no replay', async () => {
  const history: unknown = JSON.parse(readFileSync(join(folder, 'undoPlan', '0.1.0-undone.json'), 'utf8'))
  const other = JSON.parse(JSON.stringify(history).replaceAll('undoPlan', 'executePlan')) as unknown
  await expect(Worker.runReplayHistory({ workflowBundle: await bundleOf('executor'), dataConverter: testConverter }, historyFromJSON(other))).rejects.toThrow()
})
