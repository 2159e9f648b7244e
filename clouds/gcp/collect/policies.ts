import type { z } from 'zod'
import type { GcpBinding, GcpCondition, GcpDenyPolicy, GcpPolicy, GcpResource, GcpRole } from '../../../model/gcp.ts'
import { type Collected, collected, type Known, mapKnown, present, unreadable } from '../../../model/known.ts'
import { containerOfFullName, lastSegment } from '../resource-name.ts'
import { encodeArgument } from '../../estate-path.ts'
import { readList, readOne, type Reading } from './read.ts'
import { type bindingShape, type conditionShape, denyPolicyShape, policyShape, resourcePolicyShape, roleShape } from './shapes.ts'

const toCondition = (condition: z.output<typeof conditionShape> | undefined): GcpCondition | null =>
  condition === undefined ? null : { expression: condition.expression, title: condition.title, description: condition.description ?? null }
const toBinding = ({ role, members, condition }: z.output<typeof bindingShape>): GcpBinding => ({ role, members, condition: toCondition(condition) })
/** An allow policy as the model keeps it. */
export const toPolicy = ({ bindings }: z.output<typeof policyShape>): GcpPolicy => ({ bindings: bindings.map(toBinding) })

/** The allow policy in `folder`; where it was not exported, the one that the search of all policies found. */
export function readPolicy(reading: Reading, folder: string, found: Known<GcpPolicy> | undefined): Known<GcpPolicy> {
  const path = `${folder}/iam-policy`
  return reading.source.read(path).kind === 'not-exported' && found !== undefined ? found : readOne(reading, { path, shape: policyShape, toValue: toPolicy })
}

/** What `search-all-iam-policies` found, one row per resource, its bindings joined. */
export function readFoundPolicies(reading: Reading, top: string, projectByNumber: (number: string) => string): Collected<GcpResource> {
  const rows = readList(reading, { path: `${top}/iam-policies`, field: 'results', shape: resourcePolicyShape, toValue: (row, observedAt) => ({ row, observedAt }) })
  const byName = new Map<string, GcpResource>()
  for (const { row, observedAt } of rows.values) {
    const own = toPolicy(row.policy)
    const earlier = byName.get(row.resource)?.policy
    const bindings = [...(earlier?.kind === 'present' ? earlier.value.bindings : []), ...own.bindings]
    const container = containerOfFullName(row.resource) ?? (row.project === undefined ? row.folders?.[0] ?? row.organization ?? '' : projectByNumber(row.project))
    byName.set(row.resource, { name: row.resource, kind: row.assetType, container, policy: present({ bindings }, observedAt) })
  }
  return { ...rows, values: [...byName.values()] }
}

/** The deny policies in `folder`. A policy that was only listed has unreadable rules. */
export function readDenyPolicies(reading: Reading, folder: string): Collected<GcpDenyPolicy> {
  const path = `${folder}/deny-policies`
  const toValue = (policy: z.output<typeof denyPolicyShape>, observedAt: GcpDenyPolicyAt): GcpDenyPolicy => ({
    name: policy.name, displayName: policy.displayName ?? lastSegment(policy.name),
    rules: policy.rules === undefined ? unreadable('not-exported', `\`${path}.json\` lists \`${lastSegment(policy.name)}\` without its rules`)
      : present(policy.rules.flatMap(({ denyRule }) => denyRule === undefined ? [] : { ...denyRule, condition: toCondition(denyRule.denialCondition) }), observedAt),
  })
  const listed = readList(reading, { path, field: 'policies', shape: denyPolicyShape, toValue })
  const values = listed.values.map((policy) => {
    if (policy.rules.kind === 'present') return policy
    const own = readOne(reading, { path: `${path}/${encodeArgument(lastSegment(policy.name))}`, shape: denyPolicyShape, toValue })
    const rules = own.kind === 'present' ? own.value.rules : mapKnown(own, () => [])
    return { ...policy, rules }
  })
  return { ...listed, values }
}
type GcpDenyPolicyAt = Collected<unknown>['observedAt']

/** Roles whose permissions were exported: in the list of `folder`, or each in a file of its own. */
export function readRoles(reading: Reading, folder: string): Collected<GcpRole> {
  const path = `${folder}/roles`
  const isExported = reading.source.read(path).kind !== 'not-exported'
  const toValue = (role: z.output<typeof roleShape>): GcpRole | null =>
    role.includedPermissions === undefined && role.deleted !== true ? null : { name: role.name, title: role.title ?? role.name, permissions: role.includedPermissions ?? [], isDeleted: role.deleted === true }
  const listed = isExported ? readList(reading, { path, field: 'roles', shape: roleShape, toValue }) : collected([], reading.source.asOf)
  const own = reading.source.list(path).flatMap((name) => {
    const role = readOne(reading, { path: `${path}/${encodeArgument(name)}`, shape: roleShape, toValue: (shape) => toValue({ ...shape, includedPermissions: shape.includedPermissions ?? [] }) })
    return role.kind === 'present' && role.value !== null ? [role.value] : []
  })
  const names = new Set(own.map(({ name }) => name))
  return { ...listed, values: [...listed.values.flatMap((role) => role === null || names.has(role.name) ? [] : [role]), ...own] }
}
