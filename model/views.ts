import { z } from 'zod'
import { authStrengths, decisions, roleSchema } from './approval.ts'
import { changeSchema, tierSchema } from './change.ts'
import { cloudSchema } from './cloud.ts'
import { certaintySchema, severitySchema } from './detection.ts'
import { findingStateSchema, problemSchema } from './finding.ts'
import { instantSchema } from './instant.ts'
import { jsonObjectSchema } from './json.ts'
import { planStateSchema } from './plan.ts'
import { runStates } from './playbook.ts'
import { ticketStates } from './ticket.ts'

/** What the server answers with and web and CLI read: the shapes of `model/api.ts`. Lists are keyset-paged: `next` is null on the last page. */
const page = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() })
const count = z.number().int().min(0)

/** One line of a timeline. `who` is a person's name, a playbook or the part of Whittle that did it; `plan` links to the plan it is about. */
export const eventSchema = z.object({ at: instantSchema, what: z.string(), who: z.string(), note: z.string().nullable(), plan: z.string().nullable() })

export const killSwitchSchema = z.object({ isOn: z.boolean(), by: z.string().nullable(), at: instantSchema.nullable(), reason: z.string().nullable() })
export const meSchema = z.object({
  id: z.string(), name: z.string(), role: roleSchema,
  /** Sent back in the header `x-whittle-csrf` on every request that changes state; null for a personal token. */
  csrf: z.string().nullable(), killSwitch: killSwitchSchema, awaitingApproval: count, version: z.string(),
})

export const riskRowSchema = z.object({
  id: z.string(), detection: z.string(), title: z.string(), severity: severitySchema, certainty: certaintySchema, cloud: cloudSchema,
  environment: z.string(), account: z.string(), principal: z.string().nullable(), resource: z.string().nullable(), summary: z.string(),
  state: findingStateSchema, firstSeenAt: instantSchema, lastSeenAt: instantSchema, isStale: z.boolean(),
})
export const facetSchema = z.array(z.object({ value: z.string(), label: z.string(), count }))
export const facetNames = ['severity', 'cloud', 'detection', 'environment', 'account', 'state'] as const
export type FacetName = (typeof facetNames)[number]
export const riskPageSchema = page(riskRowSchema).extend({ total: count, facets: z.record(z.enum(facetNames), facetSchema) })

export const diffLineSchema = z.object({ sign: z.enum([' ', '-', '+']), text: z.string() })
export const changeViewSchema = changeSchema.extend({ diff: z.array(diffLineSchema) })
/** What a fix would do, before anybody asked for it. */
export const previewSchema = z.object({
  remediation: z.string(), title: z.string(), reason: z.string(), tier: tierSchema, changes: z.array(changeViewSchema), apiCalls: z.array(z.string()),
  affects: z.array(z.string()), irreversible: z.array(z.string()), reducesOnly: z.boolean(),
})
export const planRowSchema = z.object({
  id: z.string(), title: z.string(), state: planStateSchema, stateReason: z.string().nullable(), tier: tierSchema, cloud: cloudSchema, environment: z.string(),
  account: z.string(), requestedBy: z.string(), createdAt: instantSchema, notAfter: instantSchema, digestPrefix: z.string(), approvals: count, quorum: count,
})
export const planPageSchema = page(planRowSchema)
const allowedSchema = z.object({ isAllowed: z.boolean(), why: z.string().nullable() })
export const planDetailSchema = planRowSchema.extend({
  reason: z.string(), digest: z.string(), remediation: z.string(), findings: z.array(z.object({ id: z.string(), title: z.string() })),
  changes: z.array(changeViewSchema), inverse: z.array(changeViewSchema), apiCalls: z.array(z.string()), affects: z.array(z.string()),
  irreversible: z.array(z.string()), reducesOnly: z.boolean(), rollbackNotAfter: instantSchema,
  decisions: z.array(z.object({ by: z.string(), decision: z.enum(decisions), reason: z.string(), at: instantSchema, authStrength: z.enum(authStrengths) })),
  steps: z.array(z.object({ direction: z.enum(['forward', 'undo']), index: count, target: z.string(), state: z.string(), at: instantSchema, note: z.string().nullable() })),
  timeline: z.array(eventSchema), mayDecide: allowedSchema, mayUndo: allowedSchema, mayCancel: allowedSchema,
})

export const ticketViewSchema = z.object({ state: z.enum(ticketStates), key: z.string().nullable(), url: z.string().nullable(), reason: z.string().nullable() })
export const riskDetailSchema = riskRowSchema.extend({
  likelihood: z.number().int(), impact: z.number().int(), why: z.string(), source: z.string().nullable(),
  frameworks: z.array(z.object({ framework: z.string(), control: z.string() })), blindSpots: z.array(z.string()), evidence: jsonObjectSchema, paths: z.array(jsonObjectSchema),
  fixes: z.array(z.object({ id: z.string(), title: z.string(), effect: z.string() })), plans: z.array(planRowSchema), ticket: ticketViewSchema.nullable(),
  timeline: z.array(eventSchema), reopenedCount: count, mutedUntil: instantSchema.nullable(), stateReason: z.string().nullable(),
})

export const scanStates = ['running', 'complete', 'partial', 'failed', 'cancelled'] as const
export const scanRowSchema = z.object({
  id: z.string(), environment: z.string(), state: z.enum(scanStates), startedBy: z.string(), startedAt: instantSchema, endedAt: instantSchema.nullable(),
  accountsDone: count, accountsTotal: count, step: z.string(), opened: count, resolved: count, unread: count, problems: count, reason: z.string().nullable(),
})
export const scanPageSchema = page(scanRowSchema)
export const coverageSchema = z.object({ detection: z.string(), judged: count, passed: count, violated: count, unknown: count, notApplicable: count })
export const scanDetailSchema = scanRowSchema.extend({
  accounts: z.array(z.object({ account: z.string(), cloud: cloudSchema, state: z.string(), step: z.string(), reason: z.string().nullable() })),
  coverage: z.array(coverageSchema), unreadFacts: z.array(z.object({ what: z.string(), why: z.string(), subjects: count })),
  unknown: z.array(z.object({ detection: z.string(), subject: z.string(), reason: z.string() })), brokenFiles: z.array(problemSchema),
})

export const environmentRowSchema = z.object({
  name: z.string(), kind: z.string(), isEnabled: z.boolean(), schedule: z.string(), accounts: z.array(z.string()), openRisks: count,
  lastScan: z.object({ id: z.string(), state: z.enum(scanStates), startedAt: instantSchema, endedAt: instantSchema.nullable() }).nullable(),
})
export const environmentListSchema = z.object({ rows: z.array(environmentRowSchema) })
/** What a scanner could read just now; `missing` = permissions to grant. */
export const environmentTestSchema = z.object({
  environment: z.string(), isReadable: z.boolean(), missing: z.array(z.string()),
  checks: z.array(z.object({ what: z.string(), permission: z.string(), outcome: z.enum(['read', 'absent', 'refused', 'failed']), reason: z.string().nullable() })),
})

export const userRowSchema = z.object({
  id: z.string(), name: z.string(), role: roleSchema, isActive: z.boolean(), createdAt: instantSchema, lastSeenAt: instantSchema.nullable(), slack: z.string().nullable(),
})
export const userListSchema = z.object({ rows: z.array(userRowSchema) })
/** A one-time sign-in link: shown once, kept only as a hash. */
export const signInLinkSchema = z.object({ user: userRowSchema, url: z.string(), expiresAt: instantSchema })

export const tokenScopes = ['read', 'request', 'decide', 'admin'] as const
export type TokenScope = (typeof tokenScopes)[number]
export const tokenRowSchema = z.object({
  id: z.string(), label: z.string(), scopes: z.array(z.enum(tokenScopes)), createdAt: instantSchema, expiresAt: instantSchema, lastUsedAt: instantSchema.nullable(),
})
export const tokenListSchema = z.object({ rows: z.array(tokenRowSchema) })
/** The only time that a personal token is shown. */
export const newTokenSchema = z.object({ token: z.string(), row: tokenRowSchema, name: z.string(), role: roleSchema })

export const runRowSchema = z.object({
  id: z.string(), playbook: z.string(), title: z.string(), digestPrefix: z.string(), state: z.enum(runStates), finding: z.string().nullable(), plan: z.string().nullable(),
  startedBy: z.string(), startedAt: instantSchema, endedAt: instantSchema.nullable(), waitingFor: z.string().nullable(),
})
export const runPageSchema = page(runRowSchema)
export const runDetailSchema = runRowSchema.extend({
  steps: z.array(z.object({ id: z.string(), kind: z.string(), state: z.string(), startedAt: instantSchema.nullable(), endedAt: instantSchema.nullable(), note: z.string().nullable() })),
})
export const playbookListSchema = z.object({ rows: z.array(z.object({ id: z.string(), title: z.string(), mode: z.string(), digestPrefix: z.string(), steps: z.array(z.string()) })) })

export const auditRowSchema = z.object({
  sequence: count, at: instantSchema, actor: z.string(), action: z.string(), subject: z.string(), details: jsonObjectSchema, hashPrefix: z.string(),
})
export const auditPageSchema = page(auditRowSchema)
export const auditVerdictSchema = z.object({ isIntact: z.boolean(), rows: count, head: z.string().nullable(), brokenAt: count.nullable(), reason: z.string().nullable() })

export const slackLinkSchema = z.object({ team: z.string(), slackUser: z.string(), slackName: z.string(), user: z.string() })
export const idSchema = z.object({ id: z.string() })
export const doneSchema = z.object({ done: z.literal(true) })
/** RFC 9457; `code` is what programs key on. */
export const problemDetailSchema = z.object({ type: z.string(), title: z.string(), status: z.number().int(), code: z.string(), details: z.record(z.string(), z.string()).optional() })

export type TimelineEvent = z.infer<typeof eventSchema>
export type KillSwitch = z.infer<typeof killSwitchSchema>
export type Me = z.infer<typeof meSchema>
export type RiskRow = z.infer<typeof riskRowSchema>
export type RiskPage = z.infer<typeof riskPageSchema>
export type RiskDetail = z.infer<typeof riskDetailSchema>
export type DiffLine = z.infer<typeof diffLineSchema>
export type ChangeView = z.infer<typeof changeViewSchema>
export type Preview = z.infer<typeof previewSchema>
export type PlanRow = z.infer<typeof planRowSchema>
export type PlanDetail = z.infer<typeof planDetailSchema>
export type ScanRow = z.infer<typeof scanRowSchema>
export type ScanDetail = z.infer<typeof scanDetailSchema>
export type EnvironmentRow = z.infer<typeof environmentRowSchema>
export type EnvironmentTest = z.infer<typeof environmentTestSchema>
export type UserRow = z.infer<typeof userRowSchema>
export type SignInLink = z.infer<typeof signInLinkSchema>
export type TokenRow = z.infer<typeof tokenRowSchema>
export type RunRow = z.infer<typeof runRowSchema>
export type RunDetail = z.infer<typeof runDetailSchema>
export type AuditRow = z.infer<typeof auditRowSchema>
export type AuditVerdict = z.infer<typeof auditVerdictSchema>
