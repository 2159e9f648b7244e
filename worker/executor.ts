import { executeStep } from '../activities/execute-step.ts'
import { executeActivities } from '../activities/execution.ts'
import { translated } from '../activities/failure.ts'
import { loadConfig } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { openStore } from '../store/db.ts'
import { executeQueue } from '../temporal/queues.ts'
import { runAsChild } from './child-process.ts'
import { executorDeps } from './executor-deps.ts'
import { serveQueue } from './serve-queue.ts'

/** The executor: the only process that may write to a cloud. It trusts signed approvals and its own memory, and nothing that Temporal or the database says. */
await runAsChild('executor', async () => {
  const config = loadConfig()
  if (config.databaseUrl === null) throw new WhittleError('input.invalid', 'the executor was not told its database: start it with `npm start`, or set DATABASE_URL to the role whittle_executor')
  const store = openStore(config.databaseUrl)
  const deps = await executorDeps(config, store)
  const queue = await serveQueue(config, { name: 'executor', taskQueue: executeQueue, activities: translated(executeActivities(deps, executeStep(deps))), atOnce: 4 })
  return {
    ended: queue.ended,
    stop: async () => {
      await queue.stop()
      await store.close()
    },
  }
})
