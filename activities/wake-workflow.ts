import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'
import { withTenant } from '../store/db.ts'
import { claimMessages, markDelivered, retryMessage } from '../store/messages.ts'
import { planById } from '../store/plans.ts'
import { playbookOf, runById } from '../store/runs.ts'
import { executeQueue, scanQueue } from '../temporal/queues.ts'
import type { ScannerDeps } from './scanner-deps.ts'
import { startExecution } from './start-execution.ts'

type Waker = Pick<ScannerDeps, 'store' | 'client'>
const nudge = 'nudge'
const payloadSchema = z.object({ workflowId: z.string().min(1).max(300) })
const live = ['running', 'waiting', 'paused']

/** Nudges in the outbox are delivered, at most `limit`; the number that was. While Temporal is down they stay, and the store goes on without it. */
export async function deliverNudges(deps: Waker, tenant: string, limit: number): Promise<number> {
  const messages = await withTenant(deps.store, tenant, (db) => claimMessages(db, tenant, { kinds: ['temporal.nudge'], limit, leaseSeconds: 30 }))
  let delivered = 0
  for (const message of messages) {
    try {
      await wakeWorkflow(deps, tenant, payloadSchema.parse(message.payload).workflowId)
      await withTenant(deps.store, tenant, (db) => markDelivered(db, tenant, message.id))
      delivered++
    } catch (cause) {
      const isLasting = cause instanceof WhittleError || cause instanceof z.ZodError
      await withTenant(deps.store, tenant, (db) => retryMessage(db, tenant, message.id, { delaySeconds: Math.min(60, 2 ** Math.min(message.attempts, 6)), error: cause instanceof Error ? cause.message.slice(0, 500) : 'unknown', countsAsFailure: isLasting }))
    }
  }
  return delivered
}

/** The workflow of this id looks at the store again; where there is none and the store says that there should be, it is started with what the store says. */
export async function wakeWorkflow(deps: Waker, tenant: string, workflowId: string): Promise<void> {
  const [kind, id = ''] = [workflowId.split(':')[0], workflowId.slice(workflowId.indexOf(':') + 1)]
  switch (kind) {
    case 'run': return wakeRun(deps, tenant, id)
    case 'plan': return wakePlan(deps, tenant, id)
    case 'undo': return wakeUndo(deps, tenant, id)
    case 'scan': return wakeScan(deps, workflowId)
    default: throw new WhittleError('input.invalid', `\`${workflowId.slice(0, 80)}\` is the id of no workflow of Whittle`)
  }
}

async function wakeRun({ store, client }: Waker, tenant: string, runId: string): Promise<void> {
  const run = await withTenant(store, tenant, (db) => runById(db, tenant, runId))
  if (run === null || !live.includes(run.state)) return signalIfThere(client, `run:${runId}`)
  const input = { tenant, runId, playbook: playbookOf(run), digest: run.digest, findingId: run.findingId }
  await client.workflow.signalWithStart('runPlaybook', { workflowId: `run:${runId}`, taskQueue: scanQueue, args: [input], signal: nudge, signalArgs: [], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' })
}

/** A plan that no run carries is executed when it is approved; one that waits for a brake looks again. */
async function wakePlan({ store, client }: Waker, tenant: string, planId: string): Promise<void> {
  const plan = await withTenant(store, tenant, (db) => planById(db, tenant, planId))
  if (plan.state === 'approved') await startExecution({ client })({ tenant, planId })
  await signalIfThere(client, `plan:${planId}`)
}

async function wakeUndo({ store, client }: Waker, tenant: string, planId: string): Promise<void> {
  const plan = await withTenant(store, tenant, (db) => planById(db, tenant, planId))
  if (plan.undoRequestedAt === null) return
  await client.workflow.signalWithStart('undoPlan', { workflowId: `undo:${planId}`, taskQueue: executeQueue, args: [{ tenant, planId }], signal: nudge, signalArgs: [] })
}

/** The environment's schedule starts it now, or next when a scan of it is running: never two at once. */
async function wakeScan({ client }: Waker, scheduleId: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleId).trigger('BUFFER_ONE')
  } catch (cause) {
    if (cause instanceof ScheduleNotFoundError) throw new WhittleError('environment.not-found', `nothing scans \`${scheduleId.slice(0, 120)}\`: is the environment enabled?`)
    throw cause
  }
}

async function signalIfThere(client: ScannerDeps['client'], workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(nudge)
  } catch (cause) {
    if (!(cause instanceof WorkflowNotFoundError)) throw cause
  }
}
