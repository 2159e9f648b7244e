import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { ScanActivities } from '../activities/contract.ts'
import type { ScanAccountInput } from './messages.ts'

/** Because an API that throttles is asked again for hours, while one that refuses is not (activities/failure.ts says which is which). */
const { collectAccount } = proxyActivities<ScanActivities>({ startToCloseTimeout: '15 minutes', heartbeatTimeout: '1 minute', retry: { initialInterval: '2 seconds', maximumInterval: '2 minutes', maximumAttempts: 20 } })

/** All answers of one account are in the store, page by page; an attempt that dies goes on where it had come to. */
export async function scanAccount(input: ScanAccountInput): Promise<void> {
  const { tenant, environment, scanId, account } = input
  for (let cursor: string | null = input.cursor ?? null; ;) {
    cursor = (await collectAccount({ tenant, environment, scanId, account, cursor })).cursor
    if (cursor === null) return
    if (workflowInfo().historyLength > 2000) return continueAsNew<typeof scanAccount>({ ...input, cursor })
  }
}
