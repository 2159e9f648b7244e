import { ListAccountsCommand } from '@aws-sdk/client-organizations'
import type { Environment } from '../../../model/environment.ts'
import type { Outgoing } from '../../outgoing.ts'
import { awsError } from '../error.ts'
import { type AwsSession, credentialsOf, organizationsClient, partitionOf, REQUEST_MS } from '../session.ts'
import { collectAwsPage } from './live.ts'
import { type Collecting, listPages } from './live-call.ts'
import { type Probe, probeAws } from './probe.ts'

type AwsEnvironment = Extract<Environment, { kind: 'aws-account' | 'aws-organization' }>
/** Reads one AWS environment. An account is `aws/<id>`; `aws/organization` is what stands above them. */
export type AwsCollector = {
  readonly accounts: (signal: AbortSignal) => Promise<readonly string[]>
  readonly collect: (account: string, collecting: Collecting) => Promise<string | null>
  readonly check: (signal: AbortSignal) => Promise<readonly Probe[]>
}

/** As whom an environment speaks with one of its accounts to read it: its role with the external id, else (a lone or the management account) the machine's own credentials. */
export function awsReader(environment: AwsEnvironment, account: string, outgoing: Outgoing): AwsSession {
  const { region } = environment
  const externalId = environment.externalId ?? null
  const own = environment.kind === 'aws-account' ? environment.account : environment.managementAccount
  const isOwn = account === own || account === 'organization'
  const memberRole = environment.kind === 'aws-organization' ? `arn:${partitionOf(region)}:iam::${account}:role/${environment.memberRoleName}` : null
  const arn = isOwn ? (environment.roleArn ?? null) : memberRole
  return { account: isOwn ? own : account, region, role: arn === null ? null : { arn, externalId }, outgoing }
}

/** As whom an environment speaks with one of its accounts to change it. Without an executor role there is no writing: `role` is null. */
export function awsWriter(environment: AwsEnvironment, account: string, outgoing: Outgoing): AwsSession {
  const { region } = environment
  const name = environment.kind === 'aws-organization' ? environment.executorRoleName : undefined
  const arn = environment.kind === 'aws-account' ? environment.executorRoleArn : name === undefined ? undefined : `arn:${partitionOf(region)}:iam::${account}:role/${name}`
  return { account, region, role: arn === undefined ? null : { arn, externalId: environment.externalId ?? null }, outgoing }
}

export function awsCollector(environment: AwsEnvironment, outgoing: Outgoing): AwsCollector {
  const sessionOf = (account: string): AwsSession => awsReader(environment, account.replace(/^aws\//, ''), outgoing)
  return {
    accounts: async (signal) => environment.kind === 'aws-account' ? [`aws/${environment.account}`, 'aws/organization']
      : ['aws/organization', ...(await memberAccounts(sessionOf('aws/organization'), signal)).map((id) => `aws/${id}`)],
    collect: async (account, collecting) => await collectAwsPage(sessionOf(account), account, collecting),
    check: async (signal) => await probeAws(sessionOf('aws/organization'), signal),
  }
}

/** The accounts of the organization that are open, in the order of their ids. @throws WhittleError cloud.* */
async function memberAccounts(session: AwsSession, signal: AbortSignal): Promise<readonly string[]> {
  const client = organizationsClient(session, credentialsOf(session, 'scan'))
  try {
    const { pages } = await listPages(async (NextToken) => await client.send(new ListAccountsCommand(NextToken === undefined ? {} : { NextToken }), { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) }))
    return pages.flatMap((page) => page.Accounts ?? []).flatMap(({ Id, Status }) => (Id !== undefined && Status === 'ACTIVE' ? [Id] : [])).toSorted()
  } catch (error) {
    throw awsError('organizations:ListAccounts', error)
  } finally {
    client.destroy()
  }
}
