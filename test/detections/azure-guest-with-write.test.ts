import { expect, test } from 'vitest'
import { azureGuestWithWrite as rule } from '../../detections/azure-guest-with-write.ts'
import { assignment, type AzureAnswers, azureEstate, denial, group, groupScope, guest, memberUser, objectId, role, subscriptionId, user } from '../builders/azure.ts'

const roles = [role(1, ['*']), role(2, ['*/read', 'Microsoft.Support/*']), role(3, ['Microsoft.Compute/virtualMachines/restart/action']), role(4, [], { dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'] })]
const run = (over: AzureAnswers) => rule.run(azureEstate({ 'graph/users': [user(1), guest(2)], 'graph/groups': [group(7)], 'role-definitions': roles, [`graph/group-members/${objectId(7)}`]: [memberUser(2)], ...over }))

test.each<[string, AzureAnswers, readonly string[]]>([
  ['a guest who may write violates', { 'role-assignments': [assignment(1, 2, 1)] }, ['violation']],
  ['a guest who only reads passes', { 'role-assignments': [assignment(1, 2, 2)] }, ['pass']],
  ['an operator action counts as a change', { 'role-assignments': [assignment(1, 2, 3, { scope: groupScope })] }, ['violation']],
  ['a data action counts as a change', { 'role-assignments': [assignment(1, 2, 4, { scope: groupScope })] }, ['violation']],
  ['a guest in a group that may write violates', { 'role-assignments': [assignment(1, 7, 1, { principalType: 'Group' })] }, ['violation']],
  ['a member is no subject', { 'role-assignments': [assignment(1, 1, 1)] }, []],
  ['a guest without any role is no subject', {}, []],
  ['what a deny assignment takes away is no write', { 'role-assignments': [assignment(1, 2, 3)], 'deny-assignments': [denial(1, ['*/action'])] }, ['pass']],
  ['a user type that was not exported is unknown', { 'graph/users': [{ id: objectId(2) }], 'role-assignments': [assignment(1, 2, 1)] }, ['unknown']],
  ['users that were not exported are unknown', { 'graph/users': undefined, 'role-assignments': [assignment(1, 2, 1)] }, ['unknown']],
  ['a role that was not read is unknown, never a pass', { 'role-definitions': [], 'role-assignments': [assignment(1, 2, 1)] }, ['unknown']],
  ['role assignments that were not read are unknown', { 'role-assignments': undefined }, ['unknown']],
])('%s', (_name, over, expected) => {
  expect(run(over).map(({ judgement }) => judgement.kind)).toEqual(expected)
})

test.each<[string, AzureAnswers, string]>([
  ['at a resource group', { 'role-assignments': [assignment(1, 2, 1, { scope: groupScope })] }, 'guest `user2_partner.example#EXT#@acme.example` may change resources in `shop` of subscription `Production`'],
  ['at the subscription', { 'role-assignments': [assignment(1, 2, 1)] }, 'guest `user2_partner.example#EXT#@acme.example` may change subscription `Production`'],
])('the finding says what may be changed %s', (_name, over, summary) => {
  const [judged] = run(over)
  expect([judged?.judgement.kind === 'violation' ? judged.judgement.summary : '', judged?.subject.part]).toEqual([summary, subscriptionId])
})

test('a condition on every writing role makes it conditional, an unread deny assumed', () => {
  const certainty = (over: AzureAnswers) => run(over).flatMap(({ judgement }) => (judgement.kind === 'violation' ? [judgement.certainty] : []))
  expect(certainty({ 'role-assignments': [assignment(1, 2, 1, { condition: '@Request[x]' })] })).toEqual(['conditional'])
  expect(certainty({ 'role-assignments': [assignment(1, 2, 1)], 'deny-assignments': undefined })).toEqual(['assumed'])
})
