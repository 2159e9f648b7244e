import type { AnswerKind } from '../../../model/answer.ts'

const graph = 'https://graph.microsoft.com/v1.0'
const rest = (url: string): string => `az rest --method get --url '${url}'`

/** Every answer that is read of Azure, with the command that prints it and what that needs. */
export const azureAnswerKinds: readonly AnswerKind[] = [
  { path: 'azure/<tenantId>/subscriptions', command: 'az account list --all', permissions: ['Microsoft.Resources/subscriptions/read'], absentCodes: [], why: 'which subscriptions there are' },
  { path: 'azure/<tenantId>/management-groups', command: 'az account management-group entities list', permissions: ['Microsoft.Management/managementGroups/read'], absentCodes: [],
    why: 'names of what roles are inherited from' },
  { path: 'azure/<tenantId>/graph/users', command: rest(`${graph}/users?$select=id,displayName,userPrincipalName,userType,accountEnabled,createdDateTime,signInActivity`),
    permissions: ['User.Read.All', 'AuditLog.Read.All'], absentCodes: [], why: 'guests, disabled and inactive users (sign-in activity needs Entra ID P1 or P2)' },
  { path: 'azure/<tenantId>/graph/groups', command: rest(`${graph}/groups?$select=id,displayName`), permissions: ['GroupMember.Read.All'], absentCodes: [], why: 'groups that roles are assigned to' },
  { path: 'azure/<tenantId>/graph/group-members/<groupId>', command: rest(`${graph}/groups/<groupId>/members?$select=id`), permissions: ['GroupMember.Read.All'],
    absentCodes: ['Request_ResourceNotFound'], why: 'who holds a role through a group, also nested' },
  { path: 'azure/<tenantId>/graph/service-principals',
    command: rest(`${graph}/servicePrincipals?$select=id,appId,displayName,servicePrincipalType,accountEnabled,appOwnerOrganizationId,passwordCredentials,keyCredentials`),
    permissions: ['Application.Read.All'], absentCodes: [], why: 'workloads and managed identities that hold roles' },
  { path: 'azure/<tenantId>/graph/applications', command: rest(`${graph}/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials`), permissions: ['Application.Read.All'],
    absentCodes: [], why: 'secrets and certificates of applications' },
  { path: 'azure/<tenantId>/graph/role-definitions', command: rest(`${graph}/roleManagement/directory/roleDefinitions`), permissions: ['RoleManagement.Read.Directory'], absentCodes: [],
    why: 'what Entra roles permit' },
  { path: 'azure/<tenantId>/graph/role-assignments', command: rest(`${graph}/roleManagement/directory/roleAssignments`), permissions: ['RoleManagement.Read.Directory'], absentCodes: [],
    why: 'who holds Entra roles' },
  { path: 'azure/<tenantId>/<subscriptionId>/role-assignments', command: 'az role assignment list --all --subscription <subscriptionId>', permissions: ['Microsoft.Authorization/roleAssignments/read'],
    absentCodes: [], why: 'who holds Azure roles at, above and below the subscription' },
  { path: 'azure/<tenantId>/<subscriptionId>/role-definitions', command: 'az role definition list --subscription <subscriptionId>', permissions: ['Microsoft.Authorization/roleDefinitions/read'],
    absentCodes: [], why: 'what Azure roles permit' },
  { path: 'azure/<tenantId>/<subscriptionId>/deny-assignments',
    command: rest('https://management.azure.com/subscriptions/<subscriptionId>/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01'),
    permissions: ['Microsoft.Authorization/denyAssignments/read'], absentCodes: [], why: 'what is denied in spite of roles' },
]

/** Error codes that mean *absent* for the answer at `path`. */
export function absentCodesOf(path: string): readonly string[] {
  return path.includes('/graph/group-members/') ? ['Request_ResourceNotFound'] : []
}
