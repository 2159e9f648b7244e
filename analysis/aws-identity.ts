import { accountOfArn } from '../clouds/aws/arn.ts'
import type { AwsAccount, AwsEstate, AwsRole, AwsUser } from '../model/aws.ts'
import type { Subject } from '../model/detection.ts'
import type { Instant } from '../model/instant.ts'
import type { Gap, Known } from '../model/known.ts'

export type AwsOwned<T> = { readonly account: AwsAccount; readonly identity: T }
export const awsUsers = (estate: AwsEstate): readonly AwsOwned<AwsUser>[] => estate.accounts.flatMap((account) => account.users.values.map((identity) => ({ account, identity })))
/** Roles that somebody here decides about: not the service-linked ones, which belong to their services. */
export const awsRoles = (estate: AwsEstate): readonly AwsOwned<AwsRole>[] =>
  estate.accounts.flatMap((account) => account.roles.values.filter((role) => !role.isServiceLinked).map((identity) => ({ account, identity })))

export const earliest = (first: Instant, ...others: readonly Instant[]): Instant => others.reduce((a, b) => (b < a ? b : a), first)
/** When the facts were observed, oldest first; what was not read has no time. */
export const timesOf = (...facts: readonly Known<unknown>[]): readonly Instant[] => facts.flatMap((fact) => (fact.kind === 'unreadable' ? [] : [fact.observedAt]))

/** The judgement is about a user or role; `others` = when the further facts were observed that the rule reads. */
export const identitySubject = ({ account, identity }: AwsOwned<AwsUser | AwsRole>, ...others: readonly Instant[]): Subject =>
  ({ id: identity.id, part: '', principal: identity.arn, resource: null, account: account.id, observedAt: earliest(identity.observedAt, ...others) })

/** When the user was last seen to act, by password or key. `gaps`: what would have to be read to be sure of nothing later. `since` = that, or the user's creation. */
export type Activity = { readonly lastSeenAt: Instant | null; readonly since: Instant; readonly gaps: readonly Gap[] }

export function activityOfUser(user: AwsUser): Activity {
  const password = user.password.kind === 'present' ? user.password.value.lastUsedAt : user.password
  const keys = user.accessKeys.values.map((key) => key.lastUsedAt)
  const gaps = [...gapOf(password, user.arn, 'get-credential-report'), ...keys.flatMap((fact) => gapOf(fact, user.arn, 'get-access-key-last-used')), ...user.accessKeys.gaps]
  return activity(user.createdAt, [password, ...keys], gaps)
}

export const activityOfRole = (role: AwsRole): Activity =>
  activity(role.createdAt, [role.lastUsedAt], gapOf(role.lastUsedAt, role.arn, 'get-account-authorization-details'))

/** The answer that an unread fact about `arn` would have come from: one per account, so that it is told once. */
export const gapOf = (fact: Known<unknown>, arn: string, command: string): readonly Gap[] =>
  (fact.kind === 'unreadable' ? [{ what: `aws/${accountOfArn(arn) ?? '?'}/global/iam/${command}`, why: fact.why, reason: fact.reason }] : [])

function activity(createdAt: Instant, facts: readonly Known<Instant>[], gaps: readonly Gap[]): Activity {
  const seen = facts.flatMap((fact) => (fact.kind === 'present' ? [fact.value] : [])).toSorted()
  const lastSeenAt = seen.at(-1) ?? null
  return { lastSeenAt, since: lastSeenAt ?? createdAt, gaps }
}

/** The ids of the user's active keys that are known by id. */
export const activeKeyIds = (user: AwsUser): readonly string[] => user.accessKeys.values.flatMap((key) => (key.status === 'Active' && key.id !== null ? [key.id] : []))
