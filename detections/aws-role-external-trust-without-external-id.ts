import { isAdministrator } from '../analysis/administrator.ts'
import { awsRoles, identitySubject, timesOf } from '../analysis/aws-identity.ts'
import { ownAccounts, type TrustedAccount, trustedAccounts } from '../analysis/aws-trust.ts'
import { cannotTell, detection, pass, violation } from '../model/detection.ts'
import type { Gap } from '../model/known.ts'

/** Roles that accounts outside the organization, or anybody, may assume without giving an external id. */
export const awsRoleExternalTrustWithoutExternalId = detection({
  id: 'aws-role-external-trust-without-external-id', cloud: 'aws', title: 'Role trusts a foreign account without an external id',
  why: 'A vendor that serves many customers can be led by one of them to assume the role of another (confused deputy); the external id is what tells them apart.',
  likelihood: 2, impact: 3,
  readsWith: ['iam:GetAccountAuthorizationDetails', 'organizations:ListAccounts'],
  fixedBy: [],
  frameworks: [{ framework: 'NIST 800-53 r5', control: 'AC-3' }, { framework: 'NIST 800-53 r5', control: 'AC-20' }, { framework: 'MCSB v1', control: 'IM-3' }],
  blindSpots: ['accounts of yours outside the organization: name them in the option `knownAccounts`, separated by commas', 'whether the external id is hard to guess'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
  options: { knownAccounts: '' },
  subjects: (estate) => awsRoles(estate.aws),
  identify: (owned, estate) => identitySubject(owned, ...timesOf(estate.aws.organization)),
  judge({ identity: role }, { knownAccounts }, estate) {
    const { ids, isSure } = ownAccounts(estate.aws)
    const isOwn = (account: string): boolean => ids.has(account) || knownAccounts.split(',').some((known) => known.trim() === account)
    const organization = estate.aws.organization.kind === 'present' ? estate.aws.organization.value.id : null
    const isForeign = ({ account, needsExternalId, onlyAccounts, onlyOrganizations }: TrustedAccount): boolean =>
      !needsExternalId && !isOwn(account) && onlyAccounts?.every(isOwn) !== true && onlyOrganizations?.every((id) => id === organization) !== true
    const foreign = trustedAccounts(role.trust).filter(isForeign)
    if (foreign.length === 0) return role.trust.gaps.length === 0 ? pass : cannotTell(role.trust.gaps[0]?.reason ?? 'the trust policy was not read', role.trust.gaps)
    const isAnybody = foreign.some(({ account }) => account === '*')
    const accounts = [...new Set(foreign.map(({ account }) => account))]
    const conditions = [...new Set(foreign.flatMap(({ otherConditions }) => otherConditions))]
    const isOfAdministrator = isAdministrator(estate.aws, role.arn)
    const { organization: known } = estate.aws
    const gap: Gap = known.kind === 'unreadable' ? { what: 'aws/organization/describe-organization', why: known.why, reason: known.reason } : { what: 'aws/organization/list-accounts', why: 'incomplete', reason: 'not every account of the organization was read' }
    return violation(`role \`${role.name}\` can be assumed ${isAnybody ? 'by anybody' : `from account ${accounts.map((id) => `\`${id}\``).join(', ')}`} without an external id`,
      { accounts, statements: foreign.map(({ statement }) => statement), conditions, isOfAdministrator }, conditions.length > 0 ? 'conditional' : isSure || isAnybody ? 'certain' : 'assumed',
      { unread: isSure || isAnybody ? [] : [gap], ...(isAnybody && conditions.length === 0 ? { likelihood: 4 } : {}), ...(isOfAdministrator ? { impact: 4 } : {}) })
  },
})
