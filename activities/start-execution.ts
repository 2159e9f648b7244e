import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import { executeQueue } from '../temporal/queues.ts'
import type { RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** The executor's workflow of this plan has been started, once for ever: its id is the plan's. Whether it may write anything is for the executor to find out. */
export const startExecution = ({ client }: Pick<ScannerDeps, 'client'>): RunActivities['startExecution'] => async ({ tenant, planId }) => {
  try {
    await client.workflow.start('executePlan', { workflowId: `plan:${planId}`, taskQueue: executeQueue, args: [{ tenant, planId }], workflowIdReusePolicy: 'REJECT_DUPLICATE' })
  } catch (cause) {
    if (!(cause instanceof WorkflowExecutionAlreadyStartedError)) throw cause
  }
}
