import { administratorEvidence, awsAdministrators, certaintyOf } from '../analysis/administrator.ts'
import { awsRoles, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { ownAccounts, trustedAccounts } from '../analysis/aws-trust.ts'
import type { AwsRole } from '../model/aws.ts'
import { cannotTell, detection, pass, type Likelihood, violation } from '../model/detection.ts'

const trustees = (role: AwsRole) => role.trust.statements.filter(({ effect }) => effect === 'Allow').flatMap(({ principals }) => principals?.values ?? [])

/** Roles, other than service-linked ones, that effectively hold every action of the administrator list on every resource. Who may assume them decides how likely misuse is. */
export const awsRoleAdministrator = detection({
  id: 'aws-role-administrator', cloud: 'aws', title: 'Role is an administrator',
  why: 'Everyone and everything that may assume this role owns the account: a workload with it turns one flaw in an application into the loss of the account.',
  likelihood: 1, impact: 4,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'organizations:DescribeOrganization', 'organizations:ListPoliciesForTarget', 'organizations:DescribePolicy'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.16' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'MCSB v1', control: 'PA-7' }],
  blindSpots: ['roles that can make themselves administrator, but are not', 'administrators under a condition', 'sessions that are narrowed when the role is assumed'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  options: {},
  subjects: (estate) => awsRoles(estate.aws),
  identify: (owned, estate) => identitySubject(owned, ...timesOf(estate.aws.organization)),
  judge({ identity: role }, _options, estate) {
    const verdict = awsAdministrators(estate.aws).get(role.arn)?.verdict
    if (verdict === undefined || verdict.kind === 'not') return pass
    if (verdict.kind === 'unknown') return cannotTell(verdict.missing[0]?.reason ?? 'a policy was not read', verdict.missing)
    const own = ownAccounts(estate.aws).ids
    const foreign = trustedAccounts(role.trust).filter(({ account, onlyAccounts, onlyOrganizations }) => !own.has(account) && onlyAccounts === null && onlyOrganizations === null)
    const services = trustees(role).filter(({ kind }) => kind === 'Service').map(({ id }) => id)
    const likelihood: Likelihood = foreign.some(({ account }) => account === '*') ? 4 : foreign.length > 0 ? 3 : services.length > 0 ? 2 : 1
    const who = foreign.length > 0 ? ` that ${foreign.some(({ account }) => account === '*') ? 'anybody' : 'another organization'} may assume` : services.length > 0 ? ` that ${services[0] ?? 'a service'} acts with` : ''
    const trust = trustees(role).map(({ kind, id }) => (kind === 'any' ? '*' : `${kind}: ${id}`))
    const conditions = role.trust.statements.flatMap((statement) => statement.conditions.map(({ operator, key, values }) => `${operator} ${key} = ${values.join(' | ')}`))
    return violation(`role \`${role.name}\` is an administrator${who}`, { ...administratorEvidence(verdict), trusts: trust, trustConditions: conditions }, certaintyOf(verdict), { unread: verdict.unread, likelihood })
  },
})
