import fc from 'fast-check'
import { expect, test } from 'vitest'
import { containsScope, parseRoleAssignmentId, parseScope, printScope, roleAssignmentId, roleDefinitionGuid, type Scope, subscriptionOf } from '../../../clouds/azure/resource-id.ts'

const sub = '/subscriptions/20000000-0000-0000-0000-000000000001'
const guid = '50000000-0000-0000-0000-000000000001'

test.each([
  ['/', 'root'], ['/providers/Microsoft.Management/managementGroups/acme', 'management-group'], [sub, 'subscription'], [`${sub}/resourceGroups/shop`, 'resource-group'],
  [`${sub}/resourceGroups/shop/providers/Microsoft.Storage/storageAccounts/a`, 'resource'], [`${sub.toUpperCase()}/RESOURCEGROUPS/shop`, 'resource-group'],
  ['subscriptions/x', null], ['/subscriptions/x/../y', null], ['/subscriptions//y', null], ['/providers/Microsoft.Management/managementGroups/a/b', null], [`${sub}/resourceGroups/shop/providers`, null],
])('%s is a scope of kind %s', (text, kind) => {
  expect(parseScope(text)?.kind ?? null).toBe(kind)
})

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._()-]{0,20}$/).filter((text) => text !== '..')
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant<Scope>({ kind: 'root' }), fc.record({ kind: fc.constant('management-group' as const), id: name }), fc.record({ kind: fc.constant('subscription' as const), subscriptionId: fc.uuid() }),
  fc.record({ kind: fc.constant('resource-group' as const), subscriptionId: fc.uuid(), name }),
  fc.record({ kind: fc.constant('resource' as const), subscriptionId: fc.uuid(), path: fc.tuple(name, name, name).map(([group, type, one]) => `resourceGroups/${group}/providers/Microsoft.Test/${type}/${one}`) }))

test('parsing a printed scope gives the same scope, and its role assignments name it', () => {
  fc.assert(fc.property(scope, (one) => {
    const printed = printScope(one)
    expect(parseScope(printed)).toEqual(one)
    expect(parseRoleAssignmentId(roleAssignmentId(printed, guid))).toEqual({ scope: printed, name: guid })
    expect(containsScope(printed, `${printed === '/' ? '' : printed}/providers/x/y/z`)).toBe(true)
  }))
})

test('a scope contains what lies below it by whole segments, without case', () => {
  expect(containsScope(sub, `${sub.toUpperCase()}/resourceGroups/shop`)).toBe(true)
  expect(containsScope(`${sub}/resourceGroups/shop`, `${sub}/resourceGroups/shop2`)).toBe(false)
  expect(containsScope(`${sub}/resourceGroups/shop`, sub)).toBe(false)
})

test('ids of definitions end with their GUID, assignments of no GUID are refused', () => {
  expect(roleDefinitionGuid(`${sub}/providers/Microsoft.Authorization/roleDefinitions/ABC`)).toBe('abc')
  expect(parseRoleAssignmentId(`${sub}/providers/Microsoft.Authorization/roleAssignments/x/y`)).toBeNull()
  expect(parseRoleAssignmentId(sub)).toBeNull()
  expect([subscriptionOf(`${sub}/resourceGroups/shop`), subscriptionOf('/')]).toEqual(['20000000-0000-0000-0000-000000000001', null])
})
