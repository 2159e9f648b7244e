import { bindingEvidence, containerSites, type Holding, holdingsAt, identifyHolding, isAgentMember, judgeUnreadPolicy, parseMember, serviceAccountOf } from '../analysis/gcp-access.ts'
import { detection, type Impact, type Likelihood, notApplicable, pass, violation } from '../model/detection.ts'

const broad: readonly string[] = ['roles/owner', 'roles/editor']

/** Users and service accounts that hold Owner or Editor by themselves on a project, folder or organization. */
export const gcpPrincipalBasicRole = detection({
  id: 'gcp-principal-basic-role', cloud: 'gcp',
  title: 'Basic role Owner or Editor on a user or service account',
  why: 'Basic roles give thousands of permissions in every service at once. Whoever takes over one such account can change everything in the project, and an owner can give the project away.',
  likelihood: 2, impact: 3,
  readsWith: ['resourcemanager.projects.getIamPolicy', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.organizations.getIamPolicy', 'iam.serviceAccounts.list'],
  fixedBy: ['remove-policy-binding'],
  frameworks: [{ framework: 'CIS GCP 3.0', control: '1.5' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'MCSB v1', control: 'PA-7' }],
  blindSpots: ['groups that hold a basic role: their members are not judged here', 'Viewer', 'deny policies that take single permissions off the role'],
  source: 'https://cloud.google.com/iam/docs/roles-overview#basic',
  options: {},
  subjects: (estate) => containerSites(estate).flatMap((site) => holdingsAt(estate, site, (member) => ['user', 'service-account'].includes(parseMember(member)?.kind ?? ''))),
  identify: identifyHolding,
  judge(holding: Holding, _options, estate) {
    const { site, member } = holding
    const bindings = holding.bindings.filter(({ role }) => broad.includes(role))
    if (member === null) return judgeUnreadPolicy(holding) ?? pass
    if (bindings.length === 0) return pass
    if (isAgentMember(member)) return notApplicable('the role was given by Google to an agent of its own, which nobody can sign in as')
    const account = serviceAccountOf(estate, member)
    if (account?.isDisabled === true) return notApplicable('the service account is disabled')
    const isOwner = bindings.some(({ role }) => role === 'roles/owner')
    const isAccount = parseMember(member)?.kind === 'service-account'
    const likelihood: Likelihood = isAccount ? 3 : 2 // because nobody asks a service account for a second factor
    const impact: Impact = isOwner || site.kind !== 'project' ? 4 : 3
    const roles = bindings.map(({ role }) => (role === 'roles/owner' ? 'Owner' : 'Editor')).join(' and ')
    const evidence = { roles: bindings.map(({ role }) => role), scope: site.kind, isServiceAccount: isAccount, bindings: bindingEvidence(estate, site.resource, member, bindings) }
    return violation(`\`${member}\` is ${roles} of \`${site.resource}\``, evidence, bindings.every(({ condition }) => condition !== null) ? 'conditional' : 'certain', { likelihood, impact })
  },
})
