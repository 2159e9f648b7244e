import { condition } from '@temporalio/workflow'
import type { PlanState } from '../../model/plan.ts'
import { activities, lookAgainSeconds, next, type Step } from './context.ts'

const done: readonly PlanState[] = ['applied', 'effective', 'watching', 'closed']
const undone: readonly PlanState[] = ['rejected', 'expired', 'cancelled', 'refused', 'rolled-back', 'partial-needs-human']

/** The approved plan was executed by the executor, or ended otherwise. The run only waits; whether anything may be written is not its to say. */
export const apply: Step<'apply'> = async (context) => {
  if (context.planId === null) return { kind: 'failed', note: 'no plan was asked for before `apply`' }
  const plan = { tenant: context.input.tenant, planId: context.planId }
  await activities.startExecution(plan)
  await context.waiting('execution')
  for (;;) {
    const heard = context.nudges.count
    const { state, reason } = await activities.readPlan(plan)
    if (done.includes(state)) return next('applied')
    if (undone.includes(state)) return { kind: 'failed', note: `${state}${reason ? `: ${reason}` : ''}` }
    await context.checkpoint()
    await condition(() => context.nudges.count > heard, lookAgainSeconds * 1000)
  }
}
