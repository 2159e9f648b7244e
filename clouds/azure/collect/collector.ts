import type { AzureSession } from '../session.ts'
import { collectAzurePage } from './live.ts'
import type { Collecting } from './live-call.ts'
import { type Probe, probeAzure } from './probe.ts'

/** Reads one Azure environment. Its one account is `azure/<tenantId>`: directory and subscriptions are judged together. */
export type AzureCollector = {
  readonly accounts: (signal: AbortSignal) => Promise<readonly string[]>
  readonly collect: (account: string, collecting: Collecting) => Promise<string | null>
  readonly check: (signal: AbortSignal) => Promise<readonly Probe[]>
}

export const azureCollector = (session: AzureSession): AzureCollector => ({
  accounts: () => Promise.resolve([`azure/${session.tenantId}`]),
  collect: async (account, collecting) => await collectAzurePage(session, account, collecting),
  check: async (signal) => await probeAzure(session, signal),
})
