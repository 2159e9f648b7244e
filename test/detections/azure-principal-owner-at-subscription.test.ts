import { expect, test } from 'vitest'
import { azurePrincipalOwnerAtSubscription as rule } from '../../detections/azure-principal-owner-at-subscription.ts'
import { assignment, type AzureAnswers, azureEstate, denial, group, groupScope, guest, memberGroup, memberUser, objectId, role, rootGroup, user, workload } from '../builders/azure.ts'

const owner = role(1, ['*'], { name: 'Totally harmless' })
const contributor = role(2, ['*'], { notActions: ['Microsoft.Authorization/*/Write', 'Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/elevateAccess/Action'], name: 'Owner' })
const assigner = role(3, ['*/read', 'Microsoft.Authorization/*'])
const members = (number: number, ...list: unknown[]): AzureAnswers => ({ [`graph/group-members/${objectId(number)}`]: list })
const run = (over: AzureAnswers) => rule.run(azureEstate({ 'graph/users': [user(1), guest(2)], 'graph/groups': [group(7), group(8)], 'graph/service-principals': [workload(3)], 'role-definitions': [owner, contributor, assigner], ...members(7), ...members(8), ...over }))
const kinds = (over: AzureAnswers): readonly string[] => run(over).map(({ judgement }) => `${judgement.kind}${judgement.kind === 'violation' ? ` ${judgement.certainty}` : ''}`)

test.each<[string, AzureAnswers, readonly string[]]>([
  ['everything at the subscription violates, whatever the role is called', { 'role-assignments': [assignment(1, 1, 1)] }, ['violation certain']],
  ['a role called Owner without everything passes', { 'role-assignments': [assignment(1, 1, 2)] }, ['pass']],
  ['two roles that make everything together violate', { 'role-assignments': [assignment(1, 1, 2), assignment(2, 1, 3)] }, ['violation certain']],
  ['a workload violates as a person does', { 'role-assignments': [assignment(1, 3, 1, { principalType: 'ServicePrincipal' })] }, ['violation certain']],
  ['at a management group it violates there, once', { 'role-assignments': [assignment(1, 1, 1, { scope: rootGroup })] }, ['violation certain']],
  ['what is granted above already is not judged again', { 'role-assignments': [assignment(1, 1, 1, { scope: rootGroup }), assignment(2, 1, 1)] }, ['violation certain', 'not-applicable']],
  ['at a resource group it is no subject', { 'role-assignments': [assignment(1, 1, 1, { scope: groupScope })] }, []],
  ['a group is judged, its members are not judged again', { 'role-assignments': [assignment(1, 7, 1, { principalType: 'Group' })], ...members(7, memberUser(1)) }, ['not-applicable', 'violation certain']],
  ['a member who makes it whole with an own role violates', { 'role-assignments': [assignment(1, 7, 2, { principalType: 'Group' }), assignment(2, 1, 3)], ...members(7, memberGroup(8)), ...members(8, memberUser(1)) }, ['violation certain', 'pass', 'pass']],
  ['a deny assignment that takes something away undoes it', { 'role-assignments': [assignment(1, 1, 1)], 'deny-assignments': [denial(1, ['Microsoft.Storage/*/delete'])] }, ['pass']],
  ['deny assignments that were not exported make it assumed', { 'role-assignments': [assignment(1, 1, 1)], 'deny-assignments': undefined }, ['violation assumed']],
  ['a condition makes it conditional', { 'role-assignments': [assignment(1, 1, 1, { condition: '@Request[x]', conditionVersion: '2.0' })] }, ['violation conditional']],
  ['role definitions that were not exported leave it unknown', { 'role-assignments': [assignment(1, 1, 1)], 'role-definitions': undefined }, ['unknown']],
  ['role assignments that were not exported leave the subscription unknown', { 'role-assignments': undefined }, ['unknown']],
  ['members that were not exported leave the group unknown, though itself it violates', { 'role-assignments': [assignment(1, 7, 1, { principalType: 'Group' })], [`graph/group-members/${objectId(7)}`]: undefined }, ['violation certain', 'unknown']],
  ['nobody with a role is nothing to judge', {}, []],
])('%s', (_name, over, expected) => {
  expect(kinds(over)).toEqual(expected)
})

test('the finding hangs on the object id and the scope, and names what grants it', () => {
  const [judged] = run({ 'role-assignments': [assignment(1, 1, 2), assignment(2, 1, 3)] })
  expect(judged?.subject).toMatchObject({ id: objectId(1), part: '20000000-0000-0000-0000-000000000001', principal: `azure:10000000-0000-0000-0000-000000000001/${objectId(1)}`, account: '20000000-0000-0000-0000-000000000001' })
  expect(judged?.judgement).toMatchObject({ summary: '`user1@acme.example` may do everything in subscription `Production`', evidence: { assignments: [{ role: 'Owner' }, { role: 'Role 3' }] } })
})

test('a guest, and what lies above subscriptions, is more likely to be abused', () => {
  const likelihoods = run({ 'role-assignments': [assignment(1, 1, 1), assignment(2, 2, 1), assignment(3, 3, 1, { scope: rootGroup, principalType: 'ServicePrincipal' })] })
    .flatMap(({ judgement }) => (judgement.kind === 'violation' ? [judgement.likelihood ?? rule.likelihood] : []))
  expect(likelihoods.sort()).toEqual([2, 3, 3])
})
