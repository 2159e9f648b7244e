import type { GcpFolder, GcpOrganization, GcpPolicy, GcpProject, GcpResource } from '../../../model/gcp.ts'
import type { Instant } from '../../../model/instant.ts'
import { absent, type Collected, type Known, present, unreadable } from '../../../model/known.ts'
import { encodeArgument } from '../../estate-path.ts'
import { containerOfFullName, fullNameOf, parseContainer } from '../resource-name.ts'
import { readActivity, readServiceAccounts } from './accounts.ts'
import { readDenyPolicies, readPolicy } from './policies.ts'
import { readList, type Reading } from './read.ts'
import { folderShape, organizationShape, projectShape } from './shapes.ts'

/** One exported tree: `gcp/<organizationId>`, or `gcp/none` for projects without an organization. */
export type Tree = { readonly path: string; readonly organization: string | null }
export type ListedProject = { readonly id: string; readonly number: string | null; readonly displayName: string; readonly parent: Known<string>; readonly isActive: boolean }

const isActive = (item: { lifecycleState?: string | undefined; state?: string | undefined }): boolean => ['ACTIVE', undefined].includes(item.lifecycleState ?? item.state)
const policyFound = (found: Collected<GcpResource>, container: string): Known<GcpPolicy> | undefined => found.values.find(({ name }) => name === fullNameOf(container))?.policy

/** The organization of the tree; null under `none`. */
export function readOrganization(reading: Reading, { path, organization }: Tree, found: Collected<GcpResource>): GcpOrganization | null {
  if (organization === null) return null
  const listed = readList(reading, { path: `${path}/organizations`, field: 'organizations', shape: organizationShape, toValue: (item) => item })
  const own = listed.values.find(({ name }) => name === organization)
  return {
    kind: 'organization', name: organization, displayName: own?.displayName ?? organization, customerId: own?.owner?.directoryCustomerId ?? own?.directoryCustomerId ?? null,
    parent: absent(listed.observedAt), policy: readPolicy(reading, path, policyFound(found, organization)), denyPolicies: readDenyPolicies(reading, path),
  }
}

/** The folders that were listed, and those that only have answers of their own. */
export function readFolders(reading: Reading, { path }: Tree, found: Collected<GcpResource>): readonly GcpFolder[] {
  const listed = readList(reading, { path: `${path}/folders`, field: 'folders', shape: folderShape, toValue: (item, observedAt) => ({ item, observedAt }) })
  const rows = new Map<string, { displayName: string; parent: Known<string> }>()
  for (const { item, observedAt } of listed.values) {
    if (isActive(item) && parseContainer(item.name)?.kind === 'folder') rows.set(item.name, { displayName: item.displayName ?? item.name, parent: toParent(item.parent, observedAt) })
  }
  for (const id of reading.source.list(`${path}/folders`)) {
    const name = `folders/${id}`
    if (!rows.has(name) && parseContainer(name) !== null) rows.set(name, { displayName: name, parent: unreadable('not-exported', `\`${path}/folders.json\` does not list \`${name}\``) })
  }
  return [...rows].map(([name, row]) => {
    const folder = `${path}/${name}`
    return { kind: 'folder', name, ...row, policy: readPolicy(reading, folder, policyFound(found, name)), denyPolicies: readDenyPolicies(reading, folder) }
  })
}

const ownAnswers = ['organizations', 'folders', 'projects', 'iam-policy', 'deny-policies', 'iam-policies', 'roles', 'group-memberships']

/** The projects that were listed, without those of other organizations and those being deleted, and those that only have answers of their own. */
export function listProjects(reading: Reading, { path, organization }: Tree): readonly ListedProject[] {
  const listed = readList(reading, { path: `${path}/projects`, field: 'projects', shape: projectShape, toValue: (item, observedAt): ListedProject => ({
    id: item.projectId, number: item.projectNumber ?? numberOf(item.name), displayName: item.displayName ?? item.name ?? item.projectId, isActive: isActive(item),
    parent: toParent(typeof item.parent === 'object' ? `${item.parent.type}s/${item.parent.id}` : item.parent, observedAt),
  }) })
  const isElsewhere = ({ parent }: ListedProject): boolean => parent.kind === 'present' && organization !== null && parent.value.startsWith('organizations/') && parent.value !== organization
  const names = reading.source.list(path).filter((name) => !ownAnswers.includes(name) && parseContainer(`projects/${name}`) !== null && reading.source.list(`${path}/${encodeArgument(name)}`).length > 0)
  const only = names.filter((name) => !listed.values.some(({ id }) => id === name))
    .map((id): ListedProject => ({ id, number: null, displayName: id, isActive: true, parent: unreadable('not-exported', `\`${path}/projects.json\` does not list \`${id}\``) }))
  return [...listed.values.filter((project) => project.isActive && !isElsewhere(project) && parseContainer(`projects/${project.id}`) !== null), ...only]
}

export function readProject(reading: Reading, { path }: Tree, { id, number, displayName, parent }: ListedProject, found: Collected<GcpResource>): GcpProject {
  const folder = `${path}/${encodeArgument(id)}`
  const name = `projects/${id}`
  const policy = readPolicy(reading, folder, policyFound(found, name) ?? (number === null ? undefined : policyFound(found, `projects/${number}`)))
  return { kind: 'project', name, id, number, displayName, parent, policy, denyPolicies: readDenyPolicies(reading, folder), serviceAccounts: readServiceAccounts(reading, folder, name), activity: readActivity(reading, folder) }
}

/** True for what is a container by itself and therefore no resource inside of one. */
export const isContainerPolicy = ({ name }: GcpResource): boolean => containerOfFullName(name) !== null

const numberOf = (name: string | undefined): string | null => /^projects\/([0-9]+)$/.exec(name ?? '')?.[1] ?? null
function toParent(parent: string | undefined, observedAt: Instant): Known<string> {
  return parent === undefined || parseContainer(parent) === null ? absent(observedAt) : present(parent, observedAt)
}
