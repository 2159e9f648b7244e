import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker'
import type { ExecuteActivities, RunActivities, ScanActivities } from '../../activities/contract.ts'
import { executeQueue, scanQueue } from '../../temporal/queues.ts'
import { failureConverterPath } from '../../temporal/codec.ts'
import { type TestTemporal, testConverter } from './temporal.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(`../../workflows/${name}.ts`, import.meta.url))
Runtime.install({ logger: new DefaultLogger('ERROR') })
const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()
/** The workflows of one queue, bundled once per test file. */
export function bundleOf(name: 'scanner' | 'executor'): Promise<WorkflowBundleWithSourceMap> {
  const found = bundles.get(name) ?? bundleWorkflowCode({ workflowsPath: pathOf(name), failureConverterPath, logger: new DefaultLogger('ERROR') })
  bundles.set(name, found)
  return found
}

type Either = Partial<ScanActivities & RunActivities> | Partial<ExecuteActivities>
/** What `run` gave while a worker with these activities served the queue. */
export async function whileServing<T>(temporal: TestTemporal, name: 'scanner' | 'executor', activities: Either, run: () => Promise<T>): Promise<T> {
  const worker = await Worker.create({
    connection: temporal.native, namespace: 'default', taskQueue: name === 'scanner' ? scanQueue : executeQueue, workflowBundle: await bundleOf(name), activities, dataConverter: testConverter,
    maxHeartbeatThrottleInterval: 100, defaultHeartbeatThrottleInterval: 100,
  })
  return worker.runUntil(run)
}
