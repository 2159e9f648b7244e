import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, type NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { Config } from '../config.ts'
import { encryptingConverter, failureConverterPath } from '../temporal/codec.ts'
import { codecKeysOf, workerConnection } from '../temporal/connection.ts'

export type ServedQueue = { readonly ended: Promise<void>; readonly stop: () => Promise<void> }
type Activities = Readonly<Record<string, (input: never) => Promise<unknown>>>

/** A worker of this process's queue, with the workflows of `workflows/<name>.ts`. It lets the activities that run end, for half a minute, when it is stopped. */
export async function serveQueue(config: Config, queue: { name: 'scanner' | 'executor'; taskQueue: string; activities: Activities; atOnce: number }): Promise<ServedQueue> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] })
  const dataConverter = encryptingConverter(codecKeysOf(config))
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(`../workflows/${queue.name}.ts`, import.meta.url)), failureConverterPath, logger: new DefaultLogger('ERROR') })
  const connection: NativeConnection = await workerConnection(config)
  const worker = await Worker.create({
    connection, namespace: config.temporal.namespace, taskQueue: queue.taskQueue, workflowBundle, activities: queue.activities, dataConverter,
    maxConcurrentActivityTaskExecutions: queue.atOnce, shutdownGraceTime: '15 seconds', shutdownForceTime: '30 seconds',
  })
  const ended = worker.run().finally(() => connection.close())
  ended.catch(() => undefined)
  return {
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await ended.catch(() => undefined)
    },
  }
}
