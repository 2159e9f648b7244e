import { expect, test } from 'vitest'
import { azureDisabledUserWithAccess as rule } from '../../detections/azure-disabled-user-with-access.ts'
import { assignment, type AzureAnswers, azureEstate, group, memberUser, objectId, role, user, workload } from '../builders/azure.ts'

const run = (row: Record<string, unknown>, over: AzureAnswers = {}) =>
  rule.run(azureEstate({ 'graph/users': [user(1, row)], 'role-definitions': [role(1, ['*']), role(2, ['*/read'])], 'role-assignments': [assignment(1, 1, 1)], ...over }))

test.each<[string, Record<string, unknown>, AzureAnswers, readonly string[]]>([
  ['an enabled user passes', {}, {}, ['pass']],
  ['a disabled user with a role violates', { accountEnabled: false }, {}, ['violation']],
  ['also through a group', { accountEnabled: false }, { 'graph/groups': [group(7)], [`graph/group-members/${objectId(7)}`]: [memberUser(1)], 'role-assignments': [assignment(1, 7, 1, { principalType: 'Group' })] }, ['violation']],
  ['a disabled user without a role is no subject', { accountEnabled: false }, { 'role-assignments': [] }, []],
  ['a state that was not exported is unknown', { accountEnabled: undefined }, {}, ['unknown']],
  ['users that were not exported are unknown', {}, { 'graph/users': undefined }, ['unknown']],
  ['role assignments that were not exported are unknown', {}, { 'role-assignments': undefined }, ['unknown']],
  ['a workload is no subject', {}, { 'graph/service-principals': [workload(3, { accountEnabled: false })], 'role-assignments': [assignment(1, 3, 1, { principalType: 'ServicePrincipal' })] }, []],
])('%s', (_name, row, over, expected) => {
  expect(run(row, over).map(({ judgement }) => judgement.kind)).toEqual(expected)
})
