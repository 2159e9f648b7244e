import { z } from 'zod'
import { severitySchema } from './detection.ts'

const id = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is lower-case letters, digits and hyphens, starting with a letter')
/** `30m`, `72h`, `7d` (Zod keeps the text: it is hashed). */
export const durationSchema = z.string().regex(/^[1-9][0-9]{0,4}(s|m|h|d)$/, 'is a duration such as `30m`, `72h` or `7d`')
const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const
export function durationSeconds(text: string): number {
  const unit = text.at(-1)
  return Number.parseInt(text, 10) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? unitSeconds[unit] : 1)
}

export const stepSchema = z.discriminatedUnion('kind', [
  z.strictObject({ id, kind: z.literal('open-ticket') }),
  z.strictObject({ id, kind: z.literal('ask'), from: z.enum(['owner', 'security', 'approvers']).default('approvers'), wait: durationSchema.default('72h'), reminders: z.array(durationSchema).max(10).default([]), else: z.enum(['security', 'end']).default('end') }),
  z.strictObject({ id, kind: z.literal('apply'), remediation: id.optional(), options: z.record(z.string(), z.json()).default({}) }),
  z.strictObject({ id, kind: z.literal('verify') }),
  z.strictObject({ id, kind: z.literal('notify'), to: z.array(z.enum(['slack'])).min(1) }),
])
export type PlaybookStep = z.infer<typeof stepSchema>
export type StepKind = PlaybookStep['kind']

export const triggerSchema = z.strictObject({ on: z.literal('finding'), detection: z.array(z.string()).min(1).optional(), severity: z.array(severitySchema).min(1).optional(), when: z.string().max(2000).optional() })
/** CONTRACTS §7; unknown keys are refused. */
export const playbookSchema = z.strictObject({
  schemaVersion: z.literal(1), id, title: z.string().min(1).max(200), owner: z.string().min(1), priority: z.number().int().min(1).max(1000).default(100),
  mode: z.enum(['observe', 'ask', 'auto']), triggers: z.array(triggerSchema).default([]),
  limits: z.strictObject({ perRun: z.number().int().min(1).default(10), perDay: z.number().int().min(1).default(50) }).prefault({}),
  steps: z.array(stepSchema).min(1).max(50),
})
export type Playbook = z.infer<typeof playbookSchema>

export const runStates = ['running', 'waiting', 'paused', 'done', 'failed', 'cancelled'] as const
export type RunState = (typeof runStates)[number]
