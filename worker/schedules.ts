import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client'
import { durationSeconds } from '../model/playbook.ts'
import type { StoredEnvironment } from '../store/environments.ts'
import { scanQueue } from '../temporal/queues.ts'

export const scanScheduleId = (tenant: string, environment: string): string => `scan:${tenant}:${environment}`

/**
 * Every environment has the schedule that its settings ask for, and one that is gone has none: a scan that is due while one runs is left out, one missed while
 * Temporal was down is caught up within an hour, and the minutes are spread. A disabled environment is not scanned.
 */
export async function ensureSchedules(client: Client, tenant: string, environments: readonly StoredEnvironment[]): Promise<void> {
  const wanted = environments.filter((stored) => stored.isEnabled)
  for (const { environment } of wanted) await ensureSchedule(client, scanScheduleId(tenant, environment.name), { tenant, environment: environment.name }, environment.schedule)
  const ids = new Set(wanted.map(({ environment }) => scanScheduleId(tenant, environment.name)))
  const unwanted: string[] = []
  for await (const schedule of client.schedule.list()) if (schedule.scheduleId.startsWith(`scan:${tenant}:`) && !ids.has(schedule.scheduleId)) unwanted.push(schedule.scheduleId)
  for (const { environment, isEnabled } of environments) if (!isEnabled) unwanted.push(scanScheduleId(tenant, environment.name))
  for (const id of new Set(unwanted)) await client.schedule.getHandle(id).delete().catch((cause: unknown) => { if (!(cause instanceof ScheduleNotFoundError)) throw cause })
}

async function ensureSchedule(client: Client, scheduleId: string, input: { tenant: string; environment: string }, every: string): Promise<void> {
  const seconds = durationSeconds(every)
  const options: ScheduleOptions = {
    scheduleId,
    spec: { intervals: [{ every: seconds * 1000, offset: offsetOf(scheduleId, seconds) * 1000 }], jitter: Math.min(600, Math.floor(seconds / 10)) * 1000 },
    action: { type: 'startWorkflow', workflowType: 'scanEnvironment', workflowId: scheduleId, taskQueue: scanQueue, args: [input] },
    policies: { overlap: 'SKIP', catchupWindow: '1 hour', pauseOnFailure: false },
  }
  try {
    await client.schedule.create(options)
  } catch (cause) {
    if (!(cause instanceof ScheduleAlreadyRunning)) throw cause
    await client.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, spec: options.spec, action: options.action, policies: { ...previous.policies, overlap: 'SKIP', catchupWindow: 3_600_000 } }))
  }
}

/** Because a hundred environments with the same interval must not begin in the same second. */
const offsetOf = (id: string, seconds: number): number => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % seconds, 7)
