import type { protos } from '@google-cloud/resource-manager'
import type { iam_v1 } from '@googleapis/iam'
import { WhittleError } from '../../../model/error.ts'
import { encodeArgument } from '../../estate-path.ts'
import { denyPoliciesOf, lastSegment, parseContainer } from '../resource-name.ts'
import { gcpClients, type GcpClients, type GcpScope, type GcpSession, once } from '../session.ts'
import { askList, askOne, type Collecting, gaxPage } from './ask.ts'
import { collectAccounts, collectNamed, type Named, noNames } from './live-identities.ts'
import { printDenyPolicy, printFolder, printFound, printOrganization, printPolicy, printProject, recordable } from './record.ts'

const CONTAINERS_PER_PAGE = 20
type Folder = protos.google.cloud.resourcemanager.v3.IFolder
type Project = protos.google.cloud.resourcemanager.v3.IProject
type Source = { readonly clients: GcpClients; readonly collecting: Collecting; readonly top: string; readonly scope: GcpScope }

/** `gcp/<organization>` or `gcp/none`: the one account of an environment as answers' paths begin. */
export const accountOfScope = (scope: GcpScope): string => (scope.kind === 'organization' ? `gcp/${scope.organization}` : 'gcp/none')

/**
 * One page of the answers is emitted: first what stands at the top, then twenty folders or projects at a time, with the roles and groups that their policies
 * name; answers the cursor of the next page, null after the last. A refused call is an answer; a slowed-down or unanswered one is thrown, to be tried again from the
 * container that was `reached`.
 * @throws WhittleError cloud.*, `environment.invalid`
 */
export async function collectGcpPage(session: GcpSession, account: string, collecting: Collecting): Promise<string | null> {
  const top = accountOfScope(session.scope)
  if (account !== top) throw new WhittleError('environment.invalid', `the session is of \`${top}\`, not of \`${account}\``)
  const clients = await gcpClients(session)
  try {
    const source: Source = { clients, collecting, top, scope: session.scope }
    const isFirst = collecting.cursor === null
    const containers = isFirst ? await collectTop(source) : await listContainers(source)
    if (isFirst) return containers.length === 0 ? null : `after `
    const done = collecting.cursor.replace(/^after /, '')
    const rest = containers.filter((name) => name > done)
    const here = rest.slice(0, CONTAINERS_PER_PAGE)
    const names = noNames()
    for (const name of here) {
      await collectContainer(source, name, names)
      await collectNamed(source, names)
      collecting.reached(`after ${name}`)
    }
    return rest.length > here.length ? `after ${here.at(-1) ?? ''}` : null
  } finally {
    await clients.close()
  }
}

/** All pages, one after the other. */
export async function collectGcp(session: GcpSession, emit: Collecting['emit'], progress: (cursor: string) => void = () => undefined, signal: AbortSignal = new AbortController().signal): Promise<void> {
  let cursor: string | null = null
  do cursor = await collectGcpPage(session, accountOfScope(session.scope), { cursor, emit, reached: progress, signal })
  while (cursor !== null)
}

/** What belongs to no folder and no project. The names of the containers below, sorted. */
async function collectTop(source: Source): Promise<readonly string[]> {
  const { clients, collecting, top, scope } = source
  const names = noNames()
  if (scope.kind === 'organization') {
    const name = `organizations/${scope.organization}`
    await askList(collecting, { path: `${top}/organizations`, kind: 'organizations', permission: 'resourcemanager.organizations.get', print: printOrganization,
      page: async (token) => { const page = gaxPage(await clients.organizations.searchOrganizations(token === null ? {} : { pageToken: token }, once)); return { ...page, items: page.items.filter((each) => each.name === name) } } })
    await collectPolicies(source, name, names)
    await askList<iam_v1.Schema$Role>(collecting, { path: `${top}/roles`, kind: 'roles', permission: 'iam.roles.list', print: (role) => role,
      page: async (token) => { const { data } = await clients.iam.organizations.roles.list({ parent: name, view: 'FULL', pageSize: 1000, ...(token === null ? {} : { pageToken: token }) }); return { items: data.roles ?? [], next: data.nextPageToken ?? null } } })
  }
  const search = scope.kind === 'organization' ? `organizations/${scope.organization}` : `projects/${scope.project}`
  const found = await askList(collecting, { path: `${top}/iam-policies`, kind: 'iam-policies', permission: 'cloudasset.assets.searchAllIamPolicies', print: printFound,
    page: async (token) => gaxPage(await clients.assets.searchAllIamPolicies({ scope: search, pageSize: 500, ...(token === null ? {} : { pageToken: token }) }, once)) })
  for (const { policy } of found ?? []) names.note(policy?.bindings ?? [])
  await collectNamed(source, names)
  return await listContainers(source)
}

/** Folders and projects of the scope, recorded each time: listing is cheap, and what is new since the scan began belongs to it. */
async function listContainers({ clients, collecting, top, scope }: Source): Promise<readonly string[]> {
  const folders = scope.kind === 'project' ? [] : await askList(collecting, { path: `${top}/folders`, kind: 'folders', permission: 'resourcemanager.folders.get', print: printFolder,
    page: async (token) => gaxPage(await clients.folders.searchFolders(token === null ? {} : { pageToken: token }, once)) })
  const query = scope.kind === 'project' ? { query: `id:${scope.project}` } : {}
  const projects = await askList(collecting, { path: `${top}/projects`, kind: 'projects', permission: 'resourcemanager.projects.get', print: printProject,
    page: async (token) => gaxPage(await clients.projects.searchProjects({ ...query, ...(token === null ? {} : { pageToken: token }) }, once)) })
  if (scope.kind === 'project' && projects?.every(({ projectId }) => projectId !== scope.project) !== false) throw new WhittleError('cloud.not-found', `the project \`${scope.project}\` is not to be seen with these credentials; grant \`resourcemanager.projects.get\` on it`)
  const names = [...(folders ?? []).flatMap((folder) => folder.name ?? []), ...(projects ?? []).map(({ projectId }) => `projects/${projectId ?? ''}`)]
  const isOf = scope.kind === 'organization' ? below(`organizations/${scope.organization}`, folders ?? [], projects ?? []) : new Set([`projects/${scope.project}`])
  return names.filter((name) => isOf.has(name) && parseContainer(name) !== null).sort()
}

/** The names of what stands below the organization: credentials may see other organizations as well. */
function below(organization: string, folders: readonly Folder[], projects: readonly Project[]): ReadonlySet<string> {
  const inside = new Set([organization])
  for (let before = 0; before !== inside.size;) {
    before = inside.size
    for (const { name, parent } of folders) if (typeof name === 'string' && inside.has(parent ?? '')) inside.add(name)
  }
  for (const { projectId, parent } of projects) if (inside.has(parent ?? '')) inside.add(`projects/${projectId ?? ''}`)
  return inside
}

async function collectContainer(source: Source, name: string, names: Named): Promise<void> {
  await collectPolicies(source, name, names)
  const project = parseContainer(name)
  if (project?.kind !== 'project') return
  await collectAccounts(source, project.id)
}

const folderOf = ({ top }: Source, name: string): string => {
  const container = parseContainer(name)
  return container?.kind === 'organization' ? top : container?.kind === 'folder' ? `${top}/folders/${container.id}` : `${top}/${encodeArgument(container?.id ?? '')}`
}

/** The allow policy of one container and its deny policies with their rules. */
async function collectPolicies(source: Source, name: string, names: Named): Promise<void> {
  const { clients, collecting } = source
  const folder = folderOf(source, name)
  const kind = name.split('/')[0] ?? ''
  const client = kind === 'projects' ? clients.projects : kind === 'folders' ? clients.folders : clients.organizations
  const policy = await askOne(collecting, `${folder}/iam-policy`, `resourcemanager.${kind}.getIamPolicy`, async () => (await client.getIamPolicy({ resource: name, options: { requestedPolicyVersion: 3 } }, once))[0])
  if (policy !== null) await collecting.emit(`${folder}/iam-policy`, recordable('iam-policy', [printPolicy(policy)]))
  names.note(policy?.bindings ?? [])
  const parent = denyPoliciesOf(name)
  const listed = await askList(collecting, { path: `${folder}/deny-policies`, kind: 'deny-policies', permission: 'iam.denypolicies.list', print: printDenyPolicy,
    page: async (token) => gaxPage(await clients.denyPolicies.listPolicies({ parent, ...(token === null ? {} : { pageToken: token }) }, once)) })
  for (const { name: own } of listed ?? []) {
    if (typeof own !== 'string') continue
    const path = `${folder}/deny-policies/${encodeArgument(lastSegment(own))}`
    const full = await askOne(collecting, path, 'iam.denypolicies.get', async () => (await clients.denyPolicies.getPolicy({ name: own }, once))[0])
    if (full !== null) await collecting.emit(path, recordable('deny-policy', [{ rules: [], ...printDenyPolicy(full) }]))
  }
}
