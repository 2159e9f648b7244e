import type { GcpBinding, GcpEstate, GcpPolicy } from '../../../model/gcp.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Gap, Known } from '../../../model/known.ts'
import type { Source, Verdict } from '../../../model/verdict.ts'
import { fullNameOf, parseContainer } from '../resource-name.ts'
import { holdsAt } from './condition.ts'
import { denialOf } from './deny.ts'
import { lineageOf } from './lineage.ts'
import { roleHas } from './role.ts'
import { isAmong, type Who, whoIs } from './who.ts'

export { containerNamed, lineageOf } from './lineage.ts'
export { holdsAt, isForNamedResources } from './condition.ts'
export { roleHas } from './role.ts'
export { whoIs } from './who.ts'

/** May `member` use `permission` on `resource` (a container, or a full resource name)? `at` decides time limits; null leaves them open. */
export type GcpQuestion = { readonly member: string; readonly permission: string; readonly resource: string; readonly at: Instant | null }
/** One binding that gives a permission: where it stands (a container or a full resource name) and through which of its members. */
export type Grant = { readonly resource: string; readonly binding: GcpBinding; readonly via: readonly string[] }
/** Every binding that gives it, and what could hold another one but was not read. */
export type Grants = { readonly grants: readonly Grant[]; readonly missing: readonly Gap[] }

/**
 * The answer to the question, with its reasons. Pure.
 *
 * Covers: allow policies of the resource and of everything above it; roles by their included permissions (basic roles that were not exported by their
 * definition); groups in groups; domains; `allUsers`; conditions (time limits are decided, else the answer is *conditional* with the expression); deny policies with exceptions and permission groups.
 * Does not cover: principal access boundaries; the value of a condition other than of time; `projectOwner:` and its like in policies of buckets; deny policies on
 * federated principal sets other than by the same string; organization policies.
 */
export function evaluateGcp(estate: GcpEstate, question: GcpQuestion): Verdict {
  const who = whoIs(estate, question.member)
  const { grants, missing } = grantsOf(estate, who, question)
  const denial = denialOf(estate, who, question)
  if (denial.explicit.length > 0) return { kind: 'denied', how: 'explicit', by: denial.explicit }
  const because = (some: readonly Grant[]): readonly Source[] => some.map(({ resource: policy, binding }) => ({ policy, statement: binding.role }))
  const certain = grants.filter(({ binding }) => binding.condition === null || holdsAt(binding.condition, question.at) === true)
  const exceptions = denial.conditional.map(({ when }) => when)
  if (certain.length > 0 && exceptions.length === 0) return { kind: 'allowed', because: because(certain), unread: denial.unread }
  if (certain.length > 0) return { kind: 'conditional', because: because(certain), when: exceptions, unread: denial.unread }
  if (grants.length > 0) return { kind: 'conditional', because: because(grants), when: [...new Set([...grants.flatMap(({ binding }) => binding.condition?.expression ?? []), ...exceptions])], unread: [...missing, ...denial.unread] }
  return missing.length > 0 ? { kind: 'unknown', missing } : { kind: 'denied', how: 'implicit', by: [] }
}

/** The bindings on the resource and above it that give the permission to `who`, nearest first, without those whose time is over. */
export function grantsOf(estate: GcpEstate, who: Who, { permission, resource, at }: Omit<GcpQuestion, 'member'>): Grants {
  const grants: Grant[] = []
  const missing: Gap[] = []
  const { containers, gap } = lineageOf(estate, resource)
  if (gap !== null) missing.push(gap)
  const own = resource.startsWith('//') && !containers.some(({ name }) => fullNameOf(name) === resource) ? [{ name: resource, policy: ownPolicy(estate, resource) }] : []
  for (const { name, policy } of [...own, ...containers]) {
    if (policy.kind === 'unreadable') missing.push({ what: `iam-policy of ${name}`, why: policy.why, reason: policy.reason })
    if (policy.kind !== 'present') continue
    const found = grantsIn(estate, who, permission, liveAt(policy.value, at))
    grants.push(...found.grants.map((grant) => ({ ...grant, resource: name })))
    missing.push(...found.missing)
  }
  return { grants, missing }
}

function grantsIn(estate: GcpEstate, who: Who, permission: string, policy: GcpPolicy): { grants: readonly Omit<Grant, 'resource'>[]; missing: readonly Gap[] } {
  const grants: Omit<Grant, 'resource'>[] = []
  const missing: Gap[] = []
  for (const binding of policy.bindings) {
    const has = roleHas(estate, binding.role, permission)
    if (has === false) continue
    const among = isAmong(who, binding.members, estate)
    if (among === 'no') continue
    if (has !== true) missing.push(has)
    else if (among !== 'yes') missing.push(among)
    else grants.push({ binding, via: binding.members.filter((member) => isAmong(who, [member], estate) === 'yes') })
  }
  return { grants, missing }
}

const liveAt = ({ bindings }: GcpPolicy, at: Instant | null): GcpPolicy => ({ bindings: bindings.filter(({ condition }) => condition === null || holdsAt(condition, at) !== false) })

function ownPolicy(estate: GcpEstate, resource: string): Known<GcpPolicy> {
  const found = estate.resources.values.find(({ name }) => name === resource)
  if (found !== undefined) return found.policy
  const gap = estate.resources.gaps[0]
  // because the search of all policies lists only what has one: not in a complete list = none
  return gap === undefined ? { kind: 'absent', observedAt: estate.resources.observedAt } : { kind: 'unreadable', why: gap.why, reason: gap.reason }
}

/** The permissions that make an administrator of a container: to change who may do what on it, or on every project below. */
export function administratorPermissions(container: string): readonly string[] {
  const kind = parseContainer(container)?.kind
  const own = kind === 'organization' ? ['resourcemanager.organizations.setIamPolicy'] : kind === 'folder' ? ['resourcemanager.folders.setIamPolicy'] : []
  return [...own, 'resourcemanager.projects.setIamPolicy']
}

const strength: Record<Verdict['kind'], number> = { allowed: 3, conditional: 2, unknown: 1, denied: 0 }
/** Is `member` an administrator of the container `resource` (CONTRACTS §4)? The strongest answer over its administrator permissions. */
export function administratorVerdict(estate: GcpEstate, { member, resource, at }: Omit<GcpQuestion, 'permission'>): Verdict {
  const verdicts = administratorPermissions(resource).map((permission) => evaluateGcp(estate, { member, permission, resource, at }))
  return verdicts.reduce((best, next) => (strength[next.kind] > strength[best.kind] ? next : best))
}

/** Does the role by itself make an administrator of the container that it is granted on? */
export function grantsAdministrator(estate: GcpEstate, role: string, container: string): boolean | Gap {
  const answers = administratorPermissions(container).map((permission) => roleHas(estate, role, permission))
  return answers.includes(true) ? true : answers.find((answer) => answer !== true && answer !== false) ?? false
}
