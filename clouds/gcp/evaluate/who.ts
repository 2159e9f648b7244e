import type { GcpEstate } from '../../../model/gcp.ts'
import type { Gap } from '../../../model/known.ts'
import { canonicalMember, parseMember } from '../member.ts'

/** Every member string by which policies may mean one principal. `maybe`: groups whose members were not all read, so that it may be in them. */
export type Who = { readonly member: string; readonly ids: ReadonlySet<string>; readonly maybe: ReadonlyMap<string, Gap> }

/** `known`: every group that an answer names; `around`: which groups a member is in directly; `unread`: groups that have a gap, and all that contain one. */
type Groups = { readonly known: ReadonlySet<string>; readonly around: ReadonlyMap<string, readonly string[]>; readonly unread: ReadonlyMap<string, Gap> }
// because every question of an estate walks the same groups
const indexes = new WeakMap<GcpEstate, Groups>()

/** `member` itself, the groups that it is in (also through others), its domain, and everybody. A deleted member is only itself. */
export function whoIs(estate: GcpEstate, member: string): Who {
  const own = canonicalMember(member)
  const parsed = parseMember(own)
  if (parsed === null || parsed.isDeleted || parsed.kind === 'everyone') {
    const isAuthenticated = own === 'allAuthenticatedUsers'
    return { member: own, ids: new Set(isAuthenticated ? [own, 'allUsers'] : [own]), maybe: new Map() }
  }
  const { around, unread } = groupsOf(estate)
  const ids = new Set([own, 'allUsers', 'allAuthenticatedUsers'])
  const domain = parsed.kind === 'user' || parsed.kind === 'group' ? parsed.id.split('@')[1] : undefined
  if (domain !== undefined) ids.add(`domain:${domain}`)
  const queue = [own]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const group of around.get(next) ?? []) if (!ids.has(group)) { ids.add(group); queue.push(group) }
  }
  return { member: own, ids, maybe: [...unread.keys()].some((group) => ids.has(group)) ? new Map([...unread].filter(([group]) => !ids.has(group))) : unread }
}

function groupsOf(estate: GcpEstate): Groups {
  const kept = indexes.get(estate)
  if (kept !== undefined) return kept
  const around = new Map<string, string[]>()
  const unread = new Map<string, Gap>()
  for (const { email, members } of estate.groups) {
    const group = `group:${email}`
    if (members.gaps[0] !== undefined) unread.set(group, members.gaps[0])
    for (const inside of members.values.map(canonicalMember)) {
      const groups = around.get(inside)
      if (groups === undefined) around.set(inside, [group])
      else groups.push(group)
    }
  }
  const queue = [...unread]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [group, gap] = next
    for (const outer of around.get(group) ?? []) if (!unread.has(outer)) { unread.set(outer, gap); queue.push([outer, gap]) }
  }
  const groups = { known: new Set(estate.groups.map(({ email }) => `group:${email}`)), around, unread }
  indexes.set(estate, groups)
  return groups
}

/** `yes`, `no`, or the gap that leaves it open. A group that no answer names may contain anybody. */
export function isAmong({ ids, maybe }: Who, members: readonly string[], estate: GcpEstate): 'yes' | 'no' | Gap {
  const named = members.map(canonicalMember)
  if (named.some((member) => ids.has(member))) return 'yes'
  const { known } = groupsOf(estate)
  for (const member of named) {
    const gap = maybe.get(member)
    if (gap !== undefined) return gap
    if (member.startsWith('group:') && !known.has(member)) return { what: `members of ${member}`, why: 'not-exported', reason: `the members of \`${member}\` were not exported` }
  }
  return 'no'
}
