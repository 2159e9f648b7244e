import { coveringBlocks } from '../clouds/azure/evaluate/coverage.ts'
import { roleDefinitionGuid } from '../clouds/azure/resource-id.ts'
import type { AzureEstate, AzureRoleAssignment, AzureRoleDefinition, AzureSubscription } from '../model/azure.ts'
import type { Instant } from '../model/instant.ts'
import type { Gap } from '../model/known.ts'
import { roleAssignmentWrite } from './azure-administrator.ts'

/** One custom role of a tenant with the operations by which it can give roles; `role` null = the definitions of a subscription were not all read. */
export type CustomRole = {
  readonly id: string; readonly role: AzureRoleDefinition | null; readonly operations: readonly string[]; readonly isConditional: boolean
  readonly assignments: readonly AzureRoleAssignment[]; readonly gaps: readonly Gap[]; readonly account: string; readonly scope: string; readonly observedAt: Instant
}

const givingRoles = [roleAssignmentWrite, 'microsoft.authorization/roledefinitions/write', 'microsoft.authorization/elevateaccess/action']

/** Every custom role once per tenant, sorted by id, then every subscription whose role definitions were not all read. */
export function customRolesOf(estate: AzureEstate): readonly CustomRole[] {
  return estate.tenants.flatMap((tenant) => {
    const subscriptions = estate.accounts.filter(({ tenantId }) => tenantId === tenant.id)
    const assignments = [...new Map(subscriptions.flatMap(({ roleAssignments }) => roleAssignments.values).map((found) => [found.id.toLowerCase(), found])).values()]
    const roles = new Map<string, CustomRole>()
    for (const subscription of subscriptions) {
      for (const role of subscription.roleDefinitions.values) if (role.isCustom && !roles.has(role.id)) roles.set(role.id, customRole(role, subscription, assignments))
    }
    const unread = subscriptions.filter(({ roleDefinitions }) => roleDefinitions.gaps.length > 0).map((subscription) => ({ ...emptyRole(subscription), gaps: subscription.roleDefinitions.gaps }))
    return [...[...roles.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), ...unread]
  })
}

function customRole(role: AzureRoleDefinition, subscription: AzureSubscription, assignments: readonly AzureRoleAssignment[]): CustomRole {
  const blocks = (withConditions: boolean) => role.permissions.filter(({ condition }) => withConditions || condition === null)
    .map(({ actions, notActions }, at) => ({ key: String(at), actions: actions.map((text) => text.toLowerCase()), notActions: notActions.map((text) => text.toLowerCase()) }))
  const given = (withConditions: boolean) => givingRoles.filter((operation) => coveringBlocks(blocks(withConditions), operation) !== null)
  const held = assignments.filter(({ roleDefinitionId }) => roleDefinitionGuid(roleDefinitionId) === role.id).sort((a, b) => (a.id < b.id ? -1 : 1))
  const isConditional = given(false).length === 0 || (held.length > 0 && held.every(({ condition }) => condition !== null))
  return { ...emptyRole(subscription), id: role.id, role, operations: given(true), isConditional, assignments: held, scope: `/subscriptions/${subscription.id}/providers/Microsoft.Authorization/roleDefinitions/${role.id}` }
}

const emptyRole = ({ id, roleDefinitions, roleAssignments }: AzureSubscription): CustomRole => ({
  id, role: null, operations: [], isConditional: false, assignments: [], gaps: [], account: id, scope: `/subscriptions/${id}`,
  observedAt: roleDefinitions.observedAt < roleAssignments.observedAt ? roleDefinitions.observedAt : roleAssignments.observedAt })
