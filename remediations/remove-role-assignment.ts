import { z } from 'zod'
import { azureAdministrators } from '../analysis/azure-administrator.ts'
import { assignmentChange, azureRoleAssignment, isSameAssignment, stateOfAssignment } from '../clouds/azure/change/role-assignment.ts'
import { indexTenant } from '../clouds/azure/evaluate/directory-index.ts'
import { parseScope, roleDefinitionGuid } from '../clouds/azure/resource-id.ts'
import type { AzureRoleAssignment, AzureSubscription } from '../model/azure.ts'
import type { Change } from '../model/change.ts'
import type { Estate } from '../model/estate.ts'
import type { Remediation } from '../model/remediation.ts'
import { err, ok, type Result } from '../model/result.ts'

const evidenceSchema = z.object({ assignments: z.array(z.object({ id: z.string(), scope: z.string(), role: z.string(), group: z.string().nullable() })) })
const optionsSchema = z.strictObject({ assignment: z.string().optional() })
const mostAtOnce = 10
type Named = z.output<typeof evidenceSchema>['assignments'][number]
type Found = { readonly assignment: AzureRoleAssignment; readonly within: AzureSubscription; readonly change: Change; readonly inverse: Change; readonly role: string }

/** The role assignments that the finding names (or the one that the option `assignment` names) are gone, one change each; undo makes them again under the same ids. */
export const removeRoleAssignment: Remediation = {
  id: 'remove-role-assignment',
  title: 'Remove the role assignment',
  effect: 'The identity loses what the role gives, within ten minutes everywhere; tokens already issued may live on for about an hour. Undo makes the same assignment again, with its condition.',
  kinds: ['azure.role-assignment'],
  propose(finding, estate, options) {
    const chosen = optionsSchema.safeParse(options)
    if (!chosen.success) return err('the only option of this fix is `assignment`, the full id of one role assignment of the finding')
    const evidence = evidenceSchema.safeParse(finding.evidence)
    if (!evidence.success || evidence.data.assignments.length === 0) return err('the finding names no role assignment: change what it names in the portal, then scan again')
    const { assignment: only } = chosen.data
    const wanted = evidence.data.assignments.filter(({ id }) => only === undefined || isSameAssignment(id, only))
    if (wanted.length === 0) return err(`\`${only ?? ''}\` is none of the role assignments that cause the finding`)
    if (wanted.length > mostAtOnce) return err(`${wanted.length} role assignments cause the finding, more than the ${mostAtOnce} that one plan removes: choose one with the option \`assignment\``)
    const found: Found[] = []
    for (const named of wanted) {
      const one = assignmentToRemove(estate, named)
      if (!one.ok) return one
      found.push(one.value)
    }
    const last = lastAdministrator(estate, found)
    if (last !== null) return err(last)
    const changes = found.map(({ change }) => change)
    const principal = estate.principals.find(({ id }) => id === finding.principal)
    return ok({
      remediation: 'remove-role-assignment', cloud: 'azure', account: finding.account, title: found.map(({ assignment, role }) => `\`${principal?.name ?? assignment.principalName ?? assignment.principalId}\` loses \`${role}\` at \`${assignment.scope}\``).join('; '),
      reason: finding.summary, changes, inverse: found.map(({ inverse }) => inverse).reverse(), irreversible: [], apiCalls: changes.flatMap((change) => azureRoleAssignment.apiCalls(change)),
      affects: affected(estate, changes), tier: changes.some((change) => azureRoleAssignment.tier(change) === 'high') ? 'high' : 'medium', reducesOnly: true,
    })
  },
}

function assignmentToRemove(estate: Estate, named: Named): Result<Found, string> {
  const text = `role \`${named.role}\` at \`${named.scope}\``
  if (named.group !== null) return err(`${text} is held through group \`${named.group}\`: take the identity out of the group instead, or everybody in it loses the role`)
  const kind = parseScope(named.scope)?.kind
  if (kind === 'root' || kind === 'management-group') return err(`${text} is inherited by every subscription below: remove it there by hand, after looking at what else hangs on it`)
  for (const within of estate.azure.accounts) {
    const assignment = within.roleAssignments.values.find(({ id }) => isSameAssignment(id, named.id))
    if (assignment === undefined) continue
    const definition = within.roleDefinitions.values.find(({ id }) => id === roleDefinitionGuid(assignment.roleDefinitionId)) ?? null
    if (definition === null) return err(`what ${text} gives was not read: scan again with \`Microsoft.Authorization/roleDefinitions/read\` granted`)
    const state = stateOfAssignment(assignment, definition)
    return ok({ assignment, within, change: assignmentChange(assignment.id, state, false), inverse: assignmentChange(assignment.id, state, true), role: definition.name })
  }
  return err(`${text} is no longer there; scan again`)
}

/** The reason, where a subscription that has an administrator would be left without a person who is one. */
function lastAdministrator(estate: Estate, found: readonly Found[]): string | null {
  const without = new Set(found.map(({ assignment }) => assignment.id.toLowerCase()))
  for (const within of new Set(found.map((one) => one.within))) {
    const isLoser = azureAdministrators(estate.azure, within).length > azureAdministrators(estate.azure, within, without).length
    if (isLoser && !azureAdministrators(estate.azure, within, without).some((one) => one.verdict.kind === 'allowed' && isEnabledPerson(estate, within, one.principalId)))
      return `this would leave subscription \`${within.name}\` without a person who is known to be its administrator: give somebody else the role first, or nobody can`
  }
  return null
}

function isEnabledPerson({ azure }: Estate, { tenantId, roleAssignments }: AzureSubscription, id: string): boolean {
  const users = azure.tenants.find((tenant) => tenant.id === tenantId)?.users
  const user = users?.values.find((each) => each.id === id)
  if (user !== undefined) return !(user.isEnabled.kind === 'present' && !user.isEnabled.value)
  // a directory that was not read does not tell who is disabled
  return users?.gaps.length !== 0 && roleAssignments.values.some(({ principalId, principalType }) => principalId === id && principalType === 'User')
}

/** The principals by every id they are known by; of a group, everybody in it. */
function affected(estate: Estate, changes: readonly Change[]): string[] {
  const direct = changes.flatMap((change) => azureRoleAssignment.affects(change))
  const ids = new Set([...direct, ...estate.azure.tenants.flatMap((tenant) => direct.flatMap((id) => [...indexTenant(estate.azure, tenant).membersOf(id)]))])
  return [...ids, ...estate.principals.filter(({ cloud, subjectId }) => cloud === 'azure' && ids.has(subjectId.toLowerCase())).map(({ id }) => id)]
}
