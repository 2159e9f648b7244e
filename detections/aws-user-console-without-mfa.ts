import { isAdministrator } from '../analysis/administrator.ts'
import { awsUsers, gapOf, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { cannotTell, detection, notApplicable, pass, violation } from '../model/detection.ts'

/** Users who have a console password and no MFA device. */
export const awsUserConsoleWithoutMfa = detection({
  id: 'aws-user-console-without-mfa', cloud: 'aws', title: 'Console user has no MFA',
  why: 'A guessed, reused or phished password is all that it takes to sign in as this user.',
  likelihood: 3, impact: 3,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'iam:GetCredentialReport'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.10' }, { framework: 'NIST 800-53 r5', control: 'IA-2(1)' }, { framework: 'MCSB v1', control: 'IM-6' }],
  blindSpots: ['whether a policy refuses everything without MFA', 'devices that are enrolled but lost'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html',
  options: {},
  subjects: (estate) => awsUsers(estate.aws),
  identify: (owned) => identitySubject(owned, ...timesOf(owned.identity.password, owned.identity.hasMfa)),
  judge({ identity: user }, _options, estate) {
    const { password, hasMfa } = user
    if (password.kind === 'absent') return notApplicable('has no console password')
    for (const fact of [password, hasMfa]) if (fact.kind === 'unreadable') return cannotTell(fact.reason, gapOf(fact, user.arn, 'get-credential-report'))
    if (password.kind !== 'present' || hasMfa.kind !== 'present' || hasMfa.value) return pass
    const isOfAdministrator = isAdministrator(estate.aws, user.arn)
    const lastSignInAt = password.value.lastUsedAt.kind === 'present' ? password.value.lastUsedAt.value : null
    return violation(`user \`${user.name}\` signs in to the console without MFA${isOfAdministrator ? ' and is an administrator' : ''}`,
      { lastSignInAt, passwordChangedAt: password.value.lastChangedAt, isOfAdministrator }, 'certain', isOfAdministrator ? { impact: 4 } : {})
  },
})
