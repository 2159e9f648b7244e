import { proxyActivities } from '@temporalio/workflow'
import type { EnvironmentReading, RunActivities } from '../activities/contract.ts'

const { testEnvironment } = proxyActivities<RunActivities>({ startToCloseTimeout: '5 minutes', retry: { maximumAttempts: 1 } })

/** What the scanner can read of one environment just now, and which permissions are missing. */
export const testEnvironmentNow = (input: { tenant: string; environment: string }): Promise<EnvironmentReading> => testEnvironment(input)
