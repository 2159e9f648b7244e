import { condition } from '@temporalio/workflow'
import { durationSeconds, type PlaybookStep } from '../../model/playbook.ts'
import { activities, lookAgainSeconds, next, type RunContext, type Step, type StepEnd } from './context.ts'

type Ask = Extract<PlaybookStep, { kind: 'ask' }>

/**
 * Somebody decided the run's plan, or the time for it is over. The decision is read from the store whenever a nudge, a reminder or a timer wakes the run; what is in a
 * signal is never looked at. The store's clock says when the time is over.
 */
export const ask: Step<'ask'> = async (context, step) => {
  const { tenant, runId, playbook } = context.input
  if (context.planId === null) {
    const apply = playbook.steps.find((candidate) => candidate.kind === 'apply')
    const proposed = await activities.proposeForRun({ tenant, runId, remediation: apply?.remediation ?? null, options: apply?.options ?? {}, waitSeconds: durationSeconds(step.wait) })
    if ('refused' in proposed) return { kind: 'failed', note: proposed.refused }
    context.planId = proposed.planId
  }
  await context.waiting('approval')
  for (const plan = { tenant, planId: context.planId }; ;) {
    const heard = context.nudges.count
    const standing = await activities.readPlan(plan)
    const decided = decidedAs(standing.state, standing.reason)
    if (decided) return decided
    if (standing.secondsLeft <= 0) return decidedAs((await activities.expirePlan({ ...plan, how: 'expired', reason: 'nobody decided in time' })).state, 'nobody decided in time') ?? { kind: 'end', note: 'nobody decided in time' }
    const untilReminder = await remind(context, step, standing.secondsLeft)
    await context.checkpoint()
    await condition(() => context.nudges.count > heard, Math.max(1, Math.min(standing.secondsLeft, untilReminder, lookAgainSeconds)) * 1000)
  }
}

function decidedAs(state: string, reason: string | null): StepEnd | null {
  if (state === 'proposed' || state === 'awaiting-approval') return null
  if (state === 'rejected' || state === 'expired' || state === 'cancelled' || state === 'refused') return { kind: 'end', note: `${state}${reason ? `: ${reason}` : ''}` }
  return next('approved')
}

/** Sends the reminders that are due; the seconds until the next one. */
async function remind(context: RunContext, step: Ask, secondsLeft: number): Promise<number> {
  const asked = durationSeconds(step.wait) - secondsLeft
  const reminders = step.reminders.map(durationSeconds).toSorted((a, b) => a - b)
  for (let due = reminders[context.remindersSent]; due !== undefined && due <= asked; due = reminders[context.remindersSent]) {
    context.remindersSent++
    await activities.sendCard({ tenant: context.input.tenant, runId: context.input.runId, planId: context.planId, occasion: `reminder-${String(context.remindersSent)}` })
  }
  const upcoming = reminders[context.remindersSent]
  return upcoming === undefined ? Number.POSITIVE_INFINITY : upcoming - asked
}
