import type { protos } from '@google-cloud/resource-manager'
import type { Change, ChangeDriver, ChangeKind } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Json } from '../../../model/json.ts'
import { basicRoleHas, basicRoles } from '../basic-role.ts'
import { getRole } from '../collect/live-identities.ts'
import { gcpError } from '../error.ts'
import { administratorPermissions } from '../evaluate/index.ts'
import { gcpClients, type GcpClients, type GcpSession, once } from '../session.ts'
import { type BindingName, findBinding, gcpPolicyBinding, parseBindingTarget, type RawBinding, withChange } from './policy-binding.ts'

/** Because a write may have to read and write twice, and all of it has 30 seconds. */
const CALL_MS = 7000
type Policy = protos.google.iam.v1.IPolicy

/** Reads and writes one kind of target through the vendor's client. @throws WhittleError `change.unsupported` */
export function gcpChangeDriver(kind: ChangeKind, session: GcpSession): ChangeDriver {
  if (kind !== 'gcp.policy-binding') throw new WhittleError('change.unsupported', `\`${kind}\` is no change of Google Cloud`)
  let opened: Promise<GcpClients> | null = null
  const clients = async (): Promise<GcpClients> => {
    opened ??= gcpClients(session, CALL_MS)
    return await opened.catch((error: unknown) => { opened = null; throw gcpError('signing in', error) })
  }
  const own = (target: string): BindingName => {
    const name = parseBindingTarget(target)
    if (session.scope.kind === 'project' && name.resource !== `projects/${session.scope.project}`) throw new WhittleError('change.refused', `\`${name.resource}\` is not of the project \`${session.scope.project}\``)
    return name
  }
  return {
    read: async (target) => await readBinding(await clients(), own(target)),
    write: async (change) => { await writeBinding(await clients(), own(change.target), change) },
  }
}

async function readBinding(clients: GcpClients, name: BindingName): Promise<Json> {
  const found = findBinding(rawOf(await getPolicy(clients, name.resource)), name)
  return found === null ? null : gcpPolicyBinding.canonical({ ...found, grantsAdministrator: await makesAdministrator(clients, name) })
}

/** INVARIANT: only the delta is ever written, on the policy that was read a moment ago and under its etag; a lost race is tried once more on what is there then. */
async function writeBinding(clients: GcpClients, { resource }: BindingName, change: Change): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const policy = await getPolicy(clients, resource)
    const bindings = withChange(rawOf(policy), change)
    try {
      await clientOf(clients, resource).setIamPolicy({ resource, policy: { etag: policy.etag ?? null, version: 3, bindings: bindings.map(toWrite) } }, once)
      return
    } catch (error) {
      const known = gcpError(permissionOf(resource, 'setIamPolicy'), error)
      if (known.code !== 'cloud.conflict' || attempt > 1) throw known
    }
  }
}

async function getPolicy(clients: GcpClients, resource: string): Promise<Policy> {
  try {
    return (await clientOf(clients, resource).getIamPolicy({ resource, options: { requestedPolicyVersion: 3 } }, once))[0]
  } catch (error) {
    throw gcpError(permissionOf(resource, 'getIamPolicy'), error)
  }
}

/** INVARIANT: a role that cannot be read counts as an administrator's. One that does not answer is thrown: the state is not known then. */
async function makesAdministrator(clients: GcpClients, { resource, role }: BindingName): Promise<boolean> {
  const permissions = administratorPermissions(resource)
  if (basicRoles.includes(role)) return permissions.some((permission) => basicRoleHas(role, permission) === true)
  try {
    const { includedPermissions, deleted } = await getRole(clients, role)
    return deleted !== true && permissions.some((permission) => includedPermissions?.includes(permission) === true)
  } catch (error) {
    const known = gcpError('iam.roles.get', error)
    if (known.code === 'cloud.access-denied' || known.code === 'cloud.not-found') return true
    throw known
  }
}

const clientOf = ({ projects, folders, organizations }: GcpClients, resource: string) => (resource.startsWith('projects/') ? projects : resource.startsWith('folders/') ? folders : organizations)
const permissionOf = (resource: string, verb: string): string => `resourcemanager.${resource.split('/')[0] ?? ''}.${verb}`

const rawOf = ({ bindings }: Policy): readonly RawBinding[] => (bindings ?? []).map(({ role, members, condition }) => ({
  role: role ?? '', members: members ?? [],
  condition: typeof condition?.expression === 'string' && condition.expression !== '' ? { title: condition.title ?? '', expression: condition.expression, description: condition.description ?? '' } : null }))
const toWrite = ({ role, members, condition }: RawBinding): protos.google.iam.v1.IBinding => ({ role, members: [...members], ...(condition === null || condition === undefined ? {} : { condition: { title: condition.title ?? '', expression: condition.expression, description: condition.description ?? '' } }) })
