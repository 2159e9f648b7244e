import { expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { detections } from '../../detections/index.ts'
import type { JsonObject } from '../../model/json.ts'
import { removeRoleAssignment } from '../../remediations/remove-role-assignment.ts'
import { assignment, type AzureAnswers, azureEstate, group, groupScope, guest, memberUser, objectId, role, rootGroup, subscriptionId, tenantId, user, workload } from '../builders/azure.ts'

const owner = 'azure-principal-owner-at-subscription'
const roles = [role(1, ['*'], { name: 'Owner' }), role(2, ['*'], { name: 'Contributor', notActions: ['Microsoft.Authorization/*/write'] })]
function propose(detection: string, over: AzureAnswers, options: JsonObject = {}) {
  const estate = azureEstate({ 'graph/users': [user(1), guest(2), user(4, { accountEnabled: false })], 'graph/groups': [group(7)], 'graph/service-principals': [workload(3)], 'role-definitions': roles, [`graph/group-members/${objectId(7)}`]: [memberUser(2)], ...over })
  const about = objectId(detection === owner ? 1 : 2)
  const finding = analyze(estate, detections, { only: [detection] }).findings.find(({ principal }) => principal?.endsWith(about))
  if (finding === undefined) throw new Error('no finding')
  return removeRoleAssignment.propose(finding, estate, options)
}
const workloadOwner = assignment(3, 3, 1, { principalType: 'ServicePrincipal' })

test.each<[string, readonly [string, AzureAnswers, JsonObject?], string]>([
  ['the last administrator of a subscription', [owner, { 'role-assignments': [assignment(1, 1, 1)] }], 'without a person'],
  ['the last person, though a workload stays', [owner, { 'role-assignments': [assignment(1, 1, 1), workloadOwner] }], 'without a person'],
  ['the last enabled person, though a disabled one stays', [owner, { 'role-assignments': [assignment(1, 1, 1), assignment(4, 4, 1)] }], 'without a person'],
  ['what is held through a group', ['azure-guest-with-write', { 'role-assignments': [assignment(1, 7, 2, { principalType: 'Group' })] }], 'take the identity out of the group'],
  ['what is inherited from a management group', ['azure-guest-with-write', { 'role-assignments': [assignment(1, 2, 2, { scope: rootGroup })] }], 'inherited by every subscription below'],
  ['an assignment that is no cause', ['azure-guest-with-write', { 'role-assignments': [assignment(1, 2, 2)] }, { assignment: 'x' }], 'none of the role assignments'],
  ['another option', ['azure-guest-with-write', { 'role-assignments': [assignment(1, 2, 2)] }, { scope: 'x' }], 'only option'],
  ['more than one plan removes', ['azure-guest-with-write', { 'role-assignments': Array.from({ length: 11 }, (_each, at) => assignment(at + 1, 2, 2, { scope: `${groupScope}${at}` })) }], 'choose one'],
])('refused in words: %s', (_name, asked, words) => {
  const drafted = propose(...asked)
  expect(drafted.ok ? '' : drafted.error).toContain(words)
})

test('every assignment that causes the finding is removed, or the chosen one, and undone in reverse', () => {
  const over = { 'role-assignments': [assignment(1, 2, 2, { scope: groupScope }), assignment(2, 2, 2, { scope: `${groupScope}2` }), assignment(5, 1, 1)] }
  const all = propose('azure-guest-with-write', over)
  const first = all.ok ? all.value.changes[0]?.target : undefined
  const one = propose('azure-guest-with-write', over, { assignment: first?.toUpperCase() ?? '' })
  expect([all.ok && all.value.changes.length, one.ok && one.value.changes.map(({ target }) => target)]).toEqual([2, [first]])
  expect(all.ok && all.value.inverse.map(({ target }) => target)).toEqual(all.ok ? all.value.changes.map(({ target }) => target).reverse() : [])
})

test('an Owner goes where another person stays, in the high tier; of a group everybody in it is affected', () => {
  const estate = azureEstate({ 'graph/users': [user(1), user(2)], 'graph/groups': [group(7)], [`graph/group-members/${objectId(7)}`]: [memberUser(2)], 'role-definitions': roles, 'role-assignments': [assignment(1, 7, 1, { principalType: 'Group' }), assignment(8, 1, 1)] })
  const finding = analyze(estate, detections, { only: [owner] }).findings.find(({ principal }) => principal?.endsWith(objectId(7)))
  const draft = finding === undefined ? null : removeRoleAssignment.propose(finding, estate, {})
  expect(draft).toMatchObject({ ok: true, value: { tier: 'high', account: subscriptionId, affects: [objectId(7), objectId(2), `azure:${tenantId}/${objectId(2)}`, `azure:${tenantId}/${objectId(7)}`] } })
})
