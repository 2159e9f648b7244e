import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { entraAdministratorVerdict } from '../../analysis/azure-administrator.ts'
import { coveringBlocks, writesOf } from '../../clouds/azure/evaluate/coverage.ts'
import { indexTenant } from '../../clouds/azure/evaluate/directory-index.ts'
import { azureEstate, objectId, user } from '../builders/azure.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../shared/data/azure-roles/${name}`, import.meta.url), 'utf8'))
const names = z.array(z.string()).default([])
const roles = z.array(z.object({ id: z.string(), name: z.string(), permissions: z.array(z.object({ actions: names, notActions: names, dataActions: names, notDataActions: names })) })).parse(read('azure-built-in-roles.json'))
const entraRoles = z.array(z.object({ id: z.string(), name: z.string(), controlPlaneActions: z.array(z.string()) })).parse(read('entra-roles.json'))
const lower = (list: readonly string[]) => list.map((text) => text.toLowerCase())
const control = ({ permissions }: (typeof roles)[number]) => permissions.map(({ actions, notActions }, at) => ({ key: String(at), actions: lower(actions), notActions: lower(notActions) }))
const data = ({ permissions }: (typeof roles)[number]) => permissions.map(({ dataActions, notDataActions }, at) => ({ key: String(at), actions: lower(dataActions), notActions: lower(notDataActions) }))
const writes = (role: (typeof roles)[number]) => [...control(role), ...data(role)].flatMap(writesOf)

test('of all built-in roles Owner alone is everything', () => {
  expect(roles.length).toBeGreaterThan(900)
  expect(roles.filter((role) => coveringBlocks(control(role), '*') !== null).map(({ name }) => name)).toEqual(['Owner'])
})

test('who may assign roles is told by permissions', () => {
  const found = roles.filter((role) => coveringBlocks(control(role), 'microsoft.authorization/roleassignments/write') !== null).map(({ name }) => name)
  expect(found).toEqual(expect.arrayContaining(['Owner', 'User Access Administrator', 'Role Based Access Control Administrator', 'Key Vault Data Access Administrator']))
  expect(found).not.toContain('Contributor')
})

test.each(['Reader', 'Monitoring Reader', 'Key Vault Reader', 'Storage Blob Data Reader', 'Cost Management Reader', 'Billing Reader'])('%s changes nothing', (name) => {
  expect(roles.filter((role) => role.name === name).map(writes)).toEqual([[]])
})

test.each(['Contributor', 'Virtual Machine Contributor', 'Key Vault Administrator', 'Storage Blob Data Contributor', 'SignalR AccessKey Reader', 'User Access Administrator'])('%s changes something', (name) => {
  expect(roles.filter((role) => role.name === name).map((role) => writes(role).length > 0)).toEqual([true])
})

test('of all Entra roles those are administrators that may write Entra role assignments', () => {
  const verdicts = entraRoles.filter(({ id, controlPlaneActions }) => {
    const { azure } = azureEstate({ 'graph/users': [user(1)], 'graph/role-definitions': [{ id, displayName: 'any', rolePermissions: [{ allowedResourceActions: controlPlaneActions }] }],
      'graph/role-assignments': [{ id: 'a', principalId: objectId(1), roleDefinitionId: id, directoryScopeId: '/' }] })
    const [tenant] = azure.tenants
    return tenant !== undefined && entraAdministratorVerdict(indexTenant(azure, tenant), objectId(1)).kind === 'allowed'
  })
  expect(entraRoles.length).toBeGreaterThan(140)
  expect(verdicts.map(({ name }) => name).sort()).toEqual(['Global Administrator', 'Partner Tier2 Support', 'Privileged Role Administrator'])
})
