import { guid } from './names.ts'

export const tenantId = guid(1, 1)
export const domain = 'acme.example'
/** `signedInDays` null = the directory says nothing. */
export type SandboxPerson = { readonly number: number; readonly name: string; readonly createdDays: number; readonly signedInDays: number | null; readonly isGuest?: boolean; readonly isDisabled?: boolean; readonly from?: string }
export type SandboxWorkload = { readonly number: number; readonly name: string; readonly isManagedIdentity?: boolean; readonly createdDays: number }
export type SandboxEntraGroup = { readonly number: number; readonly name: string; readonly members: readonly string[] }
export type SandboxAssignment = { readonly number: number; readonly role: string; readonly principal: string; readonly scope: string; readonly createdDays: number; readonly condition?: string; readonly description?: string }

export const people: readonly SandboxPerson[] = [
  { number: 1, name: 'Maya Okafor', createdDays: 1300, signedInDays: 0 },
  { number: 2, name: 'Lena Fischer', createdDays: 900, signedInDays: 2 },
  { number: 3, name: 'Diego Santos', createdDays: 720, signedInDays: 1 },
  { number: 4, name: 'Priya Nair', createdDays: 850, signedInDays: 3 },
  { number: 5, name: 'Sven Berg', createdDays: 845, signedInDays: 5 },
  { number: 6, name: 'Greta Lindqvist', createdDays: 1000, signedInDays: 203 },
  { number: 7, name: 'Hugo Moreau', createdDays: 1100, signedInDays: 400 },
  { number: 8, name: 'Lucia Romano', createdDays: 200, signedInDays: 6 },
  { number: 9, name: 'Aisha Rahman', createdDays: 20, signedInDays: 15 },
  { number: 10, name: 'Omar Haddad', createdDays: 620, signedInDays: 89 },
  { number: 11, name: 'Yuki Tanaka', createdDays: 300, signedInDays: null },
  { number: 12, name: 'Kai Weber', createdDays: 160, signedInDays: 4, isGuest: true, from: 'partner.example' },
  { number: 13, name: 'Noor El-Amin', createdDays: 140, signedInDays: 9, isGuest: true, from: 'agency.example' },
  { number: 14, name: 'Ruth Adler', createdDays: 210, signedInDays: 30, isGuest: true, from: 'audit.example' },
  { number: 15, name: 'Felix Braun', createdDays: 980, signedInDays: 61, isDisabled: true },
]
export const workloads: readonly SandboxWorkload[] = [
  { number: 21, name: 'acme-pipeline', createdDays: 700 },
  { number: 22, name: 'terraform-production', createdDays: 500 },
  { number: 23, name: 'orders-api', isManagedIdentity: true, createdDays: 400 },
  { number: 24, name: 'report-generator', isManagedIdentity: true, createdDays: 380 },
  { number: 25, name: 'backup-vault', isManagedIdentity: true, createdDays: 350 },
  { number: 26, name: 'whittle-scanner', createdDays: 40 },
]
export const groups: readonly SandboxEntraGroup[] = [
  { number: 31, name: 'Platform Team', members: ['Diego Santos', 'Sven Berg'] },
  { number: 32, name: 'Developers', members: ['Lucia Romano', 'Omar Haddad', 'Agency'] },
  { number: 33, name: 'Agency', members: ['Noor El-Amin'] },
  { number: 34, name: 'Auditors', members: ['Ruth Adler', 'Priya Nair'] },
]

export const subscriptions = [{ id: guid(2, 1), name: 'Acme Production', managementGroup: 'acme-workloads' }, { id: guid(2, 2), name: 'Acme Development', managementGroup: 'acme-workloads' }] as const
export const managementGroups = [{ id: tenantId, name: 'Tenant Root Group', parent: null }, { id: 'acme-workloads', name: 'Workloads', parent: tenantId }] as const

export type SandboxRoleDefinition = {
  readonly id: string; readonly name: string; readonly isCustom?: boolean; readonly description: string
  readonly actions: readonly string[]; readonly notActions?: readonly string[]; readonly dataActions?: readonly string[]
}
const everythingButAccess = ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write', 'Microsoft.Authorization/elevateAccess/Action', 'Microsoft.Blueprint/blueprintAssignments/write',
  'Microsoft.Blueprint/blueprintAssignments/delete', 'Microsoft.Compute/galleries/share/action', 'Microsoft.Purview/consents/write', 'Microsoft.Purview/consents/delete']
/** Built-in definitions under Azure's own ids, and Acme's. */
export const roleDefinitions: readonly SandboxRoleDefinition[] = [
  { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', name: 'Owner', description: 'Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.', actions: ['*'] },
  { id: 'b24988ac-6180-42a0-ab88-20f7382dd24c', name: 'Contributor', description: 'Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.', actions: ['*'], notActions: everythingButAccess },
  { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', name: 'Reader', description: 'View all resources, but does not allow you to make any changes.', actions: ['*/read'] },
  { id: '17d1049b-9a84-46fb-8f53-869881c3d3ab', name: 'Storage Account Contributor', description: 'Lets you manage storage accounts, including accessing storage account keys.',
    actions: ['Microsoft.Authorization/*/read', 'Microsoft.Insights/alertRules/*', 'Microsoft.Insights/diagnosticSettings/*', 'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
      'Microsoft.ResourceHealth/availabilityStatuses/read', 'Microsoft.Resources/deployments/*', 'Microsoft.Resources/subscriptions/resourceGroups/read', 'Microsoft.Storage/storageAccounts/*', 'Microsoft.Support/*'] },
  { id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1', name: 'Storage Blob Data Reader', description: 'Allows for read access to Azure Storage blob containers and data.',
    actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read', 'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action'],
    dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'] },
  { id: guid(5, 1), name: 'Acme Deployer', isCustom: true, description: 'Deploys applications and gives their identities access.',
    actions: ['Microsoft.Web/sites/*', 'Microsoft.Resources/deployments/*', 'Microsoft.Authorization/roleAssignments/write', 'Microsoft.Authorization/roleAssignments/read', 'Microsoft.Resources/subscriptions/resourceGroups/read'] },
  { id: guid(5, 2), name: 'Acme Operator', isCustom: true, description: 'Operates everything, grants nothing.', actions: ['*'], notActions: ['Microsoft.Authorization/*/Write', 'Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/elevateAccess/Action'] },
  { id: guid(5, 3), name: 'Acme Access Administrator (view)', isCustom: true, description: 'Sees who has access.', actions: ['Microsoft.Authorization/*/read', 'Microsoft.Resources/subscriptions/read'] },
]

const [production, development] = subscriptions.map(({ id }) => `/subscriptions/${id}`)
const group = (subscription: string | undefined, name: string): string => `${subscription ?? ''}/resourceGroups/${name}`
export const assignments: readonly SandboxAssignment[] = [
  { number: 1, role: 'Owner', principal: 'Maya Okafor', scope: '/providers/Microsoft.Management/managementGroups/acme-workloads', createdDays: 1200 },
  { number: 2, role: 'Owner', principal: 'Lena Fischer', scope: production ?? '', createdDays: 610, description: 'migration, may go when it is over' },
  { number: 3, role: 'Owner', principal: 'Platform Team', scope: development ?? '', createdDays: 500 },
  { number: 4, role: 'Owner', principal: 'Diego Santos', scope: group(production, 'rg-web'), createdDays: 400 },
  { number: 5, role: 'Contributor', principal: 'Kai Weber', scope: group(production, 'rg-orders'), createdDays: 150, description: 'integration project with partner.example' },
  { number: 6, role: 'Contributor', principal: 'Developers', scope: group(development, 'rg-preview'), createdDays: 330 },
  { number: 7, role: 'Reader', principal: 'Auditors', scope: production ?? '', createdDays: 205 },
  { number: 8, role: 'Contributor', principal: 'Greta Lindqvist', scope: group(production, 'rg-billing'), createdDays: 800 },
  { number: 9, role: 'Reader', principal: 'Omar Haddad', scope: development ?? '', createdDays: 500 },
  { number: 10, role: 'Contributor', principal: 'Aisha Rahman', scope: group(development, 'rg-preview'), createdDays: 18 },
  { number: 11, role: 'Contributor', principal: 'Yuki Tanaka', scope: group(development, 'rg-data'), createdDays: 250 },
  { number: 12, role: 'Acme Deployer', principal: 'acme-pipeline', scope: production ?? '', createdDays: 420 },
  { number: 13, role: 'Acme Operator', principal: 'terraform-production', scope: production ?? '', createdDays: 300 },
  { number: 14, role: 'Acme Access Administrator (view)', principal: 'Priya Nair', scope: production ?? '', createdDays: 300 },
  { number: 15, role: 'Storage Blob Data Reader', principal: 'report-generator', scope: `${group(production, 'rg-orders')}/providers/Microsoft.Storage/storageAccounts/acmeorders`, createdDays: 370,
    condition: "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'reports'" },
  { number: 16, role: 'Contributor', principal: 'orders-api', scope: group(production, 'rg-orders'), createdDays: 390 },
  { number: 17, role: 'Storage Account Contributor', principal: 'backup-vault', scope: group(production, 'rg-backup'), createdDays: 340 },
  { number: 18, role: 'Reader', principal: 'whittle-scanner', scope: '/providers/Microsoft.Management/managementGroups/acme-workloads', createdDays: 40 },
  { number: 19, role: 'Contributor', principal: 'Felix Braun', scope: group(production, 'rg-billing'), createdDays: 700 },
]

/** Entra roles (not Azure roles) under Entra's own ids. */
export const directoryRoles = [
  { id: '62e90394-69f5-4237-9190-012177145e10', name: 'Global Administrator', actions: ['microsoft.directory/applications/allProperties/allTasks', 'microsoft.directory/users/allProperties/allTasks', 'microsoft.directory/roleAssignments/allProperties/allTasks'] },
  { id: '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', name: 'Directory Readers', actions: ['microsoft.directory/users/standard/read', 'microsoft.directory/groups/standard/read', 'microsoft.directory/applications/standard/read'] },
] as const
export const directoryRoleAssignments = [{ role: 'Global Administrator', principal: 'Maya Okafor' }, { role: 'Directory Readers', principal: 'whittle-scanner' }] as const
