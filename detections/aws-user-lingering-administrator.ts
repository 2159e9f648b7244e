import { activeKeyIds, activityOfUser, awsUsers, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { judgeLingering } from '../analysis/lingering.ts'
import { detection } from '../model/detection.ts'

/** Users who are administrators and whose password and keys have all been idle for `inactiveDays` or more. */
export const awsUserLingeringAdministrator = detection({
  id: 'aws-user-lingering-administrator', cloud: 'aws', title: 'Administrator has long been inactive',
  why: 'Nobody misses an administrator who no longer works here, and nobody notices when somebody else signs in as them.',
  likelihood: 3, impact: 4,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'iam:GetCredentialReport', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'organizations:ListPoliciesForTarget'],
  fixedBy: ['deactivate-access-key'],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.12' }, { framework: 'NIST 800-53 r5', control: 'AC-2(3)' }, { framework: 'MCSB v1', control: 'PA-4' }],
  blindSpots: ['use through SSH keys, service-specific credentials and certificates', 'administrators under a condition'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html',
  options: { inactiveDays: 90 },
  subjects: (estate) => awsUsers(estate.aws),
  identify: (owned, estate) => identitySubject(owned, ...timesOf(owned.identity.password, estate.aws.organization), ...owned.identity.accessKeys.values.map((key) => key.observedAt)),
  judge: ({ identity: user }, { inactiveDays }, estate) =>
    judgeLingering(estate.aws, user, activityOfUser(user), { asOf: estate.asOf, inactiveDays, evidence: { groups: [...user.groups], activeAccessKeys: [...activeKeyIds(user)] } }),
})
