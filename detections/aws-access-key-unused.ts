import { isAdministrator } from '../analysis/administrator.ts'
import { type AwsOwned, awsUsers, earliest, gapOf, timesOf } from '../analysis/aws-identity.ts'
import type { AwsAccessKey, AwsUser } from '../model/aws.ts'
import { cannotTell, detection, notApplicable, pass, violation } from '../model/detection.ts'
import { daysAfter, daysBetween } from '../model/instant.ts'

/** A key, or the user whose keys could not be read. */
type KeyOf = AwsOwned<AwsUser> & { readonly key: AwsAccessKey | null }

/** Active keys idle for longer than `unusedDays` × 24 hours; a key never used is idle since its creation. */
export const awsAccessKeyUnused = detection({
  id: 'aws-access-key-unused', cloud: 'aws', title: 'Access key is active but unused',
  why: 'A key that nobody uses is a key that nobody watches: it lies in old laptops, repositories and backups, and it works until somebody turns it off.',
  likelihood: 2, impact: 3,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:GetCredentialReport'],
  fixedBy: ['deactivate-access-key'],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.12' }, { framework: 'NIST 800-53 r5', control: 'AC-2(3)' }, { framework: 'NIST 800-53 r5', control: 'IA-5' }, { framework: 'MCSB v1', control: 'IM-3' }],
  blindSpots: ['keys of the root user', 'use before 22 April 2015, which AWS does not know'],
  source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html',
  options: { unusedDays: 90 },
  subjects: (estate) => awsUsers(estate.aws).flatMap((owned): readonly KeyOf[] => {
    const { values, gaps } = owned.identity.accessKeys
    return [...values.map((key) => ({ ...owned, key })), ...(gaps.length > 0 ? [{ ...owned, key: null }] : [])]
  }),
  identify: ({ account, identity: user, key }) => ({
    id: user.id, part: key === null ? 'unread' : key.id ?? `slot-${key.slot ?? 0}`, principal: user.arn, resource: key?.id ?? null, account: account.id,
    observedAt: key === null ? user.observedAt : earliest(key.observedAt, ...timesOf(key.lastUsedAt)),
  }),
  judge({ identity: user, key }, { unusedDays }, estate) {
    if (key === null) return cannotTell(user.accessKeys.gaps[0]?.reason ?? 'access keys were not read', user.accessKeys.gaps)
    if (key.status === 'Inactive') return pass
    if (key.lastUsedAt.kind === 'unreadable') return cannotTell(key.lastUsedAt.reason, gapOf(key.lastUsedAt, user.arn, 'get-access-key-last-used'))
    const lastUsedAt = key.lastUsedAt.kind === 'present' ? key.lastUsedAt.value : null
    const isIdle = daysAfter(lastUsedAt ?? key.createdAt, unusedDays) < estate.asOf
    const idleDays = daysBetween(lastUsedAt ?? key.createdAt, estate.asOf)
    if (!isIdle) return lastUsedAt === null ? notApplicable(`created ${idleDays} days ago and not used yet: too young to judge`) : pass
    const name = key.id === null ? `access key ${key.slot ?? ''} of \`${user.name}\`` : `access key \`${key.id}\` of \`${user.name}\``
    const isOfAdministrator = isAdministrator(estate.aws, user.arn)
    const summary = `${name} ${lastUsedAt === null ? `was never used in ${idleDays} days` : `has been idle for ${idleDays} days`}${isOfAdministrator ? ', and its owner is an administrator' : ''}`
    return violation(summary, { accessKeyId: key.id, user: user.name, createdAt: key.createdAt, lastUsedAt, idleDays, isOfAdministrator }, 'certain', isOfAdministrator ? { impact: 4 } : {})
  },
})
