import { z } from 'zod'
import { type Call, done, failed, page, type Reply } from './reply.ts'
import { etagOf, type StubPolicy, type StubState } from './state.ts'

const conditionSchema = z.object({ title: z.string(), expression: z.string().min(1), description: z.string().optional() })
const setSchema = z.object({ policy: z.object({ version: z.number().optional(), etag: z.string().optional(), bindings: z.array(z.strictObject({ role: z.string(), members: z.array(z.string()).default([]), condition: conditionSchema.optional() })).default([]) }) })
const getSchema = z.object({ options: z.object({ requestedPolicyVersion: z.number().optional() }).optional() })
const pagingSchema = z.object({ pageSize: z.number().optional(), pageToken: z.string().optional() })
const members = /^(user|group|serviceAccount|domain|deleted|principal|principalSet):.+$|^all(Authenticated)?Users$/

/** Cloud Resource Manager: v3, and what gcloud still calls of v1 and v2. */
export function resourceManager(state: StubState, call: Call, settings: { readonly pageLimit: number; readonly staleReads: number }): Reply | null {
  const { path, method, query } = call
  const policyCall = /^\/v[123]\/((?:organizations|folders|projects)\/[^/:]+):(getIamPolicy|setIamPolicy|testIamPermissions)$/.exec(path)
  if (method === 'POST' && policyCall !== null) return policyReply(state, call, { resource: nameOf(state, policyCall[1] ?? ''), verb: policyCall[2] ?? '', staleReads: settings.staleReads })
  const organization = method === 'GET' ? /^\/v3\/organizations\/(\d+)$/.exec(path)?.[1] : undefined
  if (organization !== undefined) { const found = state.organizations.find(({ number }) => number === organization); return found === undefined ? failed(403, 'The caller does not have permission') : done(printedOrganization(found)) }
  const body = pagingSchema.safeParse(call.body).data
  const paging = method === 'GET' ? query : { get: (name: string) => (name === 'pageToken' ? body?.pageToken ?? null : body?.pageSize === undefined ? null : String(body.pageSize)) }
  const list = (items: readonly unknown[], field: string): Reply => page(items, field, paging, settings.pageLimit)
  switch (`${method} ${path}`) {
    case 'GET /v3/organizations:search': return list(state.organizations.map(printedOrganization), 'organizations')
    case 'POST /v1/organizations:search': return list(state.organizations.map(({ number, displayName, customerId }) => ({ name: `organizations/${number}`, displayName, owner: { directoryCustomerId: customerId }, lifecycleState: 'ACTIVE', creationTime: '2020-01-01T00:00:00Z' })), 'organizations')
    case 'GET /v3/folders:search': return list(state.folders.map(({ number, displayName, parent }) => ({ name: `folders/${number}`, parent, displayName, state: 'ACTIVE', createTime: '2020-01-01T00:00:00Z', etag: 'W/"1"' })), 'folders')
    case 'GET /v2/folders': return list(state.folders.filter(({ parent }) => parent === query.get('parent')).map(({ number, displayName, parent }) => ({ name: `folders/${number}`, parent, displayName, lifecycleState: 'ACTIVE', createTime: '2020-01-01T00:00:00Z' })), 'folders')
    case 'POST /v2/folders:search': return list(state.folders.map(({ number, displayName, parent }) => ({ name: `folders/${number}`, parent, displayName, lifecycleState: 'ACTIVE', createTime: '2020-01-01T00:00:00Z' })), 'folders')
    case 'GET /v3/projects:search': return list(state.projects.filter(({ id }) => isAsked(query, id)).map(({ id, number, displayName, parent }) => ({ name: `projects/${number}`, parent, projectId: id, displayName, state: 'ACTIVE', createTime: '2020-01-01T00:00:00Z', etag: 'W/"1"' })), 'projects')
    case 'GET /v1/projects': return list(state.projects.map(({ id, number, displayName, parent }) => ({ projectNumber: number, projectId: id, lifecycleState: 'ACTIVE', name: displayName, createTime: '2020-01-01T00:00:00Z', parent: { type: parent.split('s/')[0], id: parent.split('/')[1] } })), 'projects')
    default: return null
  }
}

const printedOrganization = ({ number, displayName, customerId }: StubState['organizations'][number]): object => ({ name: `organizations/${number}`, displayName, directoryCustomerId: customerId, state: 'ACTIVE', createTime: '2020-01-01T00:00:00Z', etag: 'W/"1"' })
const isAsked = (query: URLSearchParams, id: string): boolean => { const asked = /^id:([a-z0-9-]+)$/.exec(query.get('query') ?? '')?.[1]; return asked === undefined || asked === id }
/** Projects are named by number or by id. */
const nameOf = (state: StubState, name: string): string => { const found = state.projects.find(({ number }) => name === `projects/${number}`); return found === undefined ? name : `projects/${found.id}` }

type Asked = { readonly resource: string; readonly verb: string; readonly staleReads: number }
function policyReply(state: StubState, { body }: Call, { resource, verb, staleReads }: Asked): Reply {
  const policy = state.policies.get(resource)
  if (policy === undefined) return failed(403, `The caller does not have permission on ${resource}, or it may not exist`) // because Google does not tell the two apart
  if (verb === 'testIamPermissions') return done({})
  if (verb === 'getIamPolicy') {
    const isStale = policy.before !== null && policy.staleReads > 0
    if (isStale) policy.staleReads -= 1
    const shown = isStale && policy.before !== null ? { ...policy, ...policy.before } : policy
    return done(printed(shown, getSchema.safeParse(body ?? {}).data?.options?.requestedPolicyVersion ?? 1))
  }
  const wanted = setSchema.safeParse(body)
  if (!wanted.success) return failed(400, `Invalid JSON payload received: ${wanted.error.issues[0]?.path.join('.') ?? ''}`)
  return setPolicy(policy, wanted.data.policy, staleReads)
}

/** Version 1 shows a conditional role as `<role>_withcond_<hash>`, without the condition. */
function printed(policy: StubPolicy, version: number): unknown {
  const bindings = policy.bindings.map(({ role, members: all, condition }) => version >= 3 || condition === undefined ? { role, members: all, ...(condition === undefined ? {} : { condition }) } : { role: `${role}_withcond_${String(condition.expression.length)}`, members: all })
  return { version: version >= 3 ? policy.version : 1, etag: etagOf(policy), ...(bindings.length === 0 ? {} : { bindings }) }
}

function setPolicy(policy: StubPolicy, wanted: z.output<typeof setSchema>['policy'], staleReads: number): Reply {
  if (wanted.etag !== undefined && wanted.etag !== etagOf(policy)) return failed(409, 'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.')
  const bindings = wanted.bindings.filter(({ members: all }) => all.length > 0)
  const isConditional = [...bindings, ...policy.bindings].some(({ condition }) => condition !== undefined)
  if (isConditional && wanted.version !== 3) return failed(400, 'Specified policy version is too low: policies with conditions need version 3')
  const wrong = bindings.flatMap(({ members: all }) => all).find((member) => !members.test(member))
  if (wrong !== undefined) return failed(400, `Invalid argument: member ${wrong} is of an unknown type`)
  policy.before = { bindings: policy.bindings, version: policy.version, revision: policy.revision }
  policy.bindings = bindings.map(({ role, members: all, condition }) => ({ role, members: [...new Set(all)].sort(), ...(condition === undefined ? {} : { condition: { title: condition.title, expression: condition.expression, ...(condition.description === undefined || condition.description === '' ? {} : { description: condition.description }) } }) }))
  policy.version = bindings.some(({ condition }) => condition !== undefined) ? 3 : 1
  policy.revision += 1
  policy.staleReads = staleReads
  return done(printed(policy, 3))
}
