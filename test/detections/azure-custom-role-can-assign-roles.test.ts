import { expect, test } from 'vitest'
import { azureCustomRoleCanAssignRoles as rule } from '../../detections/azure-custom-role-can-assign-roles.ts'
import { assignment, type AzureAnswers, azureEstate, azureNow, role, roleGuid } from '../builders/azure.ts'

const run = (over: AzureAnswers) => rule.run(azureEstate(over))
const custom = (actions: readonly string[], notActions: readonly string[] = []) => ({ 'role-definitions': [role(1, actions, { custom: true, notActions, name: 'Helper' })] })

test.each<[string, AzureAnswers, readonly string[]]>([
  ['a role that writes assignments violates', custom(['Microsoft.Authorization/roleAssignments/write']), ['violation']],
  ['through a wildcard as well', custom(['Microsoft.Authorization/*']), ['violation']],
  ['rewriting role definitions gives roles too', custom(['Microsoft.Authorization/roleDefinitions/*']), ['violation']],
  ['so does elevating access', custom(['Microsoft.Authorization/elevateAccess/action']), ['violation']],
  ['everything without authorization writes passes', custom(['*'], ['Microsoft.Authorization/*']), ['pass']],
  ['deleting assignments gives none', custom(['Microsoft.Authorization/roleAssignments/delete']), ['pass']],
  ['a built-in role is no subject', { 'role-definitions': [role(1, ['*'])] }, []],
  ['role definitions that were not exported are unknown', { 'role-definitions': undefined }, ['unknown']],
  ['a list cut off judges what was read and says the rest is unknown', { 'role-definitions': { kind: 'present', pages: [{ value: [role(1, ['*'], { custom: true })], nextLink: 'https://more' }], isComplete: false, observedAt: azureNow } }, ['violation', 'unknown']],
])('%s', (_name, over, expected) => {
  expect(run(over).map(({ judgement }) => judgement.kind)).toEqual(expected)
})

test('the finding hangs on the role and names who holds it; unassigned it weighs less; conditions count', () => {
  const [held, unheld, bound] = [[assignment(2, 1, 1)], [], [assignment(2, 1, 1, { condition: '@Request[x]' })]].map((list) => run({ ...custom(['*']), 'role-assignments': list })[0])
  expect(held?.subject).toMatchObject({ id: roleGuid(1), part: '', principal: null })
  expect(held?.judgement).toMatchObject({ kind: 'violation', certainty: 'certain', evidence: { assignmentCount: 1, operations: ['microsoft.authorization/roleassignments/write', 'microsoft.authorization/roledefinitions/write', 'microsoft.authorization/elevateaccess/action'] } })
  expect([unheld?.judgement, bound?.judgement]).toMatchObject([{ likelihood: 1 }, { certainty: 'conditional' }])
})
