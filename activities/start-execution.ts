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

/** The workflow of a plan that was begun, or of its undo, runs again where it ended without an end for the plan (terminated, failed, timed out); one that runs is left alone. */
export async function startAgain({ client }: Pick<ScannerDeps, 'client'>, stalled: { readonly tenant: string; readonly planId: string; readonly isUndo: boolean }): Promise<void> {
  const { tenant, planId, isUndo } = stalled
  try {
    await client.workflow.start(isUndo ? 'undoPlan' : 'executePlan', { workflowId: `${isUndo ? 'undo' : 'plan'}:${planId}`, taskQueue: executeQueue, args: [{ tenant, planId }], workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' })
  } catch (cause) {
    if (!(cause instanceof WorkflowExecutionAlreadyStartedError)) throw cause
  }
}
