import { administratorEvidence, awsAdministrators, certaintyOf } from '../analysis/administrator.ts'
import { activeKeyIds, awsUsers, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { cannotTell, detection, pass, violation } from '../model/detection.ts'

/** Users who effectively hold every action of the administrator list on every resource, by all of their policies and groups together, within boundary and service control policies. */
export const awsUserAdministrator = detection({
  id: 'aws-user-administrator', cloud: 'aws', title: 'User is an administrator',
  why: 'An IAM user signs in with credentials that never expire by themselves; whoever gets hold of them owns the account. Administrators should be people who assume a role for a while.',
  likelihood: 2, impact: 4,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'organizations:DescribeOrganization', 'organizations:ListPoliciesForTarget', 'organizations:DescribePolicy'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.16' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'MCSB v1', control: 'PA-1' }],
  blindSpots: ['users who can make themselves administrator, but are not', 'administrators under a condition, such as MFA or an address', 'what policies of resources grant'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  options: {},
  subjects: (estate) => awsUsers(estate.aws),
  identify: (owned, estate) => identitySubject(owned, ...timesOf(estate.aws.organization)),
  judge({ identity: user }, _options, estate) {
    const verdict = awsAdministrators(estate.aws).get(user.arn)?.verdict
    if (verdict === undefined || verdict.kind === 'not') return pass
    if (verdict.kind === 'unknown') return cannotTell(verdict.missing[0]?.reason ?? 'a policy was not read', verdict.missing)
    const keys = activeKeyIds(user)
    const hasNoMfa = user.password.kind === 'present' && user.hasMfa.kind === 'present' && !user.hasMfa.value
    const isExposed = user.accessKeys.values.some(({ status }) => status === 'Active') || hasNoMfa
    return violation(`user \`${user.name}\` is an administrator${isExposed ? hasNoMfa ? ' who signs in without MFA' : ' with an active access key' : ''}`,
      { ...administratorEvidence(verdict), groups: [...user.groups], activeAccessKeys: [...keys] }, certaintyOf(verdict), { unread: verdict.unread, ...(isExposed ? { likelihood: 3 } : {}) })
  },
})
