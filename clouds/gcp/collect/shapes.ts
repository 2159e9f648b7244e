import { z } from 'zod'
import { instantSchema } from '../../../model/instant.ts'

/**
 * What is kept of each answer: zod drops every other field, both of files and of live answers before they are recorded. gcloud prints version 1 of
 * Resource Manager (`lifecycleState`, `parent: { type, id }`); version 3 (`state`, `parent: "folders/1"`) is read as well.
 */
const text = z.string().max(4096)
const lifecycle = { lifecycleState: text.optional(), state: text.optional() }

export const organizationShape = z.object({ name: text, displayName: text.optional(), ...lifecycle, owner: z.object({ directoryCustomerId: text.optional() }).optional(), directoryCustomerId: text.optional() })
export const folderShape = z.object({ name: text, displayName: text.optional(), parent: text.optional(), ...lifecycle })
export const projectShape = z.object({
  projectId: text, projectNumber: z.union([text, z.number().int().transform(String)]).optional(), name: text.optional(), displayName: text.optional(), ...lifecycle,
  parent: z.union([text, z.object({ type: text, id: z.union([text, z.number().int().transform(String)]) })]).optional(),
})

export const conditionShape = z.object({ expression: text, title: text.default(''), description: text.optional() })
export const bindingShape = z.object({ role: text, members: z.array(text).default([]), condition: conditionShape.optional() })
/** The etag is kept in the file (a later write by hand wants it) and never interpreted. */
export const policyShape = z.object({ version: z.number().int().optional(), etag: text.optional(), bindings: z.array(bindingShape).default([]) })
export const resourcePolicyShape = z.object({ resource: text, assetType: text.default(''), project: text.optional(), folders: z.array(text).optional(), organization: text.optional(), policy: policyShape.prefault({}) })

const denyRuleShape = z.object({
  deniedPrincipals: z.array(text).default([]), exceptionPrincipals: z.array(text).default([]),
  deniedPermissions: z.array(text).default([]), exceptionPermissions: z.array(text).default([]), denialCondition: conditionShape.optional(),
})
export const denyPolicyShape = z.object({ name: text, displayName: text.optional(), rules: z.array(z.object({ denyRule: denyRuleShape.optional() })).optional() })

export const roleShape = z.object({ name: text, title: text.optional(), includedPermissions: z.array(text).optional(), deleted: z.boolean().optional(), stage: text.optional() })

export const serviceAccountShape = z.object({ name: text.optional(), email: text, uniqueId: z.string().regex(/^[0-9]+$/, 'is no unique id'), projectId: text.optional(), displayName: text.optional(), disabled: z.boolean().optional() })
export const keyShape = z.object({
  name: text, keyType: z.enum(['USER_MANAGED', 'SYSTEM_MANAGED', 'KEY_TYPE_UNSPECIFIED']).optional(), keyOrigin: text.optional(),
  validAfterTime: instantSchema, validBeforeTime: instantSchema.optional(), disabled: z.boolean().optional(),
})
export const membershipShape = z.object({ preferredMemberKey: z.object({ id: text }), type: text.optional() })
export const logEntryShape = z.object({
  timestamp: instantSchema, protoPayload: z.object({ methodName: text.default(''), authenticationInfo: z.object({ principalEmail: text.optional() }).optional() }).optional(),
})
