import type { z } from 'zod'
import type { Answer } from '../../../model/answer.ts'
import { WhittleError } from '../../../model/error.ts'
import { instantOf } from '../../../model/instant.ts'
import {
  applicationShape, denyAssignmentShape, directoryRoleAssignmentShape, directoryRoleShape, groupShape, managementEntityShape, memberShape, roleAssignmentShape, roleDefinitionShape, servicePrincipalShape, subscriptionShape, userShape,
} from './shapes.ts'

/** What is kept of the items of each answer, by the last part of its path that is no argument. */
const shapes = {
  users: userShape, groups: groupShape, 'group-members': memberShape, 'service-principals': servicePrincipalShape, applications: applicationShape, 'graph/role-definitions': directoryRoleShape,
  'graph/role-assignments': directoryRoleAssignmentShape, 'role-definitions': roleDefinitionShape, 'role-assignments': roleAssignmentShape, 'deny-assignments': denyAssignmentShape,
  'management-groups': managementEntityShape, subscriptions: subscriptionShape,
} satisfies Readonly<Record<string, z.ZodType>>
export type AzureList = keyof typeof shapes

/** The items as the command line prints them: Graph's in `value`, the resource manager's as an array, with the fields that Whittle uses and no others. @throws WhittleError `cloud.unavailable` on another shape */
export function recordable(list: AzureList, items: readonly unknown[], isComplete: boolean): Answer {
  const kept = items.map((item) => {
    const parsed = shapes[list].safeParse(JSON.parse(JSON.stringify(item)))
    if (!parsed.success) throw new WhittleError('cloud.unavailable', `Azure answered \`${list}\` in a shape that is not known (at \`/${parsed.error.issues[0]?.path.join('/') ?? ''}\`)`, { call: list })
    return parsed.data
  })
  const isGraph = list.startsWith('graph/') || ['users', 'groups', 'group-members', 'service-principals', 'applications'].includes(list)
  return { kind: 'present', pages: [isGraph ? { value: kept } : kept], isComplete, observedAt: instantOf(Date.now()) }
}

export const errorAnswer = (code: string, message: string): Answer => ({ kind: 'error', code, message, observedAt: instantOf(Date.now()) })
