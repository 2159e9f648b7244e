import { administratorPermissions, grantsOf, holdsAt, lineageOf, roleHas, whoIs } from '../clouds/gcp/evaluate/index.ts'
import { canonicalMember, isGoogleAgent, parseMember, serviceAccountMember } from '../clouds/gcp/member.ts'
import { cannotTell, type Judgement, type Subject } from '../model/detection.ts'
import type { Estate } from '../model/estate.ts'
import type { GcpBinding, GcpContainer, GcpPolicy, GcpResource, GcpServiceAccount } from '../model/gcp.ts'
import type { Gap, Known } from '../model/known.ts'
import type { JsonObject } from '../model/json.ts'

export { administratorPermissions as administratorPermissionsAt, administratorVerdict, evaluateGcp, grantsAdministrator, grantsOf, holdsAt, isForNamedResources, roleHas, whoIs } from '../clouds/gcp/evaluate/index.ts'
export { canonicalMember, isGoogleAgent, parseMember, serviceAccountMember } from '../clouds/gcp/member.ts'

/** Where an allow policy stands: a container (`projects/acme-prod`) or a resource in one (`//storage…`). `account`: the project id, else the name of the folder or organization. */
export type Site = { readonly resource: string; readonly kind: string; readonly account: string; readonly policy: Known<GcpPolicy> }
/** One member with its own bindings at one site; `member` null where the policy could not be read. `bindings` whose time is over are left out. */
export type Holding = { readonly site: Site; readonly member: string | null; readonly bindings: readonly GcpBinding[] }

/** Organizations, folders, projects. */
export const containerSites = ({ gcp }: Estate): readonly Site[] => [...gcp.organizations, ...gcp.folders, ...gcp.accounts].map(siteOf)
const siteOf = ({ name, kind, policy }: GcpContainer): Site => ({ resource: name, kind, account: accountOf(name), policy })
/** What lies in containers and has a policy of its own. */
export const resourceSites = ({ gcp }: Estate): readonly Site[] => gcp.resources.values.map(({ name, kind, container, policy }: GcpResource) => ({ resource: name, kind, account: accountOf(container), policy }))

export const accountOf = (container: string): string => container.replace(/^projects\//, '')

/** Every member that the site's policy names itself and that `isWanted`, once, sorted; deleted members hold nothing. An unread policy is one holding without a member. */
export function holdingsAt(estate: Estate, site: Site, isWanted: (member: string) => boolean): readonly Holding[] {
  if (site.policy.kind === 'unreadable') return [{ site, member: null, bindings: [] }]
  if (site.policy.kind === 'absent') return []
  const byMember = new Map<string, GcpBinding[]>()
  for (const binding of site.policy.value.bindings) {
    if (binding.condition !== null && holdsAt(binding.condition, estate.asOf) === false) continue
    for (const member of new Set(binding.members.map(canonicalMember))) {
      if (parseMember(member)?.isDeleted === false && isWanted(member)) byMember.set(member, [...(byMember.get(member) ?? []), binding])
    }
  }
  return [...byMember].sort(([a], [b]) => (a < b ? -1 : 1)).map(([member, bindings]) => ({ site, member, bindings }))
}

/** A holding as the subject of a judgement: the member's immutable id and, as part, where it is granted. */
export function identifyHolding({ site, member }: Holding, estate: Estate): Subject {
  const observedAt = site.policy.kind === 'unreadable' ? estate.asOf : site.policy.observedAt
  const id = member === null ? site.resource : serviceAccountOf(estate, member)?.uniqueId ?? member
  return { id, part: member === null ? '' : site.resource, principal: member, resource: site.resource, account: site.account, observedAt }
}

/** The unknown that an unread policy is; null where it was read. */
export function judgeUnreadPolicy({ site }: Holding): Judgement | null {
  return site.policy.kind === 'unreadable' ? cannotTell(`the allow policy of \`${site.resource}\` was not read: ${site.policy.reason}`, [{ what: `iam-policy of ${site.resource}`, why: site.policy.why, reason: site.policy.reason }]) : null
}

export function serviceAccountOf({ gcp }: Estate, member: string): GcpServiceAccount | null {
  const email = parseMember(member)
  return email?.kind === 'service-account' ? gcp.accounts.flatMap(({ serviceAccounts }) => serviceAccounts.values).find((account) => account.email === email.id) ?? null : null
}
export const isAgentMember = (member: string): boolean => { const parsed = parseMember(member); return parsed?.kind === 'service-account' && isGoogleAgent(parsed.id) }

/** Bindings as findings carry them and `remove-policy-binding` reads them: `member` is the one to take out. */
export const bindingEvidence = (estate: Estate, resource: string, member: string, bindings: readonly GcpBinding[]): readonly JsonObject[] => bindings.map((binding) => ({
  resource, role: binding.role, member: binding.members.find((text) => canonicalMember(text) === member) ?? member,
  condition: binding.condition === null ? null : { title: binding.condition.title, expression: binding.condition.expression, description: binding.condition.description },
  permissions: ['resourcemanager.projects.setIamPolicy', ...impersonation].filter((permission) => roleHas(estate.gcp, binding.role, permission) === true),
}))

/** What lets somebody act as a service account of the project: by a credential of it, or by putting it on a workload of their own. */
export const impersonation: readonly string[] = ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken', 'iam.serviceAccounts.signBlob', 'iam.serviceAccounts.signJwt', 'iam.serviceAccounts.implicitDelegation', 'iam.serviceAccounts.actAs']

/** A service account and where an administrator's permission is granted to it (itself or through a group); at its own project where it is granted none. */
export type AccountSite = { readonly member: string; readonly account: GcpServiceAccount | null; readonly site: Site }

export function administratorSites(estate: Estate): readonly AccountSite[] {
  const known = new Map(estate.gcp.accounts.flatMap(({ serviceAccounts }) => serviceAccounts.values).map((account) => [serviceAccountMember(account.email), account]))
  const sites = containerSites(estate)
  const granted = new Map<string, AccountSite[]>()
  for (const site of sites) {
    for (const member of accountsGrantedAt(estate, site)) granted.set(member, [...(granted.get(member) ?? []), { member, account: known.get(member) ?? null, site }])
  }
  const others = [...known].flatMap(([member, account]) => {
    const site = sites.find(({ resource }) => resource === account.project)
    return granted.has(member) || site === undefined ? [] : [{ member, account, site }]
  })
  return [...[...granted.values()].flat(), ...others]
}

/** The service accounts that bindings of the site's own policy may make administrators. */
function accountsGrantedAt(estate: Estate, site: Site): readonly string[] {
  if (site.policy.kind !== 'present') return []
  const members = site.policy.value.bindings.filter(({ role }) => administratorPermissions(site.resource).some((permission) => roleHas(estate.gcp, role, permission) === true))
    .flatMap((binding) => binding.members.map(canonicalMember))
  const isAccount = (member: string): boolean => { const parsed = parseMember(member); return parsed?.kind === 'service-account' && !parsed.isDeleted }
  return [...withGroupMembers(estate, members)].filter(isAccount).sort()
}

/** The members and, of the groups among them, everybody who is known to be in them. */
export function withGroupMembers(estate: Estate, members: readonly string[]): ReadonlySet<string> {
  const all = new Set(members)
  for (const member of all) for (const { email, members: inside } of estate.gcp.groups) if (member === `group:${email}`) for (const each of inside.values) all.add(canonicalMember(each))
  return all
}

export type OneBinding = { readonly resource: string; readonly role: string; readonly member: string; readonly hasCondition: boolean }
/** Through whom some person is surely an administrator of the container, without end, when `without` is gone; null = nobody. Service accounts, anonymous callers and groups without a known person do not count. */
export function remainingAdministrator(estate: Estate, container: string, without: OneBinding): string | null {
  for (const { name, policy } of lineageOf(estate.gcp, container).containers) {
    if (policy.kind !== 'present') continue
    for (const { role, members, condition } of policy.value.bindings) {
      if (condition !== null || !administratorPermissions(container).some((permission) => roleHas(estate.gcp, role, permission) === true)) continue
      const isGone = (member: string): boolean => !without.hasCondition && name === without.resource && role === without.role && member === canonicalMember(without.member)
      const found = members.map(canonicalMember).find((member) => !isGone(member) && mayAdminister(estate, member))
      if (found !== undefined) return found
    }
  }
  return null
}
const mayAdminister = (estate: Estate, member: string): boolean => [...withGroupMembers(estate, [member])].some((each) => { const parsed = parseMember(each); return parsed !== null && !parsed.isDeleted && (parsed.kind === 'user' || parsed.kind === 'federated') })

/** The bindings of one site that give `permission` to `member`, with the members through which. */
export function grantsAtSite(estate: Estate, member: string, permission: string, resource: string): ReturnType<typeof grantsOf>['grants'] {
  return grantsOf(estate.gcp, whoIs(estate.gcp, member), { permission, resource, at: estate.asOf }).grants.filter((grant) => grant.resource === resource)
}
export const reasonOf = (gaps: readonly Gap[]): string => gaps[0]?.reason ?? 'something above was not read'
