import { decide, decideBy, type Grant, grantsOf } from '../clouds/azure/evaluate/access.ts'
import { includes } from '../clouds/azure/evaluate/pattern.ts'
import { indexTenant, type TenantIndex } from '../clouds/azure/evaluate/directory-index.ts'
import type { AzureDirectoryRole, AzureEstate, AzureSubscription } from '../model/azure.ts'
import type { Gap } from '../model/known.ts'
import type { Verdict } from '../model/verdict.ts'

/**
 * Who is administrator in Azure (CONTRACTS §4): effective `*` or role-assignment write at a subscription or above, or an Entra role that may write Entra role assignments
 * of the whole tenant (what Global and Privileged Role Administrator have in common). Decided by permissions, never by the name of a role.
 * Covers: what clouds/azure/evaluate covers, Entra roles assigned to principals and groups. Does not cover: eligible (PIM) roles, application permissions of Graph.
 */
export const roleAssignmentWrite = 'microsoft.authorization/roleassignments/write'
const entraRoleWrites = ['microsoft.directory/roleassignments/allproperties/alltasks', 'microsoft.directory/roleassignments/allproperties/update', 'microsoft.directory/roleassignments/create']

/** Whether the principal is administrator of a subscription by Azure roles; `without` leaves assignments (lower-case ids) out. */
export function administratorVerdict(index: TenantIndex, subscription: AzureSubscription, principalId: string, without: ReadonlySet<string> = new Set()): Verdict {
  const scope = `/subscriptions/${subscription.id}`
  const grants = grantsOf(index, principalId, subscription).filter(({ assignment }) => index.reaches(assignment.scope, scope) && !without.has(assignment.id.toLowerCase()))
  return decideBy(index, subscription, { principalId, operation: roleAssignmentWrite, scope }, grants)
}

/** Whether every control plane operation is allowed at `scope`, by these grants or by all that reach it. */
export function everythingVerdict(index: TenantIndex, within: AzureSubscription, asked: { readonly principalId: string; readonly scope: string }, grants?: readonly Grant[]): Verdict {
  const question = { ...asked, operation: '*' }
  return grants === undefined ? decide(index, within, question) : decideBy(index, within, question, grants)
}

/** Whether the principal may write Entra role assignments of the whole tenant. */
export function entraAdministratorVerdict(index: TenantIndex, principalId: string): Verdict {
  const { directoryRoles, directoryRoleAssignments } = index.tenant
  const holders = new Set([principalId, ...index.groupsOf(principalId)])
  const held = directoryRoleAssignments.values.filter((found) => holders.has(found.principalId) && found.scope === '/')
  const roles = new Map(directoryRoles.values.map((role) => [role.id, role]))
  const because = held.filter(({ roleId }) => mayWriteEntraRoles(roles.get(roleId))).map(({ id, roleId }) => ({ policy: id, statement: roles.get(roleId)?.name ?? roleId }))
  if (because.length > 0) return { kind: 'allowed', because, unread: [] }
  const undefinedRoles = held.filter(({ roleId }) => !roles.has(roleId)).map(({ id }): Gap => directoryRoles.gaps[0] ?? { what: `azure/${index.tenant.id}/graph/role-definitions`, why: 'not-exported', reason: `role of Entra assignment \`${id}\` was not read` })
  const groups = directoryRoleAssignments.values.filter((found) => !holders.has(found.principalId)).flatMap((found) => index.unreadMembers(found.principalId))
  const missing = [...directoryRoleAssignments.gaps, ...undefinedRoles, ...groups]
  return missing.length > 0 ? { kind: 'unknown', missing } : { kind: 'denied', how: 'implicit', by: [] }
}

const mayWriteEntraRoles = (role: AzureDirectoryRole | undefined): boolean => role !== undefined && role.permissions.some(({ allowed, excluded, condition }) => condition === null &&
  entraRoleWrites.some((write) => allowed.some((action) => includes(action.toLowerCase(), write)) && !excluded.some((hole) => includes(hole.toLowerCase(), write))))

/** Principals (users, workloads, groups) that are certainly or conditionally administrator of the subscription by Azure roles. Sorted by id. */
export function azureAdministrators(estate: AzureEstate, subscription: AzureSubscription, without: ReadonlySet<string> = new Set()): readonly { readonly principalId: string; readonly verdict: Verdict }[] {
  const tenant = estate.tenants.find(({ id }) => id === subscription.tenantId)
  if (tenant === undefined) return []
  const index = indexTenant(estate, tenant)
  const assigned = subscription.roleAssignments.values.map(({ principalId }) => principalId)
  return [...new Set([...assigned, ...assigned.flatMap((id) => [...index.membersOf(id)])])].sort()
    .map((principalId) => ({ principalId, verdict: administratorVerdict(index, subscription, principalId, without) }))
    .filter(({ verdict }) => verdict.kind === 'allowed' || verdict.kind === 'conditional')
}
