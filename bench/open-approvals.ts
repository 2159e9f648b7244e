import { readFileSync } from 'node:fs'
import type { RunActivities } from '../activities/contract.ts'
import { playbookSchema } from '../model/playbook.ts'
import { parse } from 'yaml'
import { startTestTemporal } from '../test/builders/temporal.ts'
import { whileServing } from '../test/builders/workers.ts'
import { milliseconds, printTable, quantile } from './table.ts'

// npm run bench -- open-approvals: how many runs may wait for a decision at once on the dev server before it degrades, and how many runs it starts and ends a minute.
// The store is left out (its answers are canned), so that the figures are Temporal's, with our workflow, worker, codec and the server on one machine.
const levels = [50, 100, 200, 400, 800] // minutes on 2 cores; each level is printed as it is reached
const slowestDecision = 2000
const playbook = playbookSchema.parse(parse(readFileSync(new URL('../playbooks/fix-with-approval.yaml', import.meta.url), 'utf8')))
const approved = new Set<string>()
const ended = new Map<string, () => void>()
const waiting = new Map<string, () => void>()
const activities: Partial<RunActivities> = {
  proposeForRun: async ({ runId }) => ({ planId: `plan-of-${runId}` }), startExecution: async () => undefined, openTicket: async () => ({ note: '' }), sendCard: async () => ({ note: '' }), readRun: async () => ({ state: 'running' }),
  readPlan: async ({ planId }) => ({ state: approved.has(planId) ? 'effective' : 'awaiting-approval', reason: null, decision: null, secondsLeft: 259_200 }),
  recordRunStep: async ({ runId, waitingFor }) => { if (waitingFor === 'approval') waiting.get(runId)?.() }, endRun: async ({ runId }) => { ended.get(runId)?.() },
}

const temporal = await startTestTemporal()
try {
  await whileServing(temporal, 'scanner', activities, async () => {
    const rows: string[][] = []
    let open = 0
    let made = 0
    for (const level of levels) {
      const fresh = Array.from({ length: level - open }, () => `run-${String(made++)}`)
      const from = performance.now()
      await inBatches(fresh, 50, start)
      const startedIn = performance.now() - from
      open = level
      const sample = fresh.slice(0, 20)
      const latencies: number[] = []
      for (const run of sample) latencies.push(await decide(run))
      open -= sample.length
      const p95 = quantile(latencies, 0.95)
      const row = [String(level), String(Math.round(fresh.length / (startedIn / 60_000))), milliseconds(quantile(latencies, 0.5)), milliseconds(p95), `${String(Math.round(process.memoryUsage().rss / 1_048_576))} MiB`]
      console.log(row.join(' · '))
      rows.push(row)
      if (p95 > slowestDecision) break
    }
    printTable(`runs waiting for approval on one dev server (stops where a decision takes more than ${milliseconds(slowestDecision)} at p95)`, ['open approvals', 'runs started/min', 'decision → run done p50', 'p95', 'worker memory'], rows)
  })
} finally {
  await temporal.stop()
}

async function start(runId: string): Promise<void> {
  const isWaiting = new Promise<void>((resolve) => { waiting.set(runId, resolve) })
  await temporal.client.workflow.start('runPlaybook', { workflowId: `run:${runId}`, taskQueue: 'whittle-scan', args: [{ tenant: 'default', runId, playbook, digest: '0'.repeat(64), findingId: 'f_000000000000000000000000' }] })
  await isWaiting
}

async function decide(runId: string): Promise<number> {
  const isEnded = new Promise<void>((resolve) => { ended.set(runId, resolve) })
  approved.add(`plan-of-${runId}`)
  const from = performance.now()
  await temporal.client.workflow.getHandle(`run:${runId}`).signal('nudge')
  await isEnded
  return performance.now() - from
}

async function inBatches<T>(items: readonly T[], size: number, run: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += size) await Promise.all(items.slice(from, from + size).map(run))
}
