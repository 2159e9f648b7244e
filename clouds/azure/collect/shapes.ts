import { z } from 'zod'

/**
 * What is kept of each Azure answer: the fields listed here, under the vendor's names, and nothing else (no phone numbers, no secret hints).
 * Role and deny assignments are read flat, as `az` prints them, and with `properties`, as the API answers.
 */
const text = z.string().max(32_768)
const optional = text.nullish()
const texts = z.array(text).nullish().transform((values) => values ?? [])
/** Longer than any operation; wildcard patterns are compared pair by pair. */
const operations = z.array(z.string().max(1024)).nullish().transform((values) => values ?? [])
const guid = z.string().min(1).max(128)
const flat = <T extends z.ZodType>(schema: T) => z.preprocess(flattened, schema)

/** `properties` lifted beside id, name and type; `properties.type` of a role definition is its `roleType`. */
function flattened(item: unknown): unknown {
  const outer = z.looseObject({ properties: z.record(z.string(), z.unknown()) }).safeParse(item)
  if (!outer.success) return item
  const { properties, ...rest } = outer.data
  return { ...properties, ...(properties['type'] === undefined ? {} : { roleType: properties['type'] }), ...rest }
}

export const userShape = z.object({
  id: guid, displayName: optional, userPrincipalName: optional, userType: optional, accountEnabled: z.boolean().nullish(), createdDateTime: optional,
  signInActivity: z.object({ lastSignInDateTime: optional, lastNonInteractiveSignInDateTime: optional, lastSuccessfulSignInDateTime: optional }).nullish(),
})
export const groupShape = z.object({ id: guid, displayName: optional })
export const memberShape = z.object({ '@odata.type': optional, id: guid })
const credentialShape = z.object({ keyId: optional, startDateTime: optional, endDateTime: optional })
const credentialsShape = z.array(credentialShape).nullish()
export const servicePrincipalShape = z.object({
  id: guid, appId: optional, displayName: optional, servicePrincipalType: optional, accountEnabled: z.boolean().nullish(), appOwnerOrganizationId: optional,
  passwordCredentials: credentialsShape, keyCredentials: credentialsShape,
})
export const applicationShape = z.object({ id: guid, appId: optional, displayName: optional, passwordCredentials: credentialsShape, keyCredentials: credentialsShape })
export const directoryRoleShape = z.object({
  id: guid, displayName: optional, isBuiltIn: z.boolean().nullish(),
  rolePermissions: z.array(z.object({ allowedResourceActions: operations, excludedResourceActions: operations, condition: optional })).nullish(),
})
export const directoryRoleAssignmentShape = z.object({ id: guid, principalId: guid, roleDefinitionId: guid, directoryScopeId: optional, appScopeId: optional })

const permissionShape = z.object({ actions: operations, notActions: operations, dataActions: operations, notDataActions: operations, condition: optional, conditionVersion: optional })
export const roleDefinitionShape = flat(z.object({
  id: text, name: optional, roleName: optional, roleType: optional, assignableScopes: texts, permissions: z.array(permissionShape).nullish(),
}))
export const roleAssignmentShape = flat(z.object({
  id: text, name: optional, scope: text, principalId: guid, principalType: optional, principalName: optional, roleDefinitionId: text, roleDefinitionName: optional,
  condition: optional, conditionVersion: optional, description: optional, delegatedManagedIdentityResourceId: optional,
}))
const denyPrincipalShape = z.object({ id: guid, type: optional })
export const denyAssignmentShape = flat(z.object({
  id: text, denyAssignmentName: optional, scope: text, doNotApplyToChildScopes: z.boolean().nullish(), isSystemProtected: z.boolean().nullish(),
  permissions: z.array(permissionShape).nullish(), principals: z.array(denyPrincipalShape).nullish(), excludePrincipals: z.array(denyPrincipalShape).nullish(), condition: optional,
}))
export const managementEntityShape = flat(z.object({
  id: text, name: text, type: optional, displayName: optional, tenantId: optional, parent: z.object({ id: optional }).nullish(),
}))
/** `az account list` prints the bare GUID as `id` and a `name`; the API answers with `subscriptionId` and `displayName`. */
export const subscriptionShape = z.object({ id: text, subscriptionId: optional, name: optional, displayName: optional, state: optional, tenantId: optional })

export type UserShape = z.infer<typeof userShape>
export type PermissionShape = z.infer<typeof permissionShape>
export type CredentialShape = z.infer<typeof credentialShape>
