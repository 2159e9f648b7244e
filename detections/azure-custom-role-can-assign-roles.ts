import { type CustomRole, customRolesOf } from '../analysis/azure-custom-roles.ts'
import { cannotTell, detection, pass, violation } from '../model/detection.ts'

/** Custom roles that let their holders give roles: by role assignments, by rewriting role definitions, or by elevating access to the tenant root. */
export const azureCustomRoleCanAssignRoles = detection({
  id: 'azure-custom-role-can-assign-roles', cloud: 'azure',
  title: 'Custom role can assign roles',
  why: 'Whoever may assign roles may assign Owner, also to themselves. In a custom role this is easily overlooked behind a harmless name.',
  likelihood: 2, impact: 4,
  readsWith: ['Microsoft.Authorization/roleDefinitions/read', 'Microsoft.Authorization/roleAssignments/read'],
  fixedBy: ['remove-role-assignment'],
  frameworks: [{ framework: 'CIS Azure 2.0', control: '1.23' }, { framework: 'MCSB v1', control: 'PA-7' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }],
  blindSpots: ['assignments in subscriptions that were not exported'],
  source: 'https://learn.microsoft.com/en-us/azure/role-based-access-control/custom-roles',
  options: {},
  subjects: (estate) => customRolesOf(estate.azure),
  identify: ({ id, account, scope, observedAt }) => ({ id, part: '', principal: null, resource: scope, account, observedAt }),
  judge(subject: CustomRole) {
    if (subject.role === null) return cannotTell(subject.gaps[0]?.reason ?? 'role definitions were not read', subject.gaps)
    if (subject.operations.length === 0) return pass
    const { role, operations, isConditional, assignments } = subject
    const evidence = { operations: [...operations], assignableScopes: [...role.assignableScopes], assignmentCount: assignments.length,
      assignments: assignments.map(({ id, scope, principalId, condition }) => ({ id, scope, role: role.name, isCustom: true, condition, group: null, principalId })) }
    return violation(`custom role \`${role.name}\` can assign roles`, evidence, isConditional ? 'conditional' : 'certain', assignments.length === 0 ? { likelihood: 1 } : {})
  },
})
