import { answer, type Call, failure, pageOf, type Reply } from './reply.ts'
import type { AzureState, Row } from './state.ts'

/** Microsoft Graph v1.0: the collections that Whittle reads, with `$select`, `$top` and pages. */
export function graphReply(state: AzureState, call: Call): Reply {
  const where = decodeURIComponent(call.url.pathname).replace(/^\/+v1\.0/, '')
  if (call.method !== 'GET') return failure(405, 'Request_BadRequest')
  const members = /^\/groups\/([^/]+)\/members$/.exec(where)?.[1]
  if (members !== undefined) {
    const rows = state.graph.members.get(members)
    return rows === undefined ? failure(404, 'Request_ResourceNotFound') : listed(state, call, rows)
  }
  switch (where) {
    case '/users': {
      const asksActivity = (call.url.searchParams.get('$select') ?? '').includes('signInActivity')
      return asksActivity && !state.faults.hasPremium ? failure(403, 'Authentication_RequestFromNonPremiumTenantOrB2CTenant') : listed(state, call, state.graph.users)
    }
    case '/groups': return listed(state, call, state.graph.groups)
    case '/servicePrincipals': return listed(state, call, state.graph.servicePrincipals)
    case '/applications': return listed(state, call, state.graph.applications)
    case '/roleManagement/directory/roleDefinitions': return listed(state, call, state.graph.roleDefinitions)
    case '/roleManagement/directory/roleAssignments': return listed(state, call, state.graph.roleAssignments)
    default: return answer({ error: { code: 'BadRequest', message: `the stub has no ${where}` } }, 400)
  }
}

function listed(state: AzureState, call: Call, rows: readonly Row[]): Reply {
  const select = call.url.searchParams.get('$select')?.split(',')
  const chosen = rows.map((row) => (select === undefined ? row : Object.fromEntries(Object.entries(row).filter(([name]) => name.startsWith('@') || select.includes(name)))))
  return pageOf(chosen, call, { size: Math.min(state.faults.pageSize, Number(call.url.searchParams.get('$top') ?? 100)), key: '@odata.nextLink', token: '$skiptoken', host: state.faults.linkHost })
}
