import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { basicRoleHas, basicRoles } from '../../clouds/gcp/basic-role.ts'

const dataset = z.object({ permissions: z.array(z.string()), roles: z.record(z.string(), z.object({ p: z.array(z.number()) })) })
  .parse(JSON.parse(readFileSync(new URL('../../../shared/data/gcp-roles/gcp-roles.json', import.meta.url), 'utf8')))

test.each(basicRoles)('what is decided of %s by definition is what Google lists', (role) => {
  const listed = new Set(dataset.roles[role]?.p.map((index) => dataset.permissions[index]))
  const decided = dataset.permissions.filter((permission) => basicRoleHas(role, permission) !== null)
  expect(decided.length).toBeGreaterThan(30)
  expect(decided.filter((permission) => basicRoleHas(role, permission) !== listed.has(permission))).toEqual([])
})
