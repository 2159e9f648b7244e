import { awsAdministrators } from '../analysis/administrator.ts'
import { azureAdministrators } from '../analysis/azure-administrator.ts'
import { containerSites } from '../analysis/gcp-access.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Estate } from '../model/estate.ts'
import type { AccountFacts } from './execute-step.ts'

export type AccountFact = { readonly cloud: Cloud; readonly account: string; readonly facts: AccountFacts }

/**
 * What the executor's brakes need to know of each account: how many identities it has, and which of them are certainly administrators, by the ids that plans name (the last
 * two are never taken away). Null where what would tell was not read: the executor then takes it as not known.
 */
export function accountFacts(estate: Estate): readonly AccountFact[] {
  const of = (cloud: Cloud, account: string, administrators: readonly string[] | null): AccountFact =>
    ({ cloud, account, facts: { identities: estate.principals.filter((principal) => principal.cloud === cloud && principal.account === account).length, administrators: administrators === null ? null : [...new Set(administrators)].sort() } })
  const aws = [...awsAdministrators(estate.aws)].filter(([, { verdict }]) => verdict.kind === 'whole')
  return [
    ...estate.aws.accounts.map(({ id }) => of('aws', id, aws.filter(([, administrator]) => administrator.account.id === id).map(([arn]) => arn))),
    ...estate.azure.accounts.map((subscription) => of('azure', subscription.id, subscription.roleAssignments.gaps.length > 0 ? null : azureAdministrators(estate.azure, subscription).filter(({ verdict }) => verdict.kind === 'allowed').map(({ principalId }) => principalId))),
    // because who administers a project through its folders and groups is not listed anywhere yet
    ...containerSites(estate).filter(({ kind }) => kind === 'project').map((site) => of('gcp', site.account, null)),
  ]
}
