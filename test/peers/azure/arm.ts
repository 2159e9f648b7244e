import { z } from 'zod'
import { answer, type Call, failure, pageOf, type Reply } from './reply.ts'
import { ancestorsOf, type Assignment, type AzureState, groupsOf, type Row } from './state.ts'

const path = /^(\/.*?)?\/providers\/microsoft\.authorization\/(roleassignments|roledefinitions|denyassignments)(?:\/([^/]+))?$/i
const text = z.string().nullish()
const putSchema = z.object({ properties: z.object({
  roleDefinitionId: z.string(), principalId: z.string(), principalType: text, condition: text, conditionVersion: text, description: text, delegatedManagedIdentityResourceId: text }) })
const roleSchema = z.object({ properties: z.looseObject({ permissions: z.array(z.looseObject({})), assignableScopes: z.array(z.string()) }) })
const lower = (value: string): string => value.toLowerCase()

/** The resource manager: subscriptions, management entities, role assignments and definitions, deny assignments. */
export function armReply(state: AzureState, call: Call, list: ReadonlyMap<string, Assignment>): Reply {
  const where = decodeURIComponent(call.url.pathname).replace(/^\/+/, '/')
  if (where === '/subscriptions' && call.method === 'GET') return answer({ value: state.subscriptions.map(({ id, name }) => ({ id: `/subscriptions/${id}`, subscriptionId: id, tenantId: state.tenantId, displayName: name, state: 'Enabled' })), nextLink: '' })
  if (lower(where) === '/providers/microsoft.management/getentities' && call.method === 'POST') return answer({ value: entities(state), count: state.managementGroups.length + state.subscriptions.length })
  const match = path.exec(where)
  if (match === null) return failure(404, 'ResourceNotFound')
  const [, scope = '/', kind = '', name] = match
  switch (lower(kind)) {
    case 'roleassignments': return name === undefined ? listAssignments(state, call, { scope, list }) : oneAssignment(state, call, { id: where, scope, name, list })
    case 'roledefinitions': return name === undefined ? page(state, call, [...state.definitions.values()].map((row) => definitionAt(scope, row))) : oneDefinition(state, call, { scope, guid: lower(name) })
    default: return call.method === 'GET' ? page(state, call, state.denials.filter((denial) => lower(String(denial['id'])).startsWith(lower(scope)))) : failure(405, 'MethodNotAllowed', 'deny assignments are read-only')
  }
}

const page = (state: AzureState, call: Call, rows: readonly unknown[]): Reply => pageOf(rows, call, { size: state.faults.pageSize, key: 'nextLink', token: '$skiptoken', host: state.faults.linkHost })
const answered = ({ id, name, properties }: Assignment): Row => ({ id, name, type: 'Microsoft.Authorization/roleAssignments', properties })

function entities(state: AzureState): readonly Row[] {
  const link = (id: string | null) => ({ id: id === null ? null : `/providers/Microsoft.Management/managementGroups/${id}` })
  return [
    ...state.managementGroups.map(({ id, name, parent }) => ({ id: `/providers/Microsoft.Management/managementGroups/${id}`, name: id, type: 'Microsoft.Management/managementGroups', properties: { tenantId: state.tenantId, displayName: name, ...(parent === null ? {} : { parent: link(parent) }) } })),
    ...state.subscriptions.map(({ id, name, managementGroup }) => ({ id: `/subscriptions/${id}`, name: id, type: '/subscriptions', properties: { tenantId: state.tenantId, displayName: name, parent: link(managementGroup) } })),
  ]
}

/** At, above and below the scope; `atScope()` leaves out what is below. */
function listAssignments(state: AzureState, call: Call, { scope, list }: { readonly scope: string; readonly list: ReadonlyMap<string, Assignment> }): Reply {
  const filter = call.url.searchParams.get('$filter') ?? ''
  const principal = /principalId eq '?([0-9a-f-]+)'?/i.exec(filter)?.[1]
  const assigned = /assignedTo\('([0-9a-f-]+)'\)/i.exec(filter)?.[1]
  if (filter !== '' && !filter.includes('atScope()') && principal === undefined && assigned === undefined) return failure(400, 'UnsupportedQuery')
  const subscription = state.subscriptions.find(({ id }) => lower(scope).startsWith(`/subscriptions/${id}`))
  const above = new Set([...ancestorsOf(state, subscription?.managementGroup ?? scope.split('/').at(-1) ?? null), '/'].map(lower))
  const holders = assigned === undefined ? null : new Set([assigned, ...groupsOf(state, assigned)])
  const rows = [...list.values()].filter((found) => {
    const at = lower(found.scope)
    const isAbove = at === lower(scope) || above.has(at) || lower(scope).startsWith(`${at}/`)
    const isBelow = at.startsWith(`${lower(scope)}/`)
    return (isAbove || (isBelow && !filter.includes('atScope()'))) && (principal === undefined || found.principalId === principal) && (holders === null || holders.has(found.principalId))
  })
  return page(state, call, rows.map(answered))
}

type Place = { readonly id: string; readonly scope: string; readonly name: string; readonly list: ReadonlyMap<string, Assignment> }
function oneAssignment(state: AzureState, call: Call, { id, scope, name, list }: Place): Reply {
  const live = state.assignments.get(lower(id))
  switch (call.method) {
    case 'GET': { const seen = list.get(lower(id)); return seen === undefined ? failure(404, 'RoleAssignmentNotFound') : answer(answered(seen)) }
    case 'DELETE': state.assignments.delete(lower(id)); return live === undefined ? { status: 204 } : answer(answered(live))
    case 'PUT': return putAssignment(state, call, { id, scope, name, live })
    default: return failure(405, 'MethodNotAllowed')
  }
}

function putAssignment(state: AzureState, call: Call, { id, scope, name, live }: { readonly id: string; readonly scope: string; readonly name: string; readonly live: Assignment | undefined }): Reply {
  const parsed = putSchema.safeParse(call.body)
  if (!parsed.success || !/^[0-9a-f-]{36}$/i.test(name)) return failure(400, 'InvalidRequestContent')
  const { roleDefinitionId, principalId, principalType, ...rest } = parsed.data.properties
  if (!state.definitions.has(lower(roleDefinitionId.split('/').at(-1) ?? ''))) return failure(404, 'RoleDefinitionDoesNotExist')
  const known = [['User', state.graph.users], ['Group', state.graph.groups], ['ServicePrincipal', state.graph.servicePrincipals]] as const
  const type = known.find(([, rows]) => rows.some((row) => row['id'] === principalId))?.[0]
  if (type === undefined) return failure(400, 'PrincipalNotFound')
  if (principalType !== null && principalType !== undefined && principalType !== type) return failure(400, 'UnmatchedPrincipalType')
  const isSameTriple = (found: Assignment): boolean => lower(found.scope) === lower(scope) && found.principalId === principalId && lower(found.roleDefinitionId) === lower(roleDefinitionId)
  if (live !== undefined && !isSameTriple(live)) return failure(400, 'RoleAssignmentUpdateNotPermitted', 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.')
  if (live === undefined && [...state.assignments.values()].some(isSameTriple)) return failure(409, 'RoleAssignmentExists', 'The role assignment already exists.')
  const time = '2026-11-20T08:00:00.0000000Z'
  const properties = { roleDefinitionId, principalId, principalType: type, scope, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== null)), createdOn: time, updatedOn: time, createdBy: principalId, updatedBy: principalId }
  const made = { id, name, scope, principalId, roleDefinitionId, properties }
  state.assignments.set(lower(id), made)
  return answer(answered(made), live === undefined ? 201 : 200)
}

const definitionAt = (scope: string, row: Row): Row => ({ ...row, id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleDefinitions/${String(row['name'])}` })

function oneDefinition(state: AzureState, call: Call, { scope, guid }: { readonly scope: string; readonly guid: string }): Reply {
  const live = state.definitions.get(guid)
  const isUsed = [...state.assignments.values()].some(({ roleDefinitionId }) => lower(roleDefinitionId).endsWith(guid))
  switch (call.method) {
    case 'GET': return live === undefined ? failure(404, 'RoleDefinitionDoesNotExist') : answer(definitionAt(scope, live))
    case 'PUT': {
      const parsed = roleSchema.safeParse(call.body)
      if (!parsed.success) return failure(400, 'InvalidRequestContent')
      state.definitions.set(guid, { name: guid, type: 'Microsoft.Authorization/roleDefinitions', properties: parsed.data.properties })
      return answer(definitionAt(scope, state.definitions.get(guid) ?? {}), 201)
    }
    default: {
      if (isUsed) return failure(400, 'RoleDefinitionHasAssignments')
      state.definitions.delete(guid)
      return live === undefined ? { status: 204 } : answer(definitionAt(scope, live))
    }
  }
}
