import { gcpError } from '../error.ts'
import { denyPoliciesOf } from '../resource-name.ts'
import { gcpClients, type GcpClients, type GcpSession, once } from '../session.ts'

/** What one call of the collector would give. `absent`: answered, and there is nothing to ask about; `refused`: the permission is missing; `failed`: anything else. */
export type Probe = { readonly what: string; readonly permission: string; readonly outcome: 'read' | 'absent' | 'refused' | 'failed'; readonly reason: string | null }
type Try = <T>(what: string, permission: string, send: () => Promise<T>) => Promise<T | null>

/** Every kind of call that a scan makes, tried once with as little read as it takes, on the organization and on one project. Does not throw for what Google answers. */
export async function probeGcp(session: GcpSession, signal: AbortSignal = new AbortController().signal): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  const attempt: Try = async (what, permission, send) => {
    signal.throwIfAborted()
    try {
      const answer = await send()
      probes.push({ what, permission, outcome: 'read', reason: null })
      return answer
    } catch (error) {
      const known = gcpError(permission, error)
      probes.push({ what, permission, outcome: known.code === 'cloud.not-found' ? 'absent' : known.code === 'cloud.access-denied' ? 'refused' : 'failed', reason: known.code === 'cloud.not-found' ? null : known.message })
      return null
    }
  }
  const clients = await attempt('signing in', 'application default credentials', () => gcpClients(session))
  if (clients === null) return probes
  try {
    if (session.scope.kind === 'organization') await probeOrganization(clients, session.scope.organization, attempt)
    const project = session.scope.kind === 'project' ? session.scope.project : await firstProject(clients, attempt)
    if (project === null) probes.push({ what: 'a project', permission: 'resourcemanager.projects.get', outcome: 'absent', reason: 'there is no project to ask about' })
    else await probeProject(clients, project, attempt)
  } finally {
    await clients.close()
  }
  return probes
}

async function probeOrganization(clients: GcpClients, id: string, attempt: Try): Promise<void> {
  const resource = `organizations/${id}`
  await attempt(resource, 'resourcemanager.organizations.get', () => clients.organizations.getOrganization({ name: resource }, once))
  await attempt(resource, 'resourcemanager.organizations.getIamPolicy', () => clients.organizations.getIamPolicy({ resource, options: { requestedPolicyVersion: 3 } }, once))
  await attempt(resource, 'resourcemanager.folders.get', () => clients.folders.searchFolders({ pageSize: 1 }, once))
  await attempt(resource, 'iam.denypolicies.list', () => clients.denyPolicies.listPolicies({ parent: denyPoliciesOf(resource), pageSize: 1 }, once))
  await attempt(resource, 'cloudasset.assets.searchAllIamPolicies', () => clients.assets.searchAllIamPolicies({ scope: resource, pageSize: 1 }, once))
  await attempt(resource, 'iam.roles.list', () => clients.iam.organizations.roles.list({ parent: resource, pageSize: 1 }))
}

async function firstProject(clients: GcpClients, attempt: Try): Promise<string | null> {
  const found = await attempt('projects', 'resourcemanager.projects.get', () => clients.projects.searchProjects({ pageSize: 1 }, once))
  return found?.[0][0]?.projectId ?? null
}

async function probeProject(clients: GcpClients, id: string, attempt: Try): Promise<void> {
  const resource = `projects/${id}`
  await attempt(resource, 'resourcemanager.projects.getIamPolicy', () => clients.projects.getIamPolicy({ resource, options: { requestedPolicyVersion: 3 } }, once))
  await attempt(resource, 'iam.denypolicies.list', () => clients.denyPolicies.listPolicies({ parent: denyPoliciesOf(resource), pageSize: 1 }, once))
  await attempt(resource, 'iam.roles.get', () => clients.iam.roles.get({ name: 'roles/viewer' }))
  const accounts = await attempt(resource, 'iam.serviceAccounts.list', () => clients.iam.projects.serviceAccounts.list({ name: resource, pageSize: 1 }))
  const email = accounts?.data.accounts?.[0]?.email
  if (typeof email === 'string') await attempt(`${resource}: ${email}`, 'iam.serviceAccountKeys.list', () => clients.iam.projects.serviceAccounts.keys.list({ name: `${resource}/serviceAccounts/${email}` }))
}
