import { type Client, ScheduleNotFoundError, ServiceError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client'
import { ulid } from 'ulid'
import { WhittleError } from '../model/error.ts'
import { environmentTestSchema } from '../model/views.ts'
import { scanQueue } from '../temporal/queues.ts'
import { scanWorkflowId, workflowTypes } from '../workflows/messages.ts'
import { proposalSchema, type Workflows } from './workflows.ts'

/** The scanner's workflows as the server asks for them. Each answer is parsed; a question that is not answered in time is `temporal.unavailable`. */
export function workflowsBy(client: Client): Workflows {
  const ask = (type: string, name: string, input: object, seconds: number): Promise<unknown> => reaching(() =>
    client.workflow.execute(type, { workflowId: `${name}:${ulid()}`, taskQueue: scanQueue, args: [input], workflowExecutionTimeout: seconds * 1000 }))
  return {
    propose: async (request) => proposalSchema.parse(await ask(workflowTypes.propose, `propose:${request.tenant}`, request, 60)),
    testEnvironment: async (tenant, environment) => environmentTestSchema.parse(await ask(workflowTypes.test, `test:${tenant}`, { tenant, environment }, 300)),
    // because Temporal adds the time to the ids of what a schedule starts, the schedule says what runs
    cancelScan: (tenant, environment) => reaching(async () => {
      const running = await client.schedule.getHandle(scanWorkflowId(tenant, environment)).describe().then(({ info }) => info.runningActions, unlessMissing([]))
      for (const { workflow } of running) await client.workflow.getHandle(workflow.workflowId).cancel().then(() => undefined, unlessMissing(undefined))
    }),
  }
}

const unlessMissing = <T>(otherwise: T) => (error: unknown): T => {
  if (error instanceof WorkflowNotFoundError || error instanceof ScheduleNotFoundError) return otherwise
  throw error
}

/** Temporal's failures in our words; the words of a failed workflow stay inside, because they may quote a cloud. */
async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof WorkflowFailedError) throw new WhittleError('temporal.unavailable', 'the scanner did not answer: look at its log, or try again', {}, cause)
    if (cause instanceof ServiceError || (cause instanceof Error && 'code' in cause)) throw new WhittleError('temporal.unavailable', 'Temporal does not answer: what was decided is kept; try again when it is back', {}, cause)
    throw cause
  }
}
