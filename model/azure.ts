import type { Instant } from './instant.ts'
import type { Collected, Known } from './known.ts'

/** A person of the directory. `lastSignInAt` is never *absent*: the directory leaves sign-in activity out without saying why. */
export type AzureUser = {
  readonly id: string; readonly name: string; readonly isGuest: Known<boolean>; readonly isEnabled: Known<boolean>
  readonly createdAt: Known<Instant>; readonly lastSignInAt: Known<Instant>
}
export type AzureMember = { readonly id: string; readonly kind: 'user' | 'group' | 'service-principal' | 'other' }
/** `members` are the direct ones; groups may be nested and may contain each other. */
export type AzureGroup = { readonly id: string; readonly name: string; readonly members: Collected<AzureMember> }
/** A secret or certificate without its value. */
export type AzureCredential = { readonly keyId: string; readonly kind: 'password' | 'certificate'; readonly startsAt: Instant | null; readonly endsAt: Instant | null }
export type AzureServicePrincipal = {
  readonly id: string; readonly appId: string; readonly name: string; readonly isManagedIdentity: boolean; readonly isEnabled: Known<boolean>
  /** The tenant that owns the application; null where the answer does not say. */
  readonly homeTenantId: string | null; readonly credentials: readonly AzureCredential[]
}
export type AzureApplication = { readonly id: string; readonly appId: string; readonly name: string; readonly credentials: readonly AzureCredential[] }

/** An Entra role (not an Azure role): `allowed` and `excluded` are `microsoft.directory/…` actions. */
export type AzureDirectoryRole = {
  readonly id: string; readonly name: string; readonly isBuiltIn: boolean
  readonly permissions: readonly { readonly allowed: readonly string[]; readonly excluded: readonly string[]; readonly condition: string | null }[]
}
/** `scope` is `/` for the whole tenant, else an administrative unit or one object. */
export type AzureDirectoryRoleAssignment = { readonly id: string; readonly principalId: string; readonly roleId: string; readonly scope: string }

/** One block of a role definition or deny assignment; operations are wildcard patterns, compared without case. */
export type AzurePermission = {
  readonly actions: readonly string[]; readonly notActions: readonly string[]; readonly dataActions: readonly string[]; readonly notDataActions: readonly string[]
  readonly condition: string | null; readonly conditionVersion: string | null
}
export type AzureRoleDefinition = {
  /** The GUID, lower-case: the same definition has another resource id in every subscription. */
  readonly id: string; readonly name: string; readonly isCustom: boolean; readonly assignableScopes: readonly string[]; readonly permissions: readonly AzurePermission[]
}
export type AzureRoleAssignment = {
  /** Full resource id as printed. */
  readonly id: string; readonly scope: string; readonly principalId: string; readonly principalType: string; readonly principalName: string | null
  /** Full resource id as printed; its last segment is `AzureRoleDefinition.id`. */
  readonly roleDefinitionId: string; readonly condition: string | null; readonly conditionVersion: string | null; readonly description: string | null
  readonly delegatedManagedIdentityResourceId: string | null
}
/** `principals` with the id `everyone` (see below) stand for every principal of the tenant. */
export type AzureDenyAssignment = {
  readonly id: string; readonly name: string; readonly scope: string; readonly appliesToChildren: boolean; readonly isSystemProtected: boolean
  readonly permissions: readonly AzurePermission[]; readonly principals: readonly string[]; readonly excluded: readonly string[]; readonly condition: string | null
}
/** How a deny assignment names all principals. */
export const everyone = '00000000-0000-0000-0000-000000000000'

/** `roleAssignments` are those at, above and below the subscription, as the vendor lists them. */
export type AzureSubscription = {
  readonly id: string; readonly tenantId: string; readonly name: string; readonly state: string
  readonly roleAssignments: Collected<AzureRoleAssignment>; readonly roleDefinitions: Collected<AzureRoleDefinition>; readonly denyAssignments: Collected<AzureDenyAssignment>
}
/** `parent` is a management group's id; null for the tenant root group. */
export type AzureManagementGroup = { readonly id: string; readonly name: string; readonly parent: string | null }
export type AzureTenant = {
  readonly id: string
  readonly users: Collected<AzureUser>; readonly groups: Collected<AzureGroup>; readonly servicePrincipals: Collected<AzureServicePrincipal>; readonly applications: Collected<AzureApplication>
  readonly directoryRoles: Collected<AzureDirectoryRole>; readonly directoryRoleAssignments: Collected<AzureDirectoryRoleAssignment>
  readonly managementGroups: Collected<AzureManagementGroup>
}

/** The Azure part of the estate. `accounts` are the subscriptions of all tenants. */
export type AzureEstate = { readonly tenants: readonly AzureTenant[]; readonly accounts: readonly AzureSubscription[] }
export const noAzureEstate: AzureEstate = { tenants: [], accounts: [] }
