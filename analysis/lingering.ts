import type { AwsEstate, AwsRole, AwsUser } from '../model/aws.ts'
import { cannotTell, type Evidence, type Judgement, notApplicable, pass, violation } from '../model/detection.ts'
import { daysBetween, type Instant } from '../model/instant.ts'
import { administratorEvidence, awsAdministrators, certaintyOf } from './administrator.ts'
import type { Activity } from './aws-identity.ts'

/** Whether an administrator has not acted for `inactiveDays` whole days or more. Nobody who is no administrator, or who was seen lately, violates; unknown use is never taken for none. */
export function judgeLingering(estate: AwsEstate, principal: AwsUser | AwsRole, activity: Activity, options: { readonly asOf: Instant; readonly inactiveDays: number; readonly evidence: Evidence }): Judgement {
  const { asOf, inactiveDays } = options
  const verdict = awsAdministrators(estate).get(principal.arn)?.verdict
  if (verdict === undefined || verdict.kind === 'not') return pass
  const idleDays = daysBetween(activity.since, asOf)
  if (activity.lastSeenAt !== null && idleDays < inactiveDays) return pass
  if (activity.lastSeenAt === null && idleDays < inactiveDays) return notApplicable(`created ${idleDays} days ago and not used yet: too young to judge`)
  if (activity.gaps.length > 0) return cannotTell(activity.gaps[0]?.reason ?? 'last use was not read', activity.gaps)
  if (verdict.kind === 'unknown') return cannotTell(verdict.missing[0]?.reason ?? 'a policy was not read', verdict.missing)
  const since = activity.lastSeenAt === null ? `has never acted in ${idleDays} days` : `has not acted for ${idleDays} days`
  return violation(`administrator \`${principal.name}\` ${since}`, { ...administratorEvidence(verdict), ...options.evidence, lastSeenAt: activity.lastSeenAt, createdAt: principal.createdAt, idleDays }, certaintyOf(verdict), { unread: verdict.unread })
}
