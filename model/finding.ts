import { z } from 'zod'
import { cloudSchema } from './cloud.ts'
import { certaintySchema, severitySchema } from './detection.ts'
import { instantSchema } from './instant.ts'
import { jsonObjectSchema } from './json.ts'

/** One finding as `whittle analyze` prints it and the store keeps it (CONTRACTS §2). */
export const findingSchema = z.object({
  id: z.string().regex(/^f_[0-9a-f]{24}$/),
  detection: z.string(), title: z.string(), severity: severitySchema,
  likelihood: z.number().int().min(1).max(4), impact: z.number().int().min(1).max(4), certainty: certaintySchema,
  cloud: cloudSchema, account: z.string(), principal: z.string().nullable(), resource: z.string().nullable(),
  summary: z.string(), evidence: jsonObjectSchema, paths: z.array(jsonObjectSchema), fixes: z.array(z.string()),
})
export type Finding = z.infer<typeof findingSchema>

export const findingStates = ['open', 'in-progress', 'muted', 'resolved'] as const
export type FindingState = (typeof findingStates)[number]
export const findingStateSchema = z.enum(findingStates)

export const problemSchema = z.object({ file: z.string(), position: z.string(), reason: z.string() })
/** The whole answer of `whittle analyze --format json`. */
export const analysisSchema = z.object({
  schemaVersion: z.literal(1), asOf: instantSchema,
  estate: z.record(z.string(), z.number().int()),
  coverage: z.array(z.object({ detection: z.string(), judged: z.number().int(), passed: z.number().int(), violated: z.number().int(), unknown: z.number().int(), notApplicable: z.number().int() })),
  unread: z.array(z.object({ what: z.string(), why: z.string(), subjects: z.number().int() })),
  findings: z.array(findingSchema),
  unknown: z.array(z.object({ detection: z.string(), subject: z.string(), reason: z.string() })),
  problems: z.array(problemSchema),
})
export type Analysis = z.infer<typeof analysisSchema>
