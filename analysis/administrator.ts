import { administratorActions } from '../clouds/aws/catalogue/administrator-actions.ts'
import { universeOf } from '../clouds/aws/evaluate/action-set.ts'
import { indexAccount, policiesOf } from '../clouds/aws/evaluate/index-estate.ts'
import { holdsWhole, type Whole } from '../clouds/aws/evaluate/whole.ts'
import type { AwsAccount, AwsEstate, AwsRole, AwsUser } from '../model/aws.ts'

/**
 * Who is administrator of an AWS account (CONTRACTS §4), decided by evaluating permissions, never by name.
 * Covers: every user and role by its own policies, groups, boundary and service control policies.
 * Does not cover: who may become administrator (escalation), policies of resources, sessions narrowed on assuming.
 */
export type AwsAdministrator = { readonly account: AwsAccount; readonly principal: AwsUser | AwsRole; readonly verdict: Whole }

const universe = universeOf(administratorActions)
const known = new WeakMap<AwsEstate, ReadonlyMap<string, AwsAdministrator>>()

/** The answer for every user and role, by ARN. Computed once per estate. */
export function awsAdministrators(estate: AwsEstate): ReadonlyMap<string, AwsAdministrator> {
  const found = known.get(estate) ?? new Map(estate.accounts.flatMap((account) => {
    const indexed = indexAccount(estate, account)
    return [...account.users.values, ...account.roles.values].map((principal) => [principal.arn, { account, principal, verdict: holdsWhole(universe, policiesOf(indexed, principal)) }] as const)
  }))
  known.set(estate, found)
  return found
}
