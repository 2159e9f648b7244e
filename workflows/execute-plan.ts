import { CancellationScope, condition, proxyActivities, setHandler, sleep, workflowInfo } from '@temporalio/workflow'
import type { ExecuteActivities, StepOutcome, UndoCause } from '../activities/contract.ts'
import { reasonOf } from './failure-reason.ts'
import { nudge, type PlanInput } from './messages.ts'

/** A step tries again by itself only where trying again is harmless; the store and the cloud are asked what is so at each attempt. */
const { beginExecution, executeStep, recordWaiting, refuseUndo, endExecution, confirmEffect } = proxyActivities<ExecuteActivities>({
  startToCloseTimeout: '5 minutes', heartbeatTimeout: '1 minute', retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 30 },
})
/** Because a wait of days at one look a minute would fill the history; a nudge ends a wait at once. */
const longestWaitSeconds = 600
const settleSeconds = [0, 2, 5, 10, 30, 60, 120, 240, 480]

type Ended = { state: string; reason: string | null }

/**
 * The plan's steps are done in order and seen to be so, or nothing is; what cannot be made so is said (CONTRACTS §5). The inverse of a step is queued before the step
 * begins. Brakes that hold (kill switch, freeze, budget) are waited for until the plan's end. Every decision is the store's and the kernel's; here is only the order.
 * Cancelling the workflow does nothing, because a plan is cancelled in the store and never half-way.
 */
export const executePlan = (input: PlanInput): Promise<Ended> => CancellationScope.nonCancellable(() => forward(input))

/** What was done is undone, on a person's word: drift alone stops it, and leaves the plan as it is with the reason. */
export const undoPlan = (input: PlanInput): Promise<Ended> => CancellationScope.nonCancellable(() => backward(input))

async function forward(input: PlanInput): Promise<Ended> {
  const nudges = heardNudges()
  const begun = await beginExecution({ ...input, direction: 'forward', workflowId: workflowInfo().workflowId })
  if (begun.kind === 'refused') return { state: 'refused', reason: begun.reason }
  const toUndo: number[] = []
  const written: number[] = []
  for (let index = 0; index < begun.steps; index++) {
    toUndo.unshift(index)
    const outcome = await stepOrGiveUp(input, { index, direction: 'forward', cause: 'person' }, nudges)
    if (outcome.kind === 'done') { if (outcome.wrote) written.push(index); continue }
    return await turnBack(input, outcome, { toUndo, written }, nudges)
  }
  await endExecution({ ...input, state: 'applied', reason: null })
  return await settle(input)
}

async function backward(input: PlanInput): Promise<Ended> {
  const nudges = heardNudges()
  const begun = await beginExecution({ ...input, direction: 'inverse', workflowId: workflowInfo().workflowId })
  if (begun.kind === 'refused') return await refuse(input, begun.reason)
  for (let index = begun.steps - 1; index >= 0; index--) {
    const outcome = await stepOrGiveUp(input, { index, direction: 'inverse', cause: 'person' }, nudges)
    if (outcome.kind === 'done') continue
    const reason = `undo stopped: ${outcome.reason}`
    if (index === begun.steps - 1 && outcome.kind === 'refused') return await refuse(input, reason)
    return await end(input, 'partial-needs-human', `${reason}; ${doneAndUndone(begun.steps, index)}`)
  }
  return await end(input, 'rolled-back', 'undone by a person')
}

async function refuse(input: PlanInput, reason: string): Promise<Ended> {
  await refuseUndo({ ...input, reason })
  return { state: 'refused', reason }
}

/** Steps that had begun are taken back, latest first. */
async function turnBack(input: PlanInput, stopped: StepOutcome & { reason: string }, steps: { toUndo: number[]; written: number[] }, nudges: Nudges): Promise<Ended> {
  const total = steps.toUndo.length
  if (stopped.kind === 'unknown') return await end(input, 'partial-needs-human', `step ${String(total)}: ${stopped.reason}; steps done: ${String(total - 1)}`)
  if (steps.written.length === 0) return await end(input, stopped.kind === 'refused' && stopped.isExpired ? 'expired' : 'refused', stopped.reason)
  for (const index of steps.toUndo.filter((candidate) => steps.written.includes(candidate))) {
    const outcome = await stepOrGiveUp(input, { index, direction: 'inverse', cause: 'rollback' }, nudges)
    if (outcome.kind !== 'done') return await end(input, 'partial-needs-human', `${stopped.reason}; rolling back stopped: ${outcome.reason}; ${doneAndUndone(total - 1, index)}`)
  }
  return await end(input, 'rolled-back', stopped.reason)
}

const doneAndUndone = (total: number, stoppedAt: number): string => `steps still done: ${String(stoppedAt + 1)} of ${String(total)}, undone: ${String(total - 1 - stoppedAt)}`

type Move = { readonly index: number; readonly direction: 'forward' | 'inverse'; readonly cause: UndoCause }
type Nudges = { count: number }
function heardNudges(): Nudges {
  const nudges = { count: 0 }
  setHandler(nudge, () => { nudges.count++ })
  return nudges
}

/** The step's end; a brake that holds is waited for, its reason shown. The store says when the time is over. */
async function stepOrGiveUp(input: PlanInput, move: Move, nudges: Nudges): Promise<Exclude<StepOutcome, { kind: 'waiting' }>> {
  for (let waits = 0; ; waits++) {
    // because a nudge that comes while the store is read or told must not be slept over
    const heard = nudges.count
    const outcome = await oneStep(input, move)
    if (outcome.kind !== 'waiting') {
      if (waits > 0 && outcome.kind === 'done') await recordWaiting({ ...input, reason: null })
      return outcome
    }
    if (waits === 0) await recordWaiting({ ...input, reason: outcome.reason })
    await condition(() => nudges.count > heard, Math.min(longestWaitSeconds, outcome.seconds * 2 ** waits) * 1000)
  }
}

async function oneStep(input: PlanInput, move: Move): Promise<StepOutcome> {
  try {
    return await executeStep({ ...input, ...move })
  } catch (failure) {
    return { kind: 'unknown', reason: reasonOf(failure) }
  }
}

/** Applied is what the API said; effective is what it says when asked again, later, several times (SAFETY F8). */
async function settle(input: PlanInput): Promise<Ended> {
  let reason: string | null = null
  for (const seconds of settleSeconds) {
    if (seconds > 0) await sleep(seconds * 1000)
    const seen = await confirmEffect(input)
    if (seen.isEffective) return await end(input, 'effective', null)
    reason = seen.reason
  }
  return await end(input, 'partial-needs-human', `the change was made but does not stay: ${reason ?? 'it reads otherwise'}`)
}

async function end(input: PlanInput, state: Parameters<ExecuteActivities['endExecution']>[0]['state'], reason: string | null): Promise<Ended> {
  await endExecution({ ...input, state, reason })
  return { state, reason }
}
