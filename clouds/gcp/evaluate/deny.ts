import type { GcpDenyPolicy, GcpDenyRule, GcpEstate } from '../../../model/gcp.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Gap } from '../../../model/known.ts'
import type { Source } from '../../../model/verdict.ts'
import { canonicalMember, parseMember } from '../member.ts'
import { lastSegment } from '../resource-name.ts'
import { holdsAt } from './condition.ts'
import { lineageOf } from './lineage.ts'
import { isAmong, type Who } from './who.ts'

/** What the deny policies above a resource do to one permission of one principal. */
export type Denial = { readonly explicit: readonly Source[]; readonly conditional: readonly { readonly source: Source; readonly when: string }[]; readonly unread: readonly Gap[] }

/** Of the container around `resource` and of everything above it: deny policies hang on containers only. */
export function denialOf(estate: GcpEstate, who: Who, { permission, resource, at }: { readonly permission: string; readonly resource: string; readonly at: Instant | null }): Denial {
  const explicit: Source[] = []
  const conditional: { source: Source; when: string }[] = []
  const unread: Gap[] = []
  const { containers, gap } = lineageOf(estate, resource)
  if (gap !== null) unread.push(gap)
  for (const { denyPolicies } of containers) {
    unread.push(...denyPolicies.gaps)
    for (const policy of denyPolicies.values) {
      if (policy.rules.kind !== 'present') {
        if (policy.rules.kind === 'unreadable') unread.push({ what: policy.name, why: policy.rules.why, reason: policy.rules.reason })
        continue
      }
      policy.rules.value.forEach((rule, index) => {
        const held = holds(estate, rule, who, permission)
        const source = sourceOf(policy, index)
        const isHeld = rule.condition === null || holdsAt(rule.condition, at)
        if (held === 'no' || isHeld === false) return
        if (held !== 'yes') unread.push(held)
        else if (rule.condition === null || isHeld === true) explicit.push(source)
        else conditional.push({ source, when: `not (${rule.condition.expression})` })
      })
    }
  }
  return { explicit, conditional, unread }
}

const sourceOf = ({ name }: GcpDenyPolicy, index: number): Source => ({ policy: name, statement: `${lastSegment(name)}#${index}` })

function holds(estate: GcpEstate, rule: GcpDenyRule, who: Who, permission: string): 'yes' | 'no' | Gap {
  const named = denyNameOf(permission)
  if (!rule.deniedPermissions.some((pattern) => matches(pattern, named)) || rule.exceptionPermissions.some((pattern) => matches(pattern, named))) return 'no'
  const denied = isAmong(who, rule.deniedPrincipals.map((id) => memberOfPrincipal(estate, id)), estate)
  const excepted = isAmong(who, rule.exceptionPrincipals.map((id) => memberOfPrincipal(estate, id)), estate)
  if (denied === 'no' || excepted === 'yes') return 'no'
  return denied === 'yes' ? (excepted === 'no' ? 'yes' : excepted) : denied
}

/** `resourcemanager.projects.setIamPolicy` as deny policies write it: `cloudresourcemanager.googleapis.com/projects.setIamPolicy`. */
export function denyNameOf(permission: string): string {
  const dot = permission.indexOf('.')
  const service = permission.slice(0, dot)
  return `${service === 'resourcemanager' ? 'cloudresourcemanager' : service}.googleapis.com/${permission.slice(dot + 1)}`
}

/** Permission groups: `<service>/*`, `<service>/*.*`, `<service>/<resource>.*`, `<service>/*.<verb>`. */
function matches(pattern: string, named: string): boolean {
  const [service, rest = ''] = pattern.split('/')
  const [namedService, namedRest = ''] = named.split('/')
  if (service !== namedService) return false
  if (rest === '*' || rest === namedRest) return true
  const dot = namedRest.lastIndexOf('.')
  const patternDot = rest.lastIndexOf('.')
  const fits = (part: string, value: string): boolean => part === '*' || part === value
  return patternDot > 0 && fits(rest.slice(0, patternDot), namedRest.slice(0, dot)) && fits(rest.slice(patternDot + 1), namedRest.slice(dot + 1))
}

/** A principal identifier of deny policies as the member string that allow policies use; itself where there is none. @see https://cloud.google.com/iam/docs/principal-identifiers#v2 */
export function memberOfPrincipal(estate: GcpEstate, id: string): string {
  if (id === 'principalSet://goog/public:all') return 'allUsers'
  const match = /^(principal:\/\/goog\/subject\/|principalSet:\/\/goog\/group\/|principalSet:\/\/goog\/cloudIdentityCustomerId\/|principal:\/\/iam\.googleapis\.com\/projects\/-\/serviceAccounts\/|deleted:)(.+)$/.exec(id)
  const rest = match?.[2] ?? ''
  switch (match?.[1]) {
    case 'principal://goog/subject/': return canonicalMember(`user:${rest}`)
    case 'principalSet://goog/group/': return canonicalMember(`group:${rest}`)
    case 'principal://iam.googleapis.com/projects/-/serviceAccounts/': return canonicalMember(`serviceAccount:${rest}`)
    case 'principalSet://goog/cloudIdentityCustomerId/': return domainOfCustomer(estate, rest) ?? id
    default: return id
  }
}

/** The directory of an organization is everybody of its domain, which is the organization's name. */
function domainOfCustomer(estate: GcpEstate, customer: string): string | null {
  const domain = estate.organizations.find(({ customerId }) => customerId === customer)?.displayName
  return domain?.includes('.') === true && parseMember(`domain:${domain}`) !== null ? canonicalMember(`domain:${domain}`) : null
}
