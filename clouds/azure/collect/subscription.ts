import type { z } from 'zod'
import type { AzureManagementGroup, AzurePermission, AzureRoleAssignment, AzureRoleDefinition, AzureSubscription } from '../../../model/azure.ts'
import { type Collected, collected } from '../../../model/known.ts'
import { roleDefinitionGuid } from '../resource-id.ts'
import { type Reading, readList } from './read.ts'
import { denyAssignmentShape, managementEntityShape, type PermissionShape, roleAssignmentShape, roleDefinitionShape, subscriptionShape } from './shapes.ts'

type Named = { readonly id: string; readonly name: string; readonly state: string }

/** The subscriptions of one tenant: those that the list names and those that something was exported of. */
export function readSubscriptions(reading: Reading, tenantId: string): readonly AzureSubscription[] {
  const listed = readList(reading, `azure/${tenantId}/subscriptions`, subscriptionShape, (found) => ({
    tenantId: found.tenantId ?? tenantId, id: (found.subscriptionId ?? found.id.replace(/^\/subscriptions\//i, '')).toLowerCase(),
    name: found.name ?? found.displayName ?? found.id, state: found.state ?? 'Unknown' })).values.filter((found) => found.tenantId.toLowerCase() === tenantId.toLowerCase())
  const folders = reading.source.list(`azure/${tenantId}`).filter((name) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name))
  const named = new Map<string, Named>(listed.map((found) => [found.id, found]))
  const folderOf = new Map(folders.map((folder) => [folder.toLowerCase(), folder]))
  for (const id of folderOf.keys()) if (!named.has(id)) named.set(id, { id, name: id, state: 'Unknown' })
  return [...named.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((found) => readSubscription(reading, tenantId, found, folderOf.get(found.id) ?? found.id))
}

function readSubscription(reading: Reading, tenantId: string, found: Named, folder: string): AzureSubscription {
  const path = (name: string): string => `azure/${tenantId}/${folder}/${name}`
  return {
    id: found.id, tenantId, name: found.name, state: found.state,
    roleAssignments: readList(reading, path('role-assignments'), roleAssignmentShape, toRoleAssignment),
    roleDefinitions: readList(reading, path('role-definitions'), roleDefinitionShape, toRoleDefinition),
    denyAssignments: readList(reading, path('deny-assignments'), denyAssignmentShape, (item) => ({
      id: item.id, name: item.denyAssignmentName ?? item.id, scope: item.scope, appliesToChildren: !(item.doNotApplyToChildScopes ?? false), isSystemProtected: item.isSystemProtected ?? false,
      permissions: (item.permissions ?? []).map(toPermission), principals: (item.principals ?? []).map(({ id }) => id.toLowerCase()),
      excluded: (item.excludePrincipals ?? []).map(({ id }) => id.toLowerCase()), condition: item.condition ?? null })),
  }
}

/** The management groups that the entity list names. `parent` null = the tenant root group. */
export function readManagementGroups(reading: Reading, tenantId: string): Collected<AzureManagementGroup> {
  const entities = readList(reading, `azure/${tenantId}/management-groups`, managementEntityShape, (entity) => ({
    id: entity.name, name: entity.displayName ?? entity.name, parent: entity.parent?.id?.split('/').at(-1) ?? null,
    isGroup: (entity.type ?? entity.id).toLowerCase().includes('managementgroups') }))
  return collected(entities.values.filter((entity) => entity.isGroup).map(({ id, name, parent }) => ({ id, name, parent: parent === '' ? null : parent })), entities.observedAt, entities.gaps)
}

/** A role assignment as the estate holds it; an empty text says nothing. */
export const toRoleAssignment = (item: z.output<typeof roleAssignmentShape>): AzureRoleAssignment => ({
  id: item.id, scope: item.scope, principalId: item.principalId.toLowerCase(), principalType: item.principalType ?? 'Unknown', principalName: item.principalName ?? null,
  roleDefinitionId: item.roleDefinitionId, condition: item.condition || null, conditionVersion: item.conditionVersion || null, description: item.description || null,
  delegatedManagedIdentityResourceId: item.delegatedManagedIdentityResourceId || null })

export const toRoleDefinition = (item: z.output<typeof roleDefinitionShape>): AzureRoleDefinition => ({
  id: roleDefinitionGuid(item.id), name: item.roleName ?? item.name ?? item.id, isCustom: item.roleType !== 'BuiltInRole', assignableScopes: item.assignableScopes,
  permissions: (item.permissions ?? []).map(toPermission) })

const toPermission = (block: PermissionShape): AzurePermission => ({
  actions: block.actions, notActions: block.notActions, dataActions: block.dataActions, notDataActions: block.notDataActions,
  condition: block.condition ?? null, conditionVersion: block.conditionVersion ?? null })
