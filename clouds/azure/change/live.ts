import { z } from 'zod'
import type { Change, ChangeDriver, ChangeKind } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Json } from '../../../model/json.ts'
import { toRoleAssignment, toRoleDefinition } from '../collect/subscription.ts'
import { roleAssignmentShape, roleDefinitionShape } from '../collect/shapes.ts'
import { azureError, azureErrorCode } from '../error.ts'
import { subscriptionOf } from '../resource-id.ts'
import { authorizationClient, type AzureSession, DEFINITIONS, REQUEST_MS, resourceManager } from '../session.ts'
import { assignmentStateIn, azureRoleAssignment, isSameAssignment, parseAssignmentTarget, stateOfAssignment } from './role-assignment.ts'

const permission = (verb: 'read' | 'write' | 'delete'): string => `Microsoft.Authorization/roleAssignments/${verb}`
const userType = z.enum(['User', 'Group', 'ServicePrincipal', 'ForeignGroup', 'Device'])

/** Reads and writes role assignments of the session's tenant through the resource manager; one attempt of at most 30 seconds per call. @throws WhittleError `change.unsupported` */
export function azureChangeDriver(kind: ChangeKind, session: AzureSession): ChangeDriver {
  if (kind !== azureRoleAssignment.kind) throw new WhittleError('change.unsupported', `\`${kind}\` is no change of Azure`)
  const own = (target: string): ReturnType<typeof parseAssignmentTarget> => {
    const parsed = parseAssignmentTarget(target)
    const subscription = subscriptionOf(parsed.scope)
    if (session.subscriptions !== null && (subscription === null || !session.subscriptions.includes(subscription))) throw new WhittleError('change.refused', `\`${target}\` is in none of the subscriptions of this environment`)
    return parsed
  }
  return {
    read: async (target) => await readAssignment(session, target, own(target)),
    write: async (change) => { await (change.after === null ? removeAssignment : makeAssignment)(session, change, own(change.target)) },
  }
}

type Place = ReturnType<typeof parseAssignmentTarget>
/** The SDK puts a slash before the scope itself. */
const scopeOf = ({ scope }: Place): string => scope.replace(/^\//, '')
const clientOf = (session: AzureSession, { scope }: Place) => authorizationClient(session, subscriptionOf(scope) ?? session.tenantId)
const inTime = () => ({ abortSignal: AbortSignal.timeout(REQUEST_MS) })

async function readAssignment(session: AzureSession, target: string, place: Place): Promise<Json> {
  const answer = await orNull(permission('read'), async () => await clientOf(session, place).roleAssignments.get(scopeOf(place), place.guid, inTime()))
  const found = answer === null ? null : roleAssignmentShape.safeParse(answer)
  if (found === null) return null
  if (!found.success || !isSameAssignment(found.data.id, target)) throw new WhittleError('cloud.unavailable', 'Azure answered a role assignment in a shape that is not known', { call: permission('read') })
  const definition = await orNull('Microsoft.Authorization/roleDefinitions/read', async () =>
    await resourceManager(session)({ method: 'GET', url: `${found.data.roleDefinitionId}?api-version=${DEFINITIONS}`, signal: AbortSignal.timeout(REQUEST_MS) }))
  const role = definition === null ? null : roleDefinitionShape.safeParse(definition)
  return azureRoleAssignment.canonical(stateOfAssignment(toRoleAssignment(found.data), role?.success === true ? toRoleDefinition(role.data) : null))
}

async function removeAssignment(session: AzureSession, _change: Change, place: Place): Promise<void> {
  await orNull(permission('delete'), async () => await clientOf(session, place).roleAssignments.delete(scopeOf(place), place.guid, inTime()))
}

/** The same GUID with the same content is the same assignment; with another content Azure refuses, which is a lost race. */
async function makeAssignment(session: AzureSession, change: Change, place: Place): Promise<void> {
  const state = assignmentStateIn(change)
  const { roleDefinitionId, principalId, condition, conditionVersion, description, delegatedManagedIdentityResourceId } = state
  const principalType = userType.safeParse(state.principalType).data
  try {
    await clientOf(session, place).roleAssignments.create(scopeOf(place), place.guid, {
      roleDefinitionId, principalId, ...(principalType === undefined ? {} : { principalType }), ...(condition === null ? {} : { condition }), ...(conditionVersion === null ? {} : { conditionVersion }),
      ...(description === null ? {} : { description }), ...(delegatedManagedIdentityResourceId === null ? {} : { delegatedManagedIdentityResourceId }) }, inTime())
  } catch (error) {
    throw azureError(permission('write'), error)
  }
}

/** What the call answers; null where the thing that it asks about is not there. */
async function orNull<T>(call: string, send: () => Promise<T>): Promise<T | null> {
  try {
    return await send()
  } catch (error) {
    if (['RoleAssignmentNotFound', 'RoleDefinitionDoesNotExist'].includes(azureErrorCode(error) ?? '')) return null
    throw azureError(call, error)
  }
}
