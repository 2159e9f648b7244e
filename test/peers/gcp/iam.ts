import { type Call, done, failed, page, type Reply } from './reply.ts'
import type { StubAccount, StubDenyPolicy, StubState } from './state.ts'

/** IAM v1 (service accounts, keys, roles), IAM v2 (deny policies, read only), Cloud Asset (search of policies), Cloud Identity (groups). */
export function identityAndAccess(state: StubState, call: Call, pageLimit: number): Reply | null {
  return accounts(state, call, pageLimit) ?? roles(state, call, pageLimit) ?? denyPolicies(state, call, pageLimit) ?? assets(state, call, pageLimit) ?? groups(state, call, pageLimit)
}

const accountBody = ({ email, uniqueId, project, displayName, disabled }: StubAccount): unknown =>
  ({ name: `projects/${project}/serviceAccounts/${email}`, projectId: project, uniqueId, email, displayName, etag: 'MDEwMjE5MjA=', oauth2ClientId: uniqueId, ...(disabled ? { disabled } : {}) })

function accounts(state: StubState, { method, path, query }: Call, pageLimit: number): Reply | null {
  const listed = /^\/v1\/projects\/([^/]+)\/serviceAccounts$/.exec(path)?.[1]
  if (method === 'GET' && listed !== undefined) {
    if (!state.projects.some(({ id }) => id === listed)) return failed(403, `Permission 'iam.serviceAccounts.list' denied on resource (or it may not exist).`)
    return page(state.accounts.filter(({ project }) => project === listed).map(accountBody), 'accounts', query, pageLimit)
  }
  const one = /^\/v1\/projects\/[^/]+\/serviceAccounts\/([^/:]+)(\/keys|:disable|:enable)?$/.exec(path)
  if (one === null) return null
  const account = state.accounts.find(({ email, uniqueId }) => [email, uniqueId].includes(one[1] ?? ''))
  if (account === undefined) return failed(404, `Unknown service account`)
  if (method === 'GET' && one[2] === '/keys') {
    return done(account.keys.length === 0 ? {} : { keys: account.keys.map(({ id, disabled, ...key }) => ({ name: `projects/${account.project}/serviceAccounts/${account.email}/keys/${id}`, ...key, keyAlgorithm: 'KEY_ALG_RSA_2048', keyOrigin: 'GOOGLE_PROVIDED', ...(disabled ? { disabled } : {}) })) })
  }
  if (method === 'GET' && one[2] === undefined) return done(accountBody(account))
  if (method !== 'POST' || (one[2] !== ':disable' && one[2] !== ':enable')) return null
  account.disabled = one[2] === ':disable'
  return done({})
}

function roles(state: StubState, { method, path, query }: Call, pageLimit: number): Reply | null {
  const parent = /^\/v1\/(?:((?:organizations|projects)\/[^/]+)\/)?roles$/.exec(path)
  if (method === 'GET' && parent !== null) {
    const own = state.roles.filter(({ name }) => (parent[1] === undefined ? name.startsWith('roles/') : name.startsWith(`${parent[1]}/roles/`)))
    const isFull = query.get('view') === 'FULL' || query.get('view') === '1'
    return page(own.map(({ includedPermissions, ...role }) => ({ ...role, etag: 'BwWKmjvelug=', ...(isFull ? { includedPermissions } : {}) })), 'roles', query, pageLimit)
  }
  const name = /^\/v1\/((?:(?:organizations|projects)\/[^/]+\/)?roles\/[^/]+)$/.exec(path)?.[1]
  if (method !== 'GET' || name === undefined) return null
  const role = state.roles.find((each) => each.name === name)
  return role === undefined ? failed(404, `The role named ${name} was not found.`) : done({ ...role, etag: 'BwWKmjvelug=' })
}

const denyName = ({ attachment, id }: StubDenyPolicy): string => `policies/${encodeURIComponent(attachment)}/denypolicies/${id}`
function denyPolicies(state: StubState, { method, path, query }: Call, pageLimit: number): Reply | null {
  const match = /^\/v2\/policies\/([^/]+)\/denypolicies(?:\/([^/]+))?$/.exec(path)
  if (method !== 'GET' || match === null) return null
  // because a variable of several segments is decoded but for `%2F`, a slash may come as `%2F` or as `%252F` and means the same
  const attachment = decodeURIComponent(decodeURIComponent(match[1] ?? ''))
  const own = state.denyPolicies.filter((policy) => policy.attachment === attachment)
  const about = (policy: StubDenyPolicy): object => ({ name: denyName(policy), uid: '00000000-0000-0000-0000-000000000001', kind: 'DenyPolicy', displayName: policy.displayName, etag: 'MTc3', createTime: '2025-01-01T00:00:00Z', updateTime: '2025-01-01T00:00:00Z' })
  if (match[2] === undefined) return page(own.map(about), 'policies', query, pageLimit) // because lists leave the rules out
  const found = own.find(({ id }) => id === match[2])
  return found === undefined ? failed(404, 'Requested entity was not found.') : done({ ...about(found), rules: found.rules })
}

function assets(state: StubState, { method, path, query }: Call, pageLimit: number): Reply | null {
  const scope = /^\/v1\/((?:organizations|projects|folders)\/[^/]+):searchAllIamPolicies$/.exec(path)?.[1]
  if (method !== 'GET' || scope === undefined) return null
  const organization = state.organizations[0]
  const rows = state.resources.filter(({ project }) => scope.startsWith('organizations/') || scope === `projects/${project}`).map(({ name, assetType, project, bindings }) => ({
    resource: name, assetType, project: `projects/${state.projects.find(({ id }) => id === project)?.number ?? ''}`, ...(organization === undefined ? {} : { organization: `organizations/${organization.number}` }), policy: { bindings } }))
  return page(rows, 'results', query, pageLimit)
}

function groups(state: StubState, { method, path, query }: Call, pageLimit: number): Reply | null {
  if (method !== 'GET') return null
  const idOf = (email: string): string => Buffer.from(email).toString('hex')
  if (path === '/v1/groups:lookup') {
    const email = query.get('groupKey.id') ?? ''
    return state.groups.has(email) ? done({ name: `groups/${idOf(email)}` }) : failed(403, "Error(2028): Permission denied for resource groups (or it may not exist).")
  }
  const id = /^\/v1\/groups\/([0-9a-f]+)\/memberships$/.exec(path)?.[1]
  if (id === undefined) return null
  const members = state.groups.get(Buffer.from(id, 'hex').toString())
  if (members === undefined) return failed(404, 'Requested entity was not found.')
  const isFull = query.get('view') === 'FULL'
  return page(members.map((member) => ({ name: `groups/${id}/memberships/${idOf(member.id)}`, preferredMemberKey: { id: member.id }, ...(isFull ? { type: member.type, createTime: '2025-01-01T00:00:00Z', updateTime: '2025-01-01T00:00:00Z' } : {}), roles: [{ name: 'MEMBER' }] })), 'memberships', query, pageLimit)
}
