import type { GcpEstate, GcpRole } from '../../../model/gcp.ts'
import type { Gap } from '../../../model/known.ts'
import { basicRoleHas, basicRoles } from '../basic-role.ts'

const indexes = new WeakMap<GcpEstate, ReadonlyMap<string, { readonly role: GcpRole; readonly permissions: ReadonlySet<string> }>>()
function indexOf(estate: GcpEstate): ReadonlyMap<string, { readonly role: GcpRole; readonly permissions: ReadonlySet<string> }> {
  const index = indexes.get(estate) ?? new Map(estate.roles.values.map((role) => [role.name, { role, permissions: new Set(role.permissions) }]))
  indexes.set(estate, index)
  return index
}

/** Whether `role` has `permission`, by the permissions that it includes; basic roles that were not exported by what Google defines of them. A role that was not read leaves a gap. */
export function roleHas(estate: GcpEstate, role: string, permission: string): boolean | Gap {
  const known = indexOf(estate).get(role)
  if (known !== undefined) return !known.role.isDeleted && known.permissions.has(permission)
  const byDefinition = basicRoles.includes(role) ? basicRoleHas(role, permission) : null
  return byDefinition ?? { what: `permissions of ${role}`, why: 'not-exported', reason: `the permissions of \`${role}\` were not exported` }
}
