import { z } from 'zod'
import type { AzurePermission, AzureRoleAssignment, AzureRoleDefinition } from '../../../model/azure.ts'
import type { Change, ChangeKindAbout } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Json } from '../../../model/json.ts'
import { canonicalHash } from '../../canonical.ts'
import { parseRoleAssignmentId, parseScope, scopeKey } from '../resource-id.ts'

const operations = z.array(z.string()).transform((names) => [...new Set(names.map((name) => name.toLowerCase()))].sort())
const permissionSchema = z.object({ actions: operations, notActions: operations, dataActions: operations, notDataActions: operations, condition: z.string().nullable(), conditionVersion: z.string().nullable() })
/**
 * One role assignment with the content of its role: a role that gives something else after the approval is drift. `role` null = the definition could not be
 * read. Everything that the undo has to write again is here; its GUID is in the target.
 */
export const assignmentStateSchema = z.strictObject({
  scope: z.string().refine((text) => parseScope(text) !== null, 'is no scope'), roleDefinitionId: z.string().min(1), role: z.array(permissionSchema).nullable(),
  principalId: z.string().min(1), principalType: z.string().min(1), condition: z.string().nullable(), conditionVersion: z.string().nullable(), description: z.string().nullable(),
  delegatedManagedIdentityResourceId: z.string().nullable(),
})
export type AssignmentState = z.output<typeof assignmentStateSchema>

/** Where the assignment was made and its GUID; a delete works only at exactly this scope. @throws WhittleError `change.refused` on a target that is no role assignment's id */
export function parseAssignmentTarget(target: string): { readonly scope: string; readonly guid: string } {
  const parsed = parseRoleAssignmentId(target)
  if (parsed === null) throw new WhittleError('change.refused', `\`${target}\` is no id of a role assignment`)
  return { scope: parsed.scope, guid: parsed.name.toLowerCase() }
}

const stateOf = (state: Json): AssignmentState | null => {
  if (state === null) return null
  const parsed = assignmentStateSchema.safeParse(state)
  if (!parsed.success) throw new WhittleError('change.refused', `the state of a role assignment is not understood: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}; propose the change again`)
  return { ...parsed.data, role: parsed.data.role === null ? null : parsed.data.role.toSorted((a, b) => (canonicalHash(a) < canonicalHash(b) ? -1 : 1)) }
}
export const assignmentStateIn = ({ before, after }: Change): AssignmentState => {
  const state = stateOf(after) ?? stateOf(before)
  if (state === null) throw new WhittleError('change.refused', 'a change of a role assignment from nothing to nothing changes nothing')
  return state
}

/** The assignment is taken away (`isThere: false`) or made again under the same GUID. */
export function assignmentChange(target: string, state: AssignmentState, isThere: boolean): Change {
  const canonical = stateOf(state)
  const [before, after] = isThere ? [null, canonical] : [canonical, null]
  return { kind: 'azure.role-assignment', target, before, after, base: canonicalHash(before) }
}

/** The state of an assignment as it was collected, with what its role gives. */
export const stateOfAssignment = (assignment: AzureRoleAssignment, role: AzureRoleDefinition | null): AssignmentState => assignmentStateSchema.parse({
  scope: assignment.scope, roleDefinitionId: assignment.roleDefinitionId, role: role === null ? null : role.permissions.map((permission: AzurePermission) => ({ ...permission })), principalId: assignment.principalId, principalType: assignment.principalType,
  condition: assignment.condition, conditionVersion: assignment.conditionVersion, description: assignment.description, delegatedManagedIdentityResourceId: assignment.delegatedManagedIdentityResourceId,
})

/** Pure knowledge of one role assignment. Azure edits no assignment's role: it is there or it is not. */
export const azureRoleAssignment: ChangeKindAbout = {
  kind: 'azure.role-assignment',
  permissions: ['Microsoft.Authorization/roleAssignments/read', 'Microsoft.Authorization/roleAssignments/write', 'Microsoft.Authorization/roleAssignments/delete', 'Microsoft.Authorization/roleDefinitions/read'],
  isReversible: true,
  canonical: stateOf,
  // high: what is assigned at a subscription or above is subscription-wide, an administrator's role or not (CONTRACTS §6); below it, it narrows one identity in one resource group.
  tier: (change) => (['resource-group', 'resource'].includes(parseScope(parseAssignmentTarget(change.target).scope)?.kind ?? 'root') ? 'medium' : 'high'),
  reducesOnly: ({ after }) => after === null,
  describe(change) {
    const { scope, principalId, principalType, roleDefinitionId } = assignmentStateIn(change)
    return `${principalType.toLowerCase()} \`${principalId}\` ${change.after === null ? 'loses' : 'gets'} role \`${roleDefinitionId.split('/').at(-1) ?? roleDefinitionId}\` at \`${scope}\``
  },
  apiCalls(change) {
    const { roleDefinitionId, principalId, condition } = assignmentStateIn(change)
    if (change.after === null) return [`GET ${change.target}?api-version=2022-04-01`, `DELETE ${change.target}?api-version=2022-04-01`]
    return [`GET ${change.target}?api-version=2022-04-01`, `PUT ${change.target}?api-version=2022-04-01 (role \`${roleDefinitionId}\`, principal \`${principalId}\`${condition === null ? '' : ', with its condition'})`]
  },
  affects: (change) => [assignmentStateIn(change).principalId],
}

/** Equal for two spellings of one assignment's id: Azure compares them without case. */
export const isSameAssignment = (a: string, b: string): boolean => scopeKey(a) === scopeKey(b)
