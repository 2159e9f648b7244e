import { expect, test } from 'vitest'
import { administratorVerdict, azureAdministrators, entraAdministratorVerdict } from '../../analysis/azure-administrator.ts'
import { indexTenant } from '../../clouds/azure/evaluate/directory-index.ts'
import type { Verdict } from '../../model/verdict.ts'
import { assignment, type AzureAnswers, azureEstate, group, groupScope, memberUser, objectId, role, roleGuid, rootGroup, user } from '../builders/azure.ts'

function verdicts(over: AzureAnswers): { readonly azure: Verdict['kind']; readonly entra: Verdict['kind'] } {
  const { azure } = azureEstate({ 'graph/users': [user(1)], ...over })
  const [tenant, subscription] = [azure.tenants[0], azure.accounts[0]]
  if (tenant === undefined || subscription === undefined) throw new Error('no tenant')
  const index = indexTenant(azure, tenant)
  return { azure: administratorVerdict(index, subscription, objectId(1)).kind, entra: entraAdministratorVerdict(index, objectId(1)).kind }
}
const assigner = { 'role-definitions': [role(1, ['Microsoft.Authorization/roleAssignments/*'])] }

test.each<[string, AzureAnswers, Verdict['kind']]>([
  ['role-assignment write at the subscription', { ...assigner, 'role-assignments': [assignment(1, 1, 1)] }, 'allowed'],
  ['role-assignment write above it', { ...assigner, 'role-assignments': [assignment(1, 1, 1, { scope: rootGroup })] }, 'allowed'],
  ['role-assignment write below it', { ...assigner, 'role-assignments': [assignment(1, 1, 1, { scope: groupScope })] }, 'denied'],
  ['role-assignment write under a condition', { ...assigner, 'role-assignments': [assignment(1, 1, 1, { condition: '@Request[x]' })] }, 'conditional'],
  ['a role that was not read', { 'role-assignments': [assignment(1, 1, 1)] }, 'unknown'],
])('by Azure roles: %s', (_name, over, expected) => {
  expect(verdicts(over).azure).toBe(expected)
})

const entraRole = (allowed: readonly string[], excluded: readonly string[] = []) => ({ 'graph/role-definitions': [{ id: roleGuid(9), displayName: 'Helper', isBuiltIn: true, rolePermissions: [{ allowedResourceActions: allowed, excludedResourceActions: excluded }] }] })
const entraAssignment = (principal: number, directoryScopeId = '/') => ({ 'graph/role-assignments': [{ id: 'assignment', principalId: objectId(principal), roleDefinitionId: roleGuid(9), directoryScopeId }] })
const writes = entraRole(['microsoft.directory/roleAssignments/allProperties/allTasks'])
test.each<[string, AzureAnswers, Verdict['kind']]>([
  ['a role that writes Entra role assignments', { ...writes, ...entraAssignment(1) }, 'allowed'],
  ['a wildcard over the directory', { ...entraRole(['microsoft.directory/*']), ...entraAssignment(1) }, 'allowed'],
  ['through a group', { ...writes, ...entraAssignment(7), 'graph/groups': [group(7)], [`graph/group-members/${objectId(7)}`]: [memberUser(1)] }, 'allowed'],
  ['in an administrative unit only', { ...writes, ...entraAssignment(1, '/administrativeUnits/x') }, 'denied'],
  ['a role that reads only', { ...entraRole(['microsoft.directory/roleAssignments/standard/read']), ...entraAssignment(1) }, 'denied'],
  ['a role that was not read', entraAssignment(1), 'unknown'],
  ['assignments that were not exported', { 'graph/role-assignments': undefined }, 'unknown'],
])('by Entra roles: %s', (_name, over, expected) => {
  expect(verdicts(over).entra).toBe(expected)
})

test('administrators of a subscription are listed with group members, and without what is to be removed', () => {
  const { azure } = azureEstate({ ...assigner, 'graph/users': [user(1), user(2)], 'graph/groups': [group(7)], [`graph/group-members/${objectId(7)}`]: [memberUser(2)],
    'role-assignments': [assignment(1, 1, 1), assignment(2, 7, 1, { principalType: 'Group' })] })
  const [subscription] = azure.accounts
  if (subscription === undefined) throw new Error('no subscription')
  const ids = (without: readonly string[]) => azureAdministrators(azure, subscription, new Set(without)).map(({ principalId }) => principalId)
  expect(ids([])).toEqual([objectId(1), objectId(2), objectId(7)])
  expect(ids([subscription.roleAssignments.values[1]?.id.toLowerCase() ?? ''])).toEqual([objectId(1)])
})
