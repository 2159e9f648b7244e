import { z } from 'zod'
import { instantSchema } from './instant.ts'

export const decisions = ['approve', 'reject'] as const
export type Decision = (typeof decisions)[number]
/** How strongly the approver was known when deciding. `step-up` = WebAuthn over this plan's digest. */
export const authStrengths = ['slack', 'token', 'session', 'step-up'] as const
export type AuthStrength = (typeof authStrengths)[number]

/** The payload of the signed approval (JWS, Ed25519). CONTRACTS §6. */
export const approvalSchema = z.strictObject({
  planDigest: z.string().regex(/^[0-9a-f]{64}$/), planId: z.ulid(), tenant: z.string(), approver: z.string(),
  authStrength: z.enum(authStrengths), decision: z.enum(decisions), reason: z.string().max(2000), policyVersion: z.string(),
  nonce: z.string(), issuedAt: instantSchema, notAfter: instantSchema,
})
export type Approval = z.infer<typeof approvalSchema>

/** Who decides, as the server knows them at the moment of decision and the executor re-reads them before each step. */
export type Approver = { readonly userId: string; readonly tenant: string; readonly role: Role; readonly isActive: boolean; readonly subject: string; readonly identities: readonly string[] }

export const roles = ['viewer', 'operator', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)
/** viewer reads; operator also scans, requests and runs playbooks; approver also decides; admin also manages users, environments, kill switch. */
export const hasRole = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least)
