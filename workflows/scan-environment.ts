import { CancellationScope, ContinueAsNew, continueAsNew, executeChild, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { ScanActivities } from '../activities/contract.ts'
import { reasonOf } from './failure-reason.ts'
import type { ScanEnvironmentInput } from './messages.ts'
import { scanAccount } from './scan-account.ts'

const atOnce = 4
const perRun = 100
const { beginScan, listAccounts, recordAccount, endScan } = proxyActivities<ScanActivities>({ startToCloseTimeout: '1 minute', retry: { maximumInterval: '30 seconds' } })
const { judgeEnvironment } = proxyActivities<ScanActivities>({ startToCloseTimeout: '30 minutes', heartbeatTimeout: '2 minutes', retry: { maximumAttempts: 3 } })

/**
 * Every account of the environment was read once and judged, or the scan says why not. One child per account, four at a time; an account that fails leaves the others
 * alone and makes the scan partial. A hundred accounts to a history.
 */
export async function scanEnvironment(input: ScanEnvironmentInput): Promise<{ scanId: string | null; state: string }> {
  const { tenant, environment } = input
  const begun = input.begun === undefined ? await beginScan({ tenant, environment }) : { kind: 'begun' as const, scanId: input.begun }
  if (begun.kind !== 'begun' || begun.scanId === null) return { scanId: null, state: begun.kind }
  const scan = { tenant, environment, scanId: begun.scanId }
  try {
    const accounts = await listAccounts({ ...scan, limit: perRun })
    await readAccounts(scan, accounts)
    if (accounts.length === perRun) return await continueAsNew<typeof scanEnvironment>({ ...input, begun: scan.scanId })
    const judged = await judgeEnvironment(scan)
    return { scanId: scan.scanId, state: judged.state }
  } catch (cause) {
    if (cause instanceof ContinueAsNew) throw cause
    const isCancelled = isCancellation(cause)
    await CancellationScope.nonCancellable(() => endScan({ ...scan, state: isCancelled ? 'cancelled' : 'failed', reason: isCancelled ? 'cancelled by a person' : reasonOf(cause) }))
    throw cause
  }
}

type Scan = { tenant: string; environment: string; scanId: string }

async function readAccounts(scan: Scan, accounts: readonly string[]): Promise<void> {
  const queue = [...accounts]
  const readNext = async (): Promise<void> => {
    for (let account = queue.shift(); account !== undefined; account = queue.shift()) await readAccount(scan, account)
  }
  await Promise.all(Array.from({ length: atOnce }, readNext))
}

async function readAccount(scan: Scan, account: string): Promise<void> {
  try {
    await executeChild(scanAccount, { workflowId: `${workflowInfo().workflowId}/${account}`, args: [{ ...scan, account }] })
    await recordAccount({ ...scan, account, state: 'done', reason: null })
  } catch (cause) {
    if (isCancellation(cause)) throw cause
    await recordAccount({ ...scan, account, state: 'failed', reason: reasonOf(cause) })
  }
}
