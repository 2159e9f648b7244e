import { azureError } from '../error.ts'
import { authorizationClient, type AzureSession, DEFINITIONS, resourceManager } from '../session.ts'
import { subscriptionIds, graphCalls } from './live.ts'
import { armListing, graphListing, type Listing, sdkListing } from './live-call.ts'

/** What one call of the collector would give. `absent`: answered, and there is nothing; `refused`: the permission is missing; `failed`: anything else. */
export type Probe = { readonly what: string; readonly permission: string; readonly outcome: 'read' | 'absent' | 'refused' | 'failed'; readonly reason: string | null }

/** Every call that a scan of this tenant makes, tried once with its first page. Does not throw for what Azure answers. */
export async function probeAzure(session: AzureSession, signal: AbortSignal = new AbortController().signal): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  const attempt = async (what: string, permission: string, send: () => Promise<readonly unknown[]>): Promise<readonly unknown[] | null> => {
    try {
      const items = await send()
      probes.push({ what, permission, outcome: items.length === 0 ? 'absent' : 'read', reason: items.length === 0 ? 'answered, and there is nothing' : null })
      return items
    } catch (error) {
      const known = azureError(permission, error)
      probes.push({ what, permission, outcome: known.code === 'cloud.access-denied' ? 'refused' : 'failed', reason: known.message })
      return null
    }
  }
  const first = async (what: string, listing: Listing): Promise<void> => { await attempt(what, listing.call, async () => (await listing.page(null)).items) }
  const tenant = `tenant ${session.tenantId}`
  const subscriptions = await attempt(tenant, 'Microsoft.Resources/subscriptions/read', async () => await subscriptionIds(session, signal))
  await first(tenant, armListing(resourceManager(session), 'Microsoft.Management/managementGroups/read', { method: 'POST', url: '/providers/Microsoft.Management/getEntities?api-version=2023-04-01' }, signal))
  for (const [name, { call, path }] of Object.entries(graphCalls)) {
    const plain = name === 'users' ? path.replace(',signInActivity', '') : path
    await first(`${tenant}: ${name}`, graphListing(session, call, plain.replace(/\$top=\d+/, '$top=1'), signal))
  }
  await first(`${tenant}: sign-in activity`, graphListing(session, 'AuditLog.Read.All', '/users?$select=id,signInActivity&$top=1', signal))
  for (const id of (subscriptions ?? []).filter((each) => typeof each === 'string')) {
    const client = authorizationClient(session, id)
    const options = { abortSignal: signal }
    const what = `subscription ${id}`
    await first(what, sdkListing('Microsoft.Authorization/roleAssignments/read', client.roleAssignments.listForSubscription(options).byPage()))
    await first(what, armListing(resourceManager(session), 'Microsoft.Authorization/roleDefinitions/read', { method: 'GET', url: `/subscriptions/${id}/providers/Microsoft.Authorization/roleDefinitions?api-version=${DEFINITIONS}` }, signal))
    await first(what, sdkListing('Microsoft.Authorization/denyAssignments/read', client.denyAssignments.list(options).byPage()))
  }
  return probes
}
