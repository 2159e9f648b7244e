import type { z } from 'zod'
import type { AwsGroup, AwsInlinePolicy, AwsManagedPolicy, AwsRole, AwsTag, AwsUser } from '../../../model/aws.ts'
import { type Instant, instant } from '../../../model/instant.ts'
import { absent, type Collected, collected, type Known, present, unreadable } from '../../../model/known.ts'
import { accountOfArn, isAwsManagedPolicy, isServiceLinkedRole, nameOfArn } from '../arn.ts'
import { readAccessKeys } from './access-keys.ts'
import { type Report, rowFact } from './credential-report.ts'
import { readDocument } from './document.ts'
import { entriesOf, type Entry, never, openNoted, type Reading } from './reading.ts'
import { groupDetail, policyDetail, roleDetail, userDetail } from './schema.ts'

export type Identities = { readonly users: Collected<AwsUser>; readonly groups: Collected<AwsGroup>; readonly roles: Collected<AwsRole>; readonly policies: Collected<AwsManagedPolicy> }
/** What every identity of one account is read with. */
type Account = { readonly id: string; readonly report: Known<Report>; readonly observedAt: Instant }

/** Users, groups, roles and managed policies of an account as `get-account-authorization-details` tells them. */
export function readIdentities(reading: Reading, accountId: string, report: Known<Report>): Identities {
  const opened = openNoted(reading, `aws/${accountId}/global/iam/get-account-authorization-details`)
  const observedAt = opened.kind === 'missing' ? never : opened.observedAt
  const account: Account = { id: accountId, report, observedAt }
  const gather = <T extends { Arn: string }, U>(field: string, schema: z.ZodType<T>, map: (entry: Entry<T>) => U): Collected<U> => {
    const { entries, gaps } = entriesOf(reading, opened, field, schema)
    const own = entries.filter((entry) => isOfAccount(reading, entry, accountId))
    // because a list that changes while it is paged repeats entries
    const byArn = new Map(own.map((entry) => [entry.value.Arn, entry]))
    return collected([...byArn.values()].map(map), observedAt, gaps)
  }
  return {
    users: gather('UserDetailList', userDetail, (entry) => readUser(reading, entry, account)),
    groups: gather('GroupDetailList', groupDetail, ({ value, ...place }) => ({
      ...common(value, observedAt), id: value.GroupId, name: value.GroupName, inlinePolicies: inline(reading, value.GroupPolicyList, { ...place, field: 'GroupPolicyList' }) })),
    roles: gather('RoleDetailList', roleDetail, (entry) => readRole(reading, entry, observedAt)),
    policies: gather('Policies', policyDetail, (entry) => readPolicy(reading, entry, observedAt)),
  }
}

function isOfAccount(reading: Reading, { value, file, pointer }: Entry<{ Arn: string }>, accountId: string): boolean {
  if (isAwsManagedPolicy(value.Arn) || accountOfArn(value.Arn) === accountId) return true
  reading.problems.push({ file, position: `${pointer}/Arn`, reason: `\`${value.Arn}\` is not of the account \`${accountId}\` and was left out` })
  return false
}

function common(value: { Arn: string; Path: string; CreateDate: string; AttachedManagedPolicies: readonly { PolicyName: string; PolicyArn: string }[] }, observedAt: Instant) {
  const attachedPolicies = value.AttachedManagedPolicies.map((policy) => ({ name: policy.PolicyName, arn: policy.PolicyArn }))
  return { arn: value.Arn, path: value.Path, createdAt: instant(value.CreateDate), attachedPolicies, observedAt }
}

function inline(reading: Reading, list: readonly { PolicyName: string; PolicyDocument: unknown }[], place: { file: string; pointer: string; field: string }): readonly AwsInlinePolicy[] {
  return list.map((policy, index) => ({
    name: policy.PolicyName, document: readDocument(reading, policy.PolicyDocument, { file: place.file, pointer: `${place.pointer}/${place.field}/${index}/PolicyDocument`, purpose: 'identity' }) }))
}

const readTags = (list: readonly { Key: string; Value: string }[]): readonly AwsTag[] => list.map((tag) => ({ key: tag.Key, value: tag.Value }))

function readUser(reading: Reading, { value, ...place }: Entry<z.infer<typeof userDetail>>, account: Account): AwsUser {
  const { report } = account
  return {
    ...common(value, account.observedAt), id: value.UserId, name: value.UserName, groups: value.GroupList,
    inlinePolicies: inline(reading, value.UserPolicyList, { ...place, field: 'UserPolicyList' }), boundary: value.PermissionsBoundary?.PermissionsBoundaryArn ?? null, tags: readTags(value.Tags),
    accessKeys: readAccessKeys(reading, account.id, { name: value.UserName, arn: value.Arn }, report),
    password: rowFact(report, value.Arn, (row) => !row.hasPassword ? null
      : { lastUsedAt: rowFact(report, value.Arn, (one) => one.passwordLastUsedAt), lastChangedAt: row.passwordLastChangedAt }),
    hasMfa: rowFact(report, value.Arn, (row) => row.hasMfa),
  }
}

function readRole(reading: Reading, { value, ...place }: Entry<z.infer<typeof roleDetail>>, observedAt: Instant): AwsRole {
  const used = value.RoleLastUsed
  return {
    ...common(value, observedAt), id: value.RoleId, name: value.RoleName, boundary: value.PermissionsBoundary?.PermissionsBoundaryArn ?? null, tags: readTags(value.Tags),
    inlinePolicies: inline(reading, value.RolePolicyList, { ...place, field: 'RolePolicyList' }),
    trust: readDocument(reading, value.AssumeRolePolicyDocument, { file: place.file, pointer: `${place.pointer}/AssumeRolePolicyDocument`, purpose: 'trust' }),
    lastUsedAt: used === undefined ? unreadable('not-exported', '`RoleLastUsed` was not exported')
      : used.LastUsedDate === undefined ? absent(observedAt) : present(instant(used.LastUsedDate), observedAt),
    instanceProfiles: value.InstanceProfileList.map((profile) => profile.Arn), isServiceLinked: isServiceLinkedRole(value.Arn),
  }
}

function readPolicy(reading: Reading, { value, ...place }: Entry<z.infer<typeof policyDetail>>, observedAt: Instant): AwsManagedPolicy {
  return {
    arn: value.Arn, id: value.PolicyId ?? value.Arn, name: value.PolicyName ?? nameOfArn(value.Arn), isAwsManaged: isAwsManagedPolicy(value.Arn), defaultVersionId: value.DefaultVersionId, observedAt,
    versions: value.PolicyVersionList.map((version, index) => ({
      id: version.VersionId, isDefault: version.IsDefaultVersion, createdAt: version.CreateDate === undefined ? null : instant(version.CreateDate),
      document: readDocument(reading, version.Document, { file: place.file, pointer: `${place.pointer}/PolicyVersionList/${index}/Document`, purpose: 'identity' }),
    })),
  }
}
