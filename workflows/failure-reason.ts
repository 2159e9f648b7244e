import { ActivityFailure, ChildWorkflowFailure } from '@temporalio/workflow'

/** The words of the failure that began it, for people: what activities and children wrap around it is left out. */
export function reasonOf(cause: unknown): string {
  if ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause) return reasonOf(cause.cause)
  return cause instanceof Error ? cause.message : 'failed without a reason'
}
