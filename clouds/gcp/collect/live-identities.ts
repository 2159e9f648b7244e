import type { cloudidentity_v1 } from '@googleapis/cloudidentity'
import type { iam_v1 } from '@googleapis/iam'
import { encodeArgument } from '../../estate-path.ts'
import { parseMember } from '../member.ts'
import { roleParent } from '../resource-name.ts'
import type { GcpClients } from '../session.ts'
import { askList, askOne, type Collecting, nextOf } from './ask.ts'
import { recordable } from './record.ts'

type Source = { readonly clients: GcpClients; readonly collecting: Collecting; readonly top: string }
/** Roles and groups that policies of this page name, each asked for once. */
export type Named = { readonly roles: Set<string>; readonly groups: Set<string>; readonly asked: Set<string>; readonly note: (bindings: readonly { role?: string | null; members?: string[] | null }[]) => void }

export function noNames(): Named {
  const roles = new Set<string>()
  const groups = new Set<string>()
  return { roles, groups, asked: new Set(), note: (bindings) => {
    for (const { role, members } of bindings) {
      if (typeof role === 'string' && role !== '') roles.add(role)
      for (const member of members ?? []) { const parsed = parseMember(member); if (parsed?.kind === 'group' && !parsed.isDeleted) groups.add(parsed.id) }
    }
  } }
}

/** The service accounts of a project, with the keys of each, and its custom roles. */
export async function collectAccounts({ clients, collecting, top }: Source, project: string): Promise<void> {
  const folder = `${top}/${encodeArgument(project)}`
  const listed = await askList<iam_v1.Schema$ServiceAccount>(collecting, { path: `${folder}/service-accounts`, kind: 'service-accounts', permission: 'iam.serviceAccounts.list', print: (account) => account,
    page: async (token) => { const { data } = await clients.iam.projects.serviceAccounts.list({ name: `projects/${project}`, pageSize: 100, ...(token === null ? {} : { pageToken: token }) }); return { items: data.accounts ?? [], next: nextOf(data.nextPageToken) } } })
  for (const { email } of listed ?? []) {
    if (typeof email !== 'string') continue
    await askList<iam_v1.Schema$ServiceAccountKey>(collecting, { path: `${folder}/service-account-keys/${encodeArgument(email)}`, kind: 'service-account-keys', permission: 'iam.serviceAccountKeys.list', print: (key) => key,
      page: async () => ({ items: (await clients.iam.projects.serviceAccounts.keys.list({ name: `projects/${project}/serviceAccounts/${email}` })).data.keys ?? [], next: null }) })
  }
  await askList<iam_v1.Schema$Role>(collecting, { path: `${folder}/roles`, kind: 'roles', permission: 'iam.roles.list', print: (role) => role,
    page: async (token) => { const { data } = await clients.iam.projects.roles.list({ parent: `projects/${project}`, view: 'FULL', pageSize: 1000, ...(token === null ? {} : { pageToken: token }) }); return { items: data.roles ?? [], next: nextOf(data.nextPageToken) } } })
}

/** The roles that were named and are predefined or of elsewhere, and the members of the groups that were named, and of the groups in them. */
export async function collectNamed(source: Source, named: Named): Promise<void> {
  const { clients, collecting, top } = source
  for (const role of named.roles) {
    if (named.asked.has(role)) continue
    named.asked.add(role)
    const path = `${top}/roles/${encodeArgument(role)}`
    const given = await askOne(collecting, path, 'iam.roles.get', () => getRole(clients, role))
    if (given !== null) await collecting.emit(path, recordable('role', [given]))
  }
  for (const email of named.groups) {
    if (named.asked.has(`group:${email}`)) continue
    named.asked.add(`group:${email}`)
    await collectGroup(source, email, named)
  }
}

/** The definition of any role, wherever it is kept. */
export async function getRole(clients: Pick<GcpClients, 'iam'>, role: string): Promise<iam_v1.Schema$Role> {
  const parent = roleParent(role)
  if (parent === null) return (await clients.iam.roles.get({ name: role })).data
  return parent.startsWith('projects/') ? (await clients.iam.projects.roles.get({ name: role })).data : (await clients.iam.organizations.roles.get({ name: role })).data
}

const GROUP_READER = 'groups reader (an admin role of the directory)'
async function collectGroup({ clients, collecting, top }: Source, email: string, named: Named): Promise<void> {
  const path = `${top}/group-memberships/${encodeArgument(email)}`
  const name = await askOne(collecting, path, GROUP_READER, async () => (await clients.identity.groups.lookup({ 'groupKey.id': email })).data.name ?? null)
  if (name === null) return
  const members = await askList<cloudidentity_v1.Schema$Membership>(collecting, { path, kind: 'group-memberships', permission: GROUP_READER, print: (membership) => membership,
    page: async (token) => { const { data } = await clients.identity.groups.memberships.list({ parent: name, view: 'FULL', pageSize: 500, ...(token === null ? {} : { pageToken: token }) }); return { items: data.memberships ?? [], next: nextOf(data.nextPageToken) } } })
  for (const { type, preferredMemberKey } of members ?? []) if (type === 'GROUP' && typeof preferredMemberKey?.id === 'string') named.groups.add(preferredMemberKey.id.toLowerCase())
}
