import type { AnswerSource, Interpreted } from '../../../model/answer.ts'
import type { GcpContainer, GcpEstate, GcpFolder, GcpGroup, GcpOrganization, GcpPolicy, GcpProject, GcpResource, GcpRole } from '../../../model/gcp.ts'
import type { Collected, Gap, Known } from '../../../model/known.ts'
import { encodeArgument } from '../../estate-path.ts'
import { basicRoles } from '../basic-role.ts'
import { parseMember } from '../member.ts'
import { roleParent } from '../resource-name.ts'
import { readGroups } from './accounts.ts'
import { isContainerPolicy, listProjects, readFolders, readOrganization, readProject, type Tree } from './containers.ts'
import { readFoundPolicies, readRoles } from './policies.ts'
import type { Reading } from './read.ts'

export { gcpAnswerKinds } from './answer-kinds.ts'
export { principalsOfGcp } from './principals.ts'

/**
 * The Google Cloud part of the estate that `source` holds below `gcp/`, one tree per organization and one (`none`) for projects without. Pure.
 * Every role that a binding names and whose permissions were not exported, and every group whose members were not, is a gap.
 */
export function interpretGcp(source: AnswerSource): Interpreted<GcpEstate> {
  const reading: Reading = { source, problems: [], unread: [] }
  const trees = source.list('gcp').map((name) => readTree(reading, name))
  const joined = <T>(lists: readonly Collected<T>[]): Collected<T> => ({
    values: lists.flatMap(({ values }) => values), gaps: lists.flatMap(({ gaps }) => gaps), observedAt: lists.map(({ observedAt }) => observedAt).sort()[0] ?? source.asOf,
  })
  const value: GcpEstate = {
    organizations: trees.flatMap(({ organization }) => organization ?? []), folders: trees.flatMap(({ folders }) => folders), accounts: trees.flatMap(({ projects }) => projects),
    resources: joined(trees.map(({ resources }) => resources)), roles: joined(trees.map(({ roles }) => roles)), groups: trees.flatMap(({ groups }) => groups),
  }
  return { value, problems: reading.problems, unread: uniqueGaps(reading.unread) }
}

type ReadTree = {
  readonly organization: GcpOrganization | null; readonly folders: readonly GcpFolder[]; readonly projects: readonly GcpProject[]
  readonly resources: Collected<GcpResource>; readonly roles: Collected<GcpRole>; readonly groups: readonly GcpGroup[]
}

function readTree(reading: Reading, name: string): ReadTree {
  const tree: Tree = { path: `gcp/${encodeArgument(name)}`, organization: name === 'none' ? null : `organizations/${name}` }
  const listed = listProjects(reading, tree)
  const idOf = new Map(listed.flatMap(({ id, number }) => (number === null ? [] : [[number, id] as const])))
  const found = readFoundPolicies(reading, tree.path, (project) => `projects/${idOf.get(project.slice('projects/'.length)) ?? project.slice('projects/'.length)}`)
  const organization = readOrganization(reading, tree, found)
  const folders = readFolders(reading, tree, found)
  const projects = listed.map((project) => readProject(reading, tree, project, found))
  const containers: readonly GcpContainer[] = [...(organization === null ? [] : [organization]), ...folders, ...projects]
  const resources = { ...found, values: found.values.filter((resource) => !isContainerPolicy(resource)) }
  const policies = [...containers, ...resources.values].flatMap(({ policy }) => presentOnly(policy))
  const rolesByFolder = [tree.path, ...projects.map(({ id }) => `${tree.path}/${encodeArgument(id)}`)].map((folder) => readRoles(reading, folder))
  const roles: Collected<GcpRole> = { values: rolesByFolder.flatMap(({ values }) => values), gaps: rolesByFolder.flatMap(({ gaps }) => gaps), observedAt: rolesByFolder[0]?.observedAt ?? reading.source.asOf }
  noteUnreadRoles(reading, tree, policies, roles)
  return { organization, folders, projects, resources, roles, groups: readGroups(reading, tree.path, groupsIn(policies)) }
}

const presentOnly = (policy: Known<GcpPolicy>): readonly GcpPolicy[] => policy.kind === 'present' ? [policy.value] : []

function groupsIn(policies: readonly GcpPolicy[]): ReadonlySet<string> {
  const members = policies.flatMap(({ bindings }) => bindings.flatMap((binding) => binding.members)).map(parseMember)
  return new Set(members.flatMap((member) => (member?.kind === 'group' && !member.isDeleted ? [member.id] : [])))
}

function noteUnreadRoles(reading: Reading, { path }: Tree, policies: readonly GcpPolicy[], roles: Collected<GcpRole>): void {
  const known = new Set([...basicRoles, ...roles.values.map(({ name }) => name)])
  const named = new Set(policies.flatMap(({ bindings }) => bindings.map(({ role }) => role)))
  for (const role of [...named].filter((name) => !known.has(name)).sort()) {
    const flags = roleParent(role) === null ? '' : ' (a custom role)'
    reading.unread.push({ what: `${path}/roles/${encodeArgument(role)}`, why: 'not-exported', reason: `the permissions of \`${role}\`${flags} were not exported` })
  }
}

function uniqueGaps(gaps: readonly Gap[]): readonly Gap[] {
  return [...new Map(gaps.map((gap) => [`${gap.what}\n${gap.reason}`, gap])).values()]
}
