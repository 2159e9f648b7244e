import { activities, next, type Step } from './context.ts'

/** Those who were asked see how it ended: written to the outbox. */
export const notify: Step<'notify'> = async ({ input, planId }, step) =>
  next((await activities.sendCard({ tenant: input.tenant, runId: input.runId, planId, occasion: `notify-${step.id}` })).note)
