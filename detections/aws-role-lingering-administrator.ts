import { activityOfRole, awsRoles, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { judgeLingering } from '../analysis/lingering.ts'
import { detection } from '../model/detection.ts'

/** Roles that are administrators and have not been used for `inactiveDays` or more. */
export const awsRoleLingeringAdministrator = detection({
  id: 'aws-role-lingering-administrator', cloud: 'aws', title: 'Administrator role has long been unused',
  why: 'A role that nobody uses any more still opens the account to everyone whom it trusts.',
  likelihood: 2, impact: 4,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'organizations:ListPoliciesForTarget'],
  fixedBy: [],
  frameworks: [{ framework: 'NIST 800-53 r5', control: 'AC-2(3)' }, { framework: 'MCSB v1', control: 'PA-4' }],
  blindSpots: ['use more than 400 days ago, which AWS does not remember', 'administrators under a condition'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html',
  options: { inactiveDays: 90 },
  subjects: (estate) => awsRoles(estate.aws),
  identify: (owned, estate) => identitySubject(owned, ...timesOf(owned.identity.lastUsedAt, estate.aws.organization)),
  judge: ({ identity: role }, { inactiveDays }, estate) => judgeLingering(estate.aws, role, activityOfRole(role), { asOf: estate.asOf, inactiveDays, evidence: {} }),
})
