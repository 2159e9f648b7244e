import { z } from 'zod'
import { WhittleError } from '../../../model/error.ts'
import { azureErrorCode } from '../error.ts'
import { authorizationClient, type AzureSession, DEFINITIONS, resourceManager } from '../session.ts'
import { armListing, type Collecting, graphListing, type Listing, readAll, recordList, sdkListing } from './live-call.ts'
import type { AzureList } from './record.ts'

const GROUPS_PER_CALL = 100
const GROUPS_AT_ONCE = 4
const idSchema = z.object({ id: z.string().regex(/^[0-9a-zA-Z-]{1,64}$/) })
const subscriptionSchema = z.object({ subscriptionId: z.string().regex(/^[0-9a-f-]{36}$/i), tenantId: z.string().nullish() })

export const graphCalls = {
  users: { list: 'users', call: 'User.Read.All', path: '/users?$select=id,displayName,userPrincipalName,userType,accountEnabled,createdDateTime,signInActivity&$top=500' },
  groups: { list: 'groups', call: 'GroupMember.Read.All', path: '/groups?$select=id,displayName&$top=999' },
  'service-principals': { list: 'service-principals', call: 'Application.Read.All', path: '/servicePrincipals?$select=id,appId,displayName,servicePrincipalType,accountEnabled,appOwnerOrganizationId,passwordCredentials,keyCredentials&$top=999' },
  applications: { list: 'applications', call: 'Application.Read.All', path: '/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials&$top=999' },
  'role-definitions': { list: 'graph/role-definitions', call: 'RoleManagement.Read.Directory', path: '/roleManagement/directory/roleDefinitions' },
  'role-assignments': { list: 'graph/role-assignments', call: 'RoleManagement.Read.Directory', path: '/roleManagement/directory/roleAssignments' },
} as const satisfies Readonly<Record<string, { list: AzureList; call: string; path: string }>>
const stages = ['tenant', ...Object.keys(graphCalls)]

/**
 * One page of the answers of `azure/<tenantId>` is emitted; answers the cursor of the next page, null after the last. A refused call is an answer; a
 * slowed-down or unanswered one is thrown, to be tried again. @throws WhittleError cloud.*, `environment.invalid`
 */
export async function collectAzurePage(session: AzureSession, account: string, collecting: Collecting): Promise<string | null> {
  if (account !== `azure/${session.tenantId}`) throw new WhittleError('environment.invalid', `the session is of \`azure/${session.tenantId}\`, not of \`${account}\``)
  const [stage = 'tenant', argument = ''] = (collecting.cursor ?? 'tenant').split(' ')
  if (stage === 'members') return await collectMembers(session, argument, collecting)
  if (stage === 'subscription') return await collectSubscription(session, argument, collecting)
  if (stage === 'tenant') await collectTenant(session, collecting)
  else await collectGraph(session, stage, collecting)
  return stages[stages.indexOf(stage) + 1] ?? 'members '
}

/** All pages of the tenant, one after the other. */
export async function collectAzure(session: AzureSession, emit: Collecting['emit'], signal: AbortSignal = new AbortController().signal): Promise<void> {
  let cursor: string | null = null
  do cursor = await collectAzurePage(session, `azure/${session.tenantId}`, { cursor, emit, reached: () => undefined, signal })
  while (cursor !== null)
}

async function collectTenant(session: AzureSession, collecting: Collecting): Promise<void> {
  const send = resourceManager(session)
  await recordList(`azure/${session.tenantId}/subscriptions`, 'subscriptions', subscriptionsOf(session, collecting.signal), collecting)
  const entities = armListing(send, 'Microsoft.Management/managementGroups/read', { method: 'POST', url: '/providers/Microsoft.Management/getEntities?api-version=2023-04-01' }, collecting.signal)
  await recordList(`azure/${session.tenantId}/management-groups`, 'management-groups', entities, collecting)
}

/** The tenant's subscriptions of this environment, in the shape of `az account list`. */
function subscriptionsOf(session: AzureSession, signal: AbortSignal): Listing {
  const listing = armListing(resourceManager(session), 'Microsoft.Resources/subscriptions/read', { method: 'GET', url: '/subscriptions?api-version=2022-12-01' }, signal)
  return { ...listing, page: async (next) => {
    const page = await listing.page(next)
    const own = page.items.filter((item) => {
      const { subscriptionId, tenantId } = subscriptionSchema.safeParse(item).data ?? { subscriptionId: '' }
      return (tenantId ?? session.tenantId).toLowerCase() === session.tenantId.toLowerCase() && (session.subscriptions === null || session.subscriptions.includes(subscriptionId.toLowerCase()))
    })
    return { ...page, items: own }
  } }
}

async function collectGraph(session: AzureSession, stage: string, collecting: Collecting): Promise<void> {
  const found = Object.entries(graphCalls).find(([name]) => name === stage)
  if (found === undefined) throw new WhittleError('internal', 'the cursor of the collection is none of Azure; start the scan again')
  const [name, { list, call, path }] = found
  const listing = graphListing(session, call, path, collecting.signal)
  await recordList(`azure/${session.tenantId}/graph/${name}`, list, name === 'users' ? withoutActivityWhereRefused(session, listing, collecting.signal) : listing, collecting)
}

/** Without a licence, or `AuditLog.Read.All`, Graph refuses the whole list because of its sign-in activity: then it is read without. */
function withoutActivityWhereRefused(session: AzureSession, listing: Listing, signal: AbortSignal): Listing {
  const plain = graphListing(session, listing.call, graphCalls.users.path.replace(',signInActivity', ''), signal)
  return { ...listing, page: async (next) => {
    try {
      return await listing.page(next)
    } catch (error) {
      if (next !== null || !/^(Authentication_|Authorization_)/.test(azureErrorCode(error) ?? '')) throw error
      return await plain.page(null)
    }
  } }
}

/** Members of the groups after `last` (in the order of their ids), some at a time; then the first subscription. */
async function collectMembers(session: AzureSession, last: string, collecting: Collecting): Promise<string | null> {
  const { call, path } = graphCalls.groups
  const ids = (await idsOf(graphListing(session, call, path, collecting.signal), (item) => idSchema.safeParse(item).data?.id, collecting.signal)).filter((id) => id > last).slice(0, GROUPS_PER_CALL)
  for (let at = 0; at < ids.length; at += GROUPS_AT_ONCE) {
    await Promise.all(ids.slice(at, at + GROUPS_AT_ONCE).map(async (id) => {
      await recordList(`azure/${session.tenantId}/graph/group-members/${id}`, 'group-members', graphListing(session, call, `/groups/${id}/members?$select=id&$top=999`, collecting.signal), collecting)
    }))
    collecting.reached(`members ${ids[Math.min(at + GROUPS_AT_ONCE, ids.length) - 1] ?? last}`)
  }
  return ids.length === GROUPS_PER_CALL ? `members ${ids.at(-1) ?? ''}` : await nextSubscription(session, '', collecting.signal)
}

async function collectSubscription(session: AzureSession, id: string, collecting: Collecting): Promise<string | null> {
  const { signal } = collecting
  const client = authorizationClient(session, id)
  const path = (name: string): string => `azure/${session.tenantId}/${id}/${name}`
  const options = { abortSignal: signal }
  await recordList(path('role-assignments'), 'role-assignments', sdkListing('Microsoft.Authorization/roleAssignments/read', client.roleAssignments.listForSubscription(options).byPage()), collecting)
  const definitions = armListing(resourceManager(session), 'Microsoft.Authorization/roleDefinitions/read', { method: 'GET', url: `/subscriptions/${id}/providers/Microsoft.Authorization/roleDefinitions?api-version=${DEFINITIONS}` }, signal)
  await recordList(path('role-definitions'), 'role-definitions', definitions, collecting)
  await recordList(path('deny-assignments'), 'deny-assignments', sdkListing('Microsoft.Authorization/denyAssignments/read', client.denyAssignments.list(options).byPage()), collecting)
  return await nextSubscription(session, id, signal)
}

async function nextSubscription(session: AzureSession, after: string, signal: AbortSignal): Promise<string | null> {
  const next = (await subscriptionIds(session, signal)).find((id) => id > after)
  return next === undefined ? null : `subscription ${next}`
}

/** Sorted; empty where the list is refused, which its own answer says. */
const idsOf = async (listing: Listing, idOf: (item: unknown) => string | undefined, signal: AbortSignal): Promise<readonly string[]> =>
  (await readAll(listing, signal)).items.flatMap((item) => idOf(item) ?? []).sort()

/** The subscriptions of this environment that the credential may see. @throws WhittleError cloud.* */
export const subscriptionIds = async (session: AzureSession, signal: AbortSignal): Promise<readonly string[]> =>
  await idsOf(subscriptionsOf(session, signal), (item) => subscriptionSchema.safeParse(item).data?.subscriptionId.toLowerCase(), signal)
