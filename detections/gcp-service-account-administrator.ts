import { type AccountSite, administratorPermissionsAt, administratorSites, administratorVerdict, bindingEvidence, canonicalMember, grantsAtSite, isAgentMember, reasonOf } from '../analysis/gcp-access.ts'
import { cannotTell, detection, notApplicable, pass, violation } from '../model/detection.ts'

/** Service accounts that may change who may do what on a project, folder or organization, by Owner or by any other role that has the permission. */
export const gcpServiceAccountAdministrator = detection({
  id: 'gcp-service-account-administrator', cloud: 'gcp',
  title: 'Service account is an administrator',
  why: 'Whoever holds a key of it, or may act as it, can grant any role to anybody. No second factor stands before a service account, and its keys travel.',
  likelihood: 3, impact: 4,
  readsWith: ['resourcemanager.projects.getIamPolicy', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.organizations.getIamPolicy', 'iam.roles.get', 'iam.serviceAccounts.list', 'iam.denypolicies.list', 'iam.denypolicies.get'],
  fixedBy: ['remove-policy-binding'],
  frameworks: [{ framework: 'CIS GCP 3.0', control: '1.5' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }, { framework: 'MCSB v1', control: 'PA-1' }],
  blindSpots: ['service accounts that can only become administrator in several steps', 'principal access boundaries'],
  source: 'https://cloud.google.com/iam/docs/best-practices-service-accounts',
  options: {},
  subjects: administratorSites,
  identify: ({ member, account, site }, estate) => ({ id: account?.uniqueId ?? member, part: site.resource, principal: member, resource: site.resource, account: site.account,
    observedAt: [site.policy.kind === 'unreadable' ? estate.asOf : site.policy.observedAt, account?.observedAt ?? estate.asOf].sort()[0] ?? estate.asOf }),
  judge({ member, account, site }: AccountSite, _options, estate) {
    if (account?.isDisabled === true) return notApplicable('the service account is disabled')
    const verdict = administratorVerdict(estate.gcp, { member, resource: site.resource, at: estate.asOf })
    if (verdict.kind === 'denied') return pass
    if (verdict.kind === 'unknown') return cannotTell(`whether \`${member}\` administers \`${site.resource}\` is open: ${reasonOf(verdict.missing)}`, verdict.missing.slice(0, 5))
    if (isAgentMember(member)) return notApplicable('the role was given by Google to an agent of its own, which nobody can sign in as')
    const grants = administratorPermissionsAt(site.resource).flatMap((permission) => grantsAtSite(estate, member, permission, site.resource))
    const bindings = [...new Set(grants.map(({ binding }) => binding))]
    const through = [...new Set(grants.flatMap(({ via }) => via.map(canonicalMember)))]
    const evidence = {
      scope: site.kind, because: verdict.because.map(({ policy, statement }) => ({ policy, role: statement })), through,
      bindings: bindings.flatMap((binding) => through.filter((id) => binding.members.map(canonicalMember).includes(id)).flatMap((id) => bindingEvidence(estate, site.resource, id, [binding]))),
    }
    const certainty = verdict.kind === 'conditional' ? 'conditional' : verdict.unread.length > 0 ? 'assumed' : 'certain'
    return violation(`\`${member}\` is an administrator of \`${site.resource}\``, evidence, certainty, { unread: verdict.unread.slice(0, 5), likelihood: account !== null && account.keys.values.some(({ kind, isDisabled }) => kind === 'user-managed' && !isDisabled) ? 4 : 3 })
  },
})
