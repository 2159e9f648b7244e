import { condition } from '@temporalio/workflow'
import type { PlanState } from '../../model/plan.ts'
import { activities, lookAgainSeconds, next, type Step } from './context.ts'

const effective: readonly PlanState[] = ['effective', 'watching', 'closed']

/** The change was seen to hold: read several times, later than it was written. */
export const verify: Step<'verify'> = async (context) => {
  if (context.planId === null) return { kind: 'failed', note: 'there is no plan to verify' }
  const plan = { tenant: context.input.tenant, planId: context.planId }
  await context.waiting('effect')
  for (;;) {
    const heard = context.nudges.count
    const { state, reason } = await activities.readPlan(plan)
    if (effective.includes(state)) return next('effective')
    if (state !== 'applied' && state !== 'executing') return { kind: 'failed', note: `${state}${reason ? `: ${reason}` : ''}` }
    await context.checkpoint()
    await condition(() => context.nudges.count > heard, lookAgainSeconds * 1000)
  }
}
