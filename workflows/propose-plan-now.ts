import { proxyActivities } from '@temporalio/workflow'
import type { ProposeAnswer, ProposeInput, RunActivities } from '../activities/contract.ts'

const { proposePlan } = proxyActivities<RunActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } })

/** What a fix would change, or the plan proposed; an expected refusal is an answer. */
export const proposePlanNow = (input: ProposeInput): Promise<ProposeAnswer> => proposePlan(input)
