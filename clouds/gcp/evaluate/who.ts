import type { GcpEstate } from '../../../model/gcp.ts'
import type { Gap } from '../../../model/known.ts'
import { canonicalMember, parseMember } from '../member.ts'

/** Every member string by which policies may mean one principal. `maybe`: groups whose members were not all read, so that it may be in them. */
export type Who = { readonly member: string; readonly ids: ReadonlySet<string>; readonly maybe: ReadonlyMap<string, Gap> }

/** `member` itself, the groups that it is in (also through others), its domain, and everybody. A deleted member is only itself. */
export function whoIs(estate: GcpEstate, member: string): Who {
  const own = canonicalMember(member)
  const parsed = parseMember(own)
  if (parsed === null || parsed.isDeleted || parsed.kind === 'everyone') {
    const isAuthenticated = own === 'allAuthenticatedUsers'
    return { member: own, ids: new Set(isAuthenticated ? [own, 'allUsers'] : [own]), maybe: new Map() }
  }
  const ids = new Set([own, 'allUsers', 'allAuthenticatedUsers'])
  const domain = parsed.kind === 'user' || parsed.kind === 'group' ? parsed.id.split('@')[1] : undefined
  if (domain !== undefined) ids.add(`domain:${domain}`)
  const containing = new Map<string, string[]>()
  for (const group of estate.groups) for (const inside of group.members.values) containing.set(canonicalMember(inside), [...(containing.get(canonicalMember(inside)) ?? []), `group:${group.email}`])
  const queue = [own]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const group of containing.get(next) ?? []) if (!ids.has(group)) { ids.add(group); queue.push(group) }
  }
  return { member: own, ids, maybe: unreadGroups(estate, ids) }
}

/** Groups that have a gap, and all that contain one. */
function unreadGroups(estate: GcpEstate, ids: ReadonlySet<string>): ReadonlyMap<string, Gap> {
  const maybe = new Map<string, Gap>()
  for (const { email, members } of estate.groups) if (members.gaps[0] !== undefined) maybe.set(`group:${email}`, members.gaps[0])
  for (let before = -1; before !== maybe.size;) {
    before = maybe.size
    for (const { email, members } of estate.groups) {
      const gap = members.values.map((inside) => maybe.get(inside)).find((found) => found !== undefined)
      if (gap !== undefined) maybe.set(`group:${email}`, gap)
    }
  }
  for (const id of ids) maybe.delete(id)
  return maybe
}

/** `yes`, `no`, or the gap that leaves it open. A group that no answer names may contain anybody. */
export function isAmong({ ids, maybe }: Who, members: readonly string[], estate: GcpEstate): 'yes' | 'no' | Gap {
  const named = members.map(canonicalMember)
  if (named.some((member) => ids.has(member))) return 'yes'
  for (const member of named) {
    const gap = maybe.get(member)
    if (gap !== undefined) return gap
    const parsed = parseMember(member)
    if (parsed?.kind === 'group' && !parsed.isDeleted && !estate.groups.some(({ email }) => email === parsed.id)) return { what: `members of ${member}`, why: 'not-exported', reason: `the members of \`${member}\` were not exported` }
  }
  return 'no'
}
