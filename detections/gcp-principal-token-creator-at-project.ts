import { bindingEvidence, containerSites, evaluateGcp, type Holding, holdingsAt, identifyHolding, impersonation, isAgentMember, isForNamedResources, judgeUnreadPolicy, parseMember, reasonOf, roleHas, serviceAccountOf } from '../analysis/gcp-access.ts'
import { cannotTell, detection, type Judgement, notApplicable, pass, violation } from '../model/detection.ts'
import type { Estate } from '../model/estate.ts'
import type { Gap } from '../model/known.ts'

const basic: readonly string[] = ['roles/owner', 'roles/editor', 'roles/viewer']

/** Whoever may act as every service account of a project (folder, organization): by making their tokens or signatures, or by putting them on a workload. */
export const gcpPrincipalTokenCreatorAtProject = detection({
  id: 'gcp-principal-token-creator-at-project', cloud: 'gcp',
  title: 'May act as every service account of a project',
  why: 'Granted on a project instead of one service account, Service Account Token Creator or User makes its holder as powerful as the strongest service account there, now and for all that come later.',
  likelihood: 3, impact: 3,
  readsWith: ['resourcemanager.projects.getIamPolicy', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.organizations.getIamPolicy', 'iam.roles.get', 'iam.denypolicies.list', 'iam.denypolicies.get', 'iam.serviceAccounts.list'],
  fixedBy: ['remove-policy-binding'],
  frameworks: [{ framework: 'CIS GCP 3.0', control: '1.6' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }, { framework: 'NIST 800-53 r5', control: 'AC-6(10)' }, { framework: 'MCSB v1', control: 'PA-7' }],
  blindSpots: ['Owner and Editor, which `gcp-principal-basic-role` judges', 'members of a group that holds the role: the group is the subject', 'organization policies that switch impersonation off'],
  source: 'https://cloud.google.com/iam/docs/service-account-permissions',
  options: {},
  subjects: (estate) => containerSites(estate).flatMap((site) => holdingsAt(estate, site, (member) => ['user', 'service-account', 'group', 'domain', 'federated'].includes(parseMember(member)?.kind ?? ''))),
  identify: identifyHolding,
  judge: (holding: Holding, _options, estate) => (holding.member === null ? judgeUnreadPolicy(holding) ?? pass : judgeMember(holding, holding.member, estate)),
})

function judgeMember({ site, bindings }: Holding, member: string, estate: Estate): Judgement {
  const own = bindings.filter(({ role, condition }) => !basic.includes(role) && (condition === null || !isForNamedResources(condition)))
  const unread: Gap[] = []
  const giving = own.filter(({ role }) => impersonation.some((permission) => {
    const has = roleHas(estate.gcp, role, permission)
    if (has !== true && has !== false) unread.push(has)
    return has === true
  }))
  if (giving.length === 0) return unread.length === 0 ? pass : cannotTell(`whether \`${member}\` may act as service accounts of \`${site.resource}\` is open: ${reasonOf(unread)}`, unread.slice(0, 1))
  if (isAgentMember(member)) return notApplicable('the role was given by Google to an agent of its own, which nobody can sign in as')
  if (serviceAccountOf(estate, member)?.isDisabled === true) return notApplicable('the service account is disabled')
  const verdicts = impersonation.filter((permission) => giving.some(({ role }) => roleHas(estate.gcp, role, permission) === true))
    .map((permission) => ({ permission, verdict: evaluateGcp(estate.gcp, { member, permission, resource: site.resource, at: estate.asOf }) }))
  const held = verdicts.filter(({ verdict }) => verdict.kind === 'allowed' || verdict.kind === 'conditional')
  if (held.length === 0) return pass // because a deny policy takes every one of them off
  const gaps = held.flatMap(({ verdict }) => (verdict.kind === 'allowed' ? verdict.unread : []))
  const certainty = held.every(({ verdict }) => verdict.kind === 'conditional') ? 'conditional' : gaps.length > 0 ? 'assumed' : 'certain'
  const permissions = held.map(({ permission }) => permission)
  const isUserOnly = permissions.every((permission) => permission.endsWith('.actAs'))
  const evidence = { permissions, scope: site.kind, roles: giving.map(({ role }) => role), bindings: bindingEvidence(estate, site.resource, member, giving) }
  return violation(`\`${member}\` may act as every service account of \`${site.resource}\``, evidence, certainty, { likelihood: isUserOnly ? 2 : 3, impact: site.kind === 'project' ? 3 : 4, unread: gaps.slice(0, 5) })
}
