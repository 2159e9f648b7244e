import { expect, test } from 'vitest'
import { azureAnswerKinds, interpretAzure, principalsOfAzure } from '../../../clouds/azure/collect/index.ts'
import type { Answer } from '../../../model/answer.ts'
import { assignment, azureNow, azureSource, group, guest, memberGroup, memberUser, objectId, role, subscriptionId, tenantId, user, workload } from '../../builders/azure.ts'

const oneUser = (row: Record<string, unknown>) => interpretAzure(azureSource({ 'graph/users': [row] })).value.tenants[0]?.users.values[0]

test.each([
  ['the successful one counts before attempts', { lastSignInDateTime: '2026-10-10T00:00:00Z', lastSuccessfulSignInDateTime: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00.000Z'],
  ['else the newest of both ways', { lastSignInDateTime: '2025-10-10T00:00:00Z', lastNonInteractiveSignInDateTime: '2025-12-01T00:00:00Z' }, '2025-12-01T00:00:00.000Z'],
  ['left out proves nothing', undefined, 'unreadable'], ['null proves nothing', null, 'unreadable'],
  ['empty proves nothing', { lastSignInDateTime: null }, 'unreadable'], ['no date proves nothing', { lastSignInDateTime: 'yesterday' }, 'unreadable'],
])('last sign-in: %s', (_name, signInActivity, expected) => {
  const known = oneUser(user(1, { signInActivity }))?.lastSignInAt
  expect(known?.kind === 'present' ? known.value : known?.kind).toBe(expected)
})

test('a user type or state that was not selected is unreadable, never member or enabled', () => {
  const found = oneUser({ id: objectId(1), displayName: 'One' })
  expect([found?.isGuest.kind, found?.isEnabled.kind, found?.createdAt.kind]).toEqual(['unreadable', 'unreadable', 'unreadable'])
})

test('both shapes of role assignments and definitions give the same estate', () => {
  const flat = assignment(1, 1, 1)
  const { id, name, type, ...properties } = flat
  const definition = role(1, ['*'], { custom: true })
  const { id: roleId, name: roleName, type: roleType, roleType: kind, ...rest } = definition
  const printed = interpretAzure(azureSource({ 'role-assignments': [flat], 'role-definitions': [definition] }))
  const answered = interpretAzure(azureSource({
    'role-assignments': [{ id, name, type, properties }], 'role-definitions': [{ id: roleId, name: roleName, type: roleType, properties: { ...rest, type: kind } }] }))
  expect(answered).toEqual(printed)
  expect(printed.value.accounts[0]?.roleDefinitions.values[0]).toMatchObject({ id: '40000000-0000-0000-0000-000000000001', isCustom: true, permissions: [{ actions: ['*'] }] })
})

const failed = (code: string): Answer => ({ kind: 'error', code, message: 'no', observedAt: azureNow })
test.each<[string, string, Answer | undefined, unknown]>([
  ['refused', 'role-assignments', failed('AuthorizationFailed'), 'refused'], ['not exported', 'role-assignments', undefined, 'not-exported'],
  ['broken', 'role-assignments', { kind: 'broken', reason: 'is not JSON' }, 'broken'],
  ['cut off by the reader', 'role-assignments', { kind: 'present', pages: [[]], isComplete: false, observedAt: azureNow }, 'incomplete'],
  ['with a next page that is missing', 'role-assignments', { kind: 'present', pages: [{ value: [], nextLink: 'https://x' }], isComplete: true, observedAt: azureNow }, 'incomplete'],
  ['not a list', 'role-assignments', { kind: 'present', pages: [{ error: 'x' }], isComplete: true, observedAt: azureNow }, 'broken'],
  ['looked at and empty', 'role-assignments', { kind: 'present', pages: [[]], isComplete: true, observedAt: azureNow }, undefined],
])('a list that was %s says so', (_name, path, answer, why) => {
  const { value, unread } = interpretAzure(azureSource({ [path]: answer }))
  expect(value.accounts[0]?.roleAssignments.gaps[0]?.why).toBe(why)
  expect(unread.filter(({ what }) => what.endsWith(path)).map((gap) => gap.why)).toEqual(why === undefined ? [] : [why])
})

test('a group that is gone has no members, a refused one is a gap', () => {
  const groups = (code: string) => interpretAzure(azureSource({ 'graph/groups': [group(7)], [`graph/group-members/${objectId(7)}`]: failed(code) })).value.tenants[0]?.groups.values[0]?.members.gaps.length
  expect([groups('Request_ResourceNotFound'), groups('Authorization_RequestDenied')]).toEqual([0, 1])
})

test('a broken item is named with its pointer and the others are kept', () => {
  const { value, problems } = interpretAzure(azureSource({ 'graph/users': [user(1), { id: 5 }, user(3, { accountEnabled: 'yes' })] }))
  expect(value.tenants[0]?.users.values.map(({ id }) => id)).toEqual([objectId(1)])
  expect(problems.map(({ file, position }) => [file, position])).toEqual([
    [`azure/${tenantId}/graph/users.json`, '/1/id'], [`azure/${tenantId}/graph/users.json`, '/2/accountEnabled']])
})

test('pages are joined, members keep their kind, subscriptions without a list are found by folder', () => {
  const pages = (...items: unknown[][]): Answer => ({ kind: 'present', pages: items.map((value, at) => (at < items.length - 1 ? { value, '@odata.nextLink': 'x' } : { value })), isComplete: true, observedAt: azureNow })
  const { value } = interpretAzure(azureSource({
    subscriptions: undefined, 'graph/groups': pages([group(7)], [group(8)]), [`graph/group-members/${objectId(7)}`]: pages([memberUser(1)], [memberGroup(8), { id: objectId(9) }]) }))
  expect(value.tenants[0]?.groups.values.map(({ members }) => members.values.map(({ kind }) => kind))).toEqual([['user', 'group', 'other'], []])
  expect(value.accounts.map(({ id }) => id)).toEqual([subscriptionId])
})

test('management groups are told from subscriptions among the entities', () => {
  const entity = (name: string, type: string, parent: string | null) => ({ id: `/x/${name}`, name, type, displayName: name.toUpperCase(), parent: { id: parent } })
  const { value } = interpretAzure(azureSource({ 'management-groups': [
    entity('root', 'Microsoft.Management/managementGroups', null), entity('prod', 'Microsoft.Management/managementGroups', '/providers/Microsoft.Management/managementGroups/root'), entity(subscriptionId, '/subscriptions', '/x/prod')] }))
  expect(value.tenants[0]?.managementGroups.values).toEqual([{ id: 'root', name: 'ROOT', parent: null }, { id: 'prod', name: 'PROD', parent: 'root' }])
})

test('secrets and what is not asked for are dropped', () => {
  const canary = 'CANARY-secret'
  const read = interpretAzure(azureSource({
    'graph/users': [user(1, { mobilePhone: canary, passwordProfile: { password: canary } })],
    'graph/service-principals': [workload(2, { passwordCredentials: [{ keyId: 'k', hint: canary, secretText: canary, endDateTime: '2027-01-01T00:00:00Z' }], keyCredentials: [{ key: canary }] })],
    'role-assignments': [assignment(1, 1, 1, { createdBy: canary, __proto__: { polluted: canary } })] }))
  expect(JSON.stringify(read)).not.toContain(canary)
  expect(read.value.tenants[0]?.servicePrincipals.values[0]?.credentials.map(({ kind }) => kind)).toEqual(['password', 'certificate'])
})

test('principals are counted once, with those that only an assignment names', () => {
  const { value } = interpretAzure(azureSource({
    'graph/users': [user(1), guest(2)], 'graph/groups': [group(7)], 'graph/service-principals': [workload(3), workload(4, { servicePrincipalType: 'ManagedIdentity' })],
    'role-assignments': [assignment(1, 1, 1), assignment(2, 99, 1, { principalType: 'ServicePrincipal', principalName: null })] }))
  expect(principalsOfAzure(value).map(({ id, kind }) => `${id.slice(-3)} ${kind}`)).toEqual(['001 user', '002 guest', '007 group', '003 service-principal', '004 managed-identity', '099 service-principal'])
})

test('every kind of answer says how to export it and what that needs', () => {
  for (const kind of azureAnswerKinds) expect([kind.path.startsWith('azure/<tenantId>/'), kind.command.startsWith('az '), kind.permissions.length > 0]).toEqual([true, true, true])
})
