import type { Environment } from '../../../model/environment.ts'
import { WhittleError } from '../../../model/error.ts'
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

const sessionOf = (environment: GcpEnvironment, actAs: string | undefined, outgoing: Outgoing): GcpSession => ({
  scope: environment.kind === 'gcp-organization' ? { kind: 'organization', organization: environment.organization } : { kind: 'project', project: environment.project },
  actAs: actAs ?? null, endpoints: environment.endpoints ?? {}, outgoing,
})
/** As whom an environment is read: its service account, else the machine's own application default credentials. */
export const gcpReader = (environment: GcpEnvironment, outgoing: Outgoing): GcpSession => sessionOf(environment, environment.serviceAccount, outgoing)
/** As whom an environment is changed. @throws WhittleError `cloud.no-credentials` where it names no executor service account: then there is no writing */
export function gcpWriter(environment: GcpEnvironment, outgoing: Outgoing): GcpSession {
  if (environment.executorServiceAccount === undefined) throw new WhittleError('cloud.no-credentials', `\`${environment.name}\` has no executor service account; set \`executorServiceAccount\` (writing needs an identity of its own, apart from the one that reads)`)
  return sessionOf(environment, environment.executorServiceAccount, outgoing)
}

export function gcpCollector(environment: GcpEnvironment, outgoing: Outgoing): GcpCollector {
  const session = gcpReader(environment, outgoing)
  return {
    accounts: () => Promise.resolve([accountOfScope(session.scope)]),
    collect: async (account, collecting) => await collectGcpPage(session, account, collecting),
    check: async (signal) => await probeGcp(session, signal),
  }
}
