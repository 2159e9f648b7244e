import type { Environment } from '../../../model/environment.ts'
import type { Outgoing } from '../../outgoing.ts'
import type { GcpSession } from '../session.ts'
import type { Collecting } from './ask.ts'
import { accountOfScope, collectGcpPage } from './live.ts'
import { type Probe, probeGcp } from './probe.ts'

type GcpEnvironment = Extract<Environment, { kind: 'gcp-organization' | 'gcp-project' }>
/** Reads one Google Cloud environment: one account, `gcp/<organization>`, or `gcp/none` where it is a project. */
export type GcpCollector = {
  readonly accounts: (signal: AbortSignal) => Promise<readonly string[]>
  readonly collect: (account: string, collecting: Collecting) => Promise<string | null>
  readonly check: (signal: AbortSignal) => Promise<readonly Probe[]>
}

/** As whom an environment is read and changed: the machine's application default credentials in both. Scanner and executor are separate processes with credentials of their own. */
export const gcpSession = (environment: GcpEnvironment, outgoing: Outgoing): GcpSession => ({
  scope: environment.kind === 'gcp-organization' ? { kind: 'organization', organization: environment.organization } : { kind: 'project', project: environment.project },
  endpoints: environment.endpoints ?? {}, outgoing,
})

export function gcpCollector(environment: GcpEnvironment, outgoing: Outgoing): GcpCollector {
  const session = gcpSession(environment, outgoing)
  return {
    accounts: () => Promise.resolve([accountOfScope(session.scope)]),
    collect: async (account, collecting) => await collectGcpPage(session, account, collecting),
    check: async (signal) => await probeGcp(session, signal),
  }
}
