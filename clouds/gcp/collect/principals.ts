import type { GcpEstate } from '../../../model/gcp.ts'
import type { Principal } from '../../../model/principal.ts'
import { canonicalMember, parseMember, principalKindOf, serviceAccountMember } from '../member.ts'

/**
 * Every principal that the estate names: service accounts, groups with their members, and whoever is in an allow policy, each once. `account` of a service
 * account is its project; everybody else belongs to the organization's directory or to nobody, and has the first container that names them.
 * `subjectId`: the unique id of a service account, the uid of a deleted member, else the member string.
 */
export function principalsOfGcp(estate: GcpEstate): readonly Principal[] {
  const principals = new Map<string, Principal>()
  for (const { serviceAccounts, id: account } of estate.accounts) {
    for (const { email, uniqueId, displayName } of serviceAccounts.values) {
      const id = serviceAccountMember(email)
      principals.set(id, { cloud: 'gcp', id, subjectId: uniqueId, kind: 'service-account', name: displayName === '' ? email : displayName, account })
    }
  }
  const note = (text: string, account: string): void => {
    const id = canonicalMember(text)
    const member = parseMember(text)
    if (member === null || member.kind === 'convenience' || principals.has(id)) return
    principals.set(id, { cloud: 'gcp', id, subjectId: member.uid ?? id, kind: principalKindOf[member.kind], name: member.id, account })
  }
  const topOf = estate.organizations[0]?.name ?? estate.accounts[0]?.id ?? ''
  for (const { name, policy, ...container } of [...estate.organizations, ...estate.folders, ...estate.accounts]) {
    const account = 'id' in container ? container.id : name
    if (policy.kind === 'present') for (const { members } of policy.value.bindings) for (const member of members) note(member, account)
  }
  for (const { policy, container } of estate.resources.values) {
    if (policy.kind === 'present') for (const { members } of policy.value.bindings) for (const member of members) note(member, container.replace(/^projects\//, ''))
  }
  for (const { email, members } of estate.groups) for (const member of [`group:${email}`, ...members.values]) note(member, topOf)
  return [...principals.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
