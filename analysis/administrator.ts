import { administratorActions } from '../clouds/aws/catalogue/administrator-actions.ts'
import { universeOf } from '../clouds/aws/evaluate/action-set.ts'
import { indexAccount, policiesOf } from '../clouds/aws/evaluate/index-estate.ts'
import { holdsWhole, type Whole } from '../clouds/aws/evaluate/whole.ts'
import type { AwsAccount, AwsEstate, AwsRole, AwsUser } from '../model/aws.ts'
import type { Certainty } from '../model/detection.ts'
import type { JsonObject } from '../model/json.ts'

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

/** How sure it is that a verdict of `whole` makes an administrator: denies in part make it conditional, what was not read makes it assumed. */
export const certaintyOf = (verdict: Extract<Whole, { kind: 'whole' }>): Certainty => (verdict.exceptions.length > 0 ? 'conditional' : verdict.unread.length > 0 ? 'assumed' : 'certain')

/** Why someone is administrator, as evidence. */
export const administratorEvidence = (verdict: Extract<Whole, { kind: 'whole' }>): JsonObject => ({
  grantedBy: verdict.because.map(({ policy, statement }) => ({ policy, statement })), exceptions: [...verdict.exceptions], actions: universe.actions.length,
})

export const isAdministrator = (estate: AwsEstate, arn: string): boolean => awsAdministrators(estate).get(arn)?.verdict.kind === 'whole'
