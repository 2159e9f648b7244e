import { bindingEvidence, containerSites, holdsAt, isForNamedResources, resourceSites, roleHas, type Site } from '../analysis/gcp-access.ts'
import { cannotTell, detection, type Impact, pass, violation } from '../model/detection.ts'
import type { Estate } from '../model/estate.ts'
import type { GcpBinding } from '../model/gcp.ts'

const everybody: readonly string[] = ['allUsers', 'allAuthenticatedUsers']

/** Projects, folders, organizations and resources whose allow policy gives a role to everybody on the internet, or to everybody with any Google account. */
export const gcpResourcePublicPrincipal = detection({
  id: 'gcp-resource-public-principal', cloud: 'gcp',
  title: 'Open to everybody',
  why: '`allUsers` is anybody without signing in, `allAuthenticatedUsers` anybody with any Google account, not only those of your organization. What they may read is public, what they may write is lost.',
  likelihood: 4, impact: 3,
  readsWith: ['cloudasset.assets.searchAllIamPolicies', 'resourcemanager.projects.getIamPolicy', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.organizations.getIamPolicy', 'iam.roles.get'],
  fixedBy: ['remove-policy-binding'],
  frameworks: [{ framework: 'CIS GCP 3.0', control: '5.1' }, { framework: 'CIS GCP 3.0', control: '7.1' }, { framework: 'NIST 800-53 r5', control: 'AC-3' }, { framework: 'NIST 800-53 r5', control: 'AC-14' }, { framework: 'MCSB v1', control: 'PA-7' }],
  blindSpots: ['access control lists of buckets and objects', 'resources whose policies the asset inventory does not list', 'public links and signed URLs'],
  source: 'https://cloud.google.com/iam/docs/principals-overview#all-users',
  options: {},
  subjects: (estate) => [...containerSites(estate), ...resourceSites(estate)],
  identify: ({ resource, account, policy }, estate) => ({ id: resource, part: '', principal: null, resource, account, observedAt: policy.kind === 'unreadable' ? estate.asOf : policy.observedAt }),
  judge(site: Site, _options, estate) {
    const { policy, resource } = site
    if (policy.kind === 'unreadable') return cannotTell(`the allow policy of \`${resource}\` was not read: ${policy.reason}`, [{ what: `iam-policy of ${resource}`, why: policy.why, reason: policy.reason }])
    const open = policy.kind === 'absent' ? [] : policy.value.bindings.filter(({ members, condition }) => members.some((member) => everybody.includes(member)) && (condition === null || holdsAt(condition, estate.asOf) !== false))
    if (open.length === 0) return pass
    const who = open.some(({ members }) => members.includes('allUsers')) ? 'everybody on the internet' : 'everybody with a Google account'
    const evidence = { scope: site.kind, bindings: open.flatMap((binding) => binding.members.filter((member) => everybody.includes(member)).flatMap((member) => bindingEvidence(estate, resource, member, [binding]))) }
    const summary = `\`${resource}\` gives ${open.map(({ role }) => `\`${role}\``).join(', ')} to ${who}`
    if (open.every(({ condition }) => condition !== null)) return violation(summary, evidence, 'conditional', { impact: impactOf(estate, site, open) })
    const guard = { what: `public access prevention of ${resource}`, why: 'not-exported', reason: 'the setting that would keep the bucket private was not exported' } as const
    return site.kind === 'storage.googleapis.com/Bucket' ? violation(summary, evidence, 'assumed', { impact: impactOf(estate, site, open), unread: [guard] }) : violation(summary, evidence, 'certain', { impact: impactOf(estate, site, open) })
  },
})

// because a service that may be called is often meant to be called, a role that may change something never is
const callsOnly = ['run.routes.invoke', 'cloudfunctions.functions.invoke']
function impactOf(estate: Estate, site: Site, open: readonly GcpBinding[]): Impact {
  const roles = open.filter(({ condition }) => condition === null || !isForNamedResources(condition)).map(({ role }) => role)
  const permissions = estate.gcp.roles.values.filter(({ name }) => roles.includes(name)).flatMap((role) => role.permissions)
  const mayChange = permissions.some((permission) => /\.(create|update|delete|set[A-Z]\w*|actAs|getAccessToken|signBlob|signJwt)$/.test(permission))
  const isBasic = roles.some((role) => ['roles/owner', 'roles/editor'].includes(role))
  if (mayChange || isBasic || (site.kind === 'project' || site.kind === 'folder' || site.kind === 'organization')) return 4
  return roles.length > 0 && roles.every((role) => callsOnly.some((permission) => roleHas(estate.gcp, role, permission) === true)) ? 2 : 3
}
