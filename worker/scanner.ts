import { deliverMessages } from '../activities/deliver-messages.ts'
import { reconcileTickets } from '../activities/reconcile-tickets.ts'
import { scannerActivities } from '../activities/scanner.ts'
import { deliverNudges } from '../activities/wake-workflow.ts'
import { watchPlans } from '../activities/watch-plans.ts'
import { loadConfig } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { openStore, withTenant } from '../store/db.ts'
import { listEnvironments } from '../store/environments.ts'
import { unmuteExpired } from '../store/findings.ts'
import { liveRuns } from '../store/runs.ts'
import { enqueueNudge } from '../store/messages.ts'
import { temporalClient } from '../temporal/connection.ts'
import { scanQueue } from '../temporal/queues.ts'
import { runAsChild } from './child-process.ts'
import { deliveryDeps, pollDeps } from './delivery.ts'
import { scannerDeps } from './deps.ts'
import { repeat } from './repeat.ts'
import { ensureSchedules } from './schedules.ts'
import { serveQueue } from './serve-queue.ts'

const tell = (line: string): void => { process.stderr.write(`${new Date().toISOString()} ${line}\n`) }

/** The scanner: reads clouds, judges, runs playbooks, talks to people. It holds nothing that could change a cloud. */
await runAsChild('scanner', async () => {
  const config = loadConfig()
  if (config.databaseUrl === null) throw new WhittleError('input.invalid', 'the scanner was not told its database: start it with `npm start`, or set DATABASE_URL to the role whittle_scanner')
  const store = openStore(config.databaseUrl)
  const temporal = temporalClient(config)
  const deps = scannerDeps(config, store, temporal.client)
  const delivery = deliveryDeps(config, store, tell)
  const polling = pollDeps(delivery)
  const queue = await serveQueue(config, { name: 'scanner', taskQueue: scanQueue, activities: scannerActivities(deps), atOnce: 8 })
  const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(store, config.tenant, work)
  // because runs that were open when Temporal's file was lost have a row and no workflow
  await inTenant(async (db) => { for (const run of await liveRuns(db, config.tenant)) await enqueueNudge(db, config.tenant, `run:${run.id}`) })
  const loops = [
    repeat('wake-ups', 1000, () => deliverNudges(deps, config.tenant, 50), tell),
    repeat('schedules', 30_000, async () => ensureSchedules(temporal.client, config.tenant, await inTenant((db) => listEnvironments(db, config.tenant))), tell),
    repeat('messages', 2000, () => deliverMessages(delivery, 5), tell),
    ...(polling === null ? [] : [repeat('jira', (config.jira?.pollMinutes ?? 10) * 60_000, () => reconcileTickets(polling), tell)]),
    repeat('watchdog', 60_000, () => watchPlans(deps, config.tenant, 5), tell),
    repeat('mutes', 60_000, () => inTenant((db) => unmuteExpired(db, config.tenant)), tell),
  ]
  return {
    ended: queue.ended,
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
      await queue.stop()
      await temporal.close()
      await store.close()
    },
  }
})
