import { activities, next, type Step } from './context.ts'

/** The risk's ticket is on its way: written to the outbox, delivered when the tracker answers. The run does not wait for it. */
export const openTicket: Step<'open-ticket'> = async ({ input }) => next((await activities.openTicket({ tenant: input.tenant, runId: input.runId })).note)
