import { z } from 'zod'
import { type Cloud, cloudSchema } from './cloud.ts'
import type { Estate } from './estate.ts'
import type { Instant } from './instant.ts'
import type { Json, JsonObject } from './json.ts'
import type { Gap } from './known.ts'

/** Worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof severities)[number]
export const severitySchema = z.enum(severities)
export const isAtLeast = (severity: Severity, least: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(least)

export type Likelihood = 1 | 2 | 3 | 4
export type Impact = 1 | 2 | 3 | 4
export type Certainty = 'certain' | 'assumed' | 'conditional'
export const certaintySchema = z.enum(['certain', 'assumed', 'conditional'])
export type Evidence = JsonObject

const matrix: Record<Impact, readonly [Severity, Severity, Severity, Severity]> = {
  1: ['info', 'info', 'low', 'low'], 2: ['low', 'low', 'medium', 'medium'], 3: ['low', 'medium', 'high', 'high'], 4: ['medium', 'high', 'critical', 'critical'],
}
/** Severity by the published matrix likelihood × impact (docs/detections.md). */
export const severityOf = (likelihood: Likelihood, impact: Impact): Severity => matrix[impact][likelihood - 1] ?? 'info'

export type Judgement =
  | { readonly kind: 'pass' }
  | { readonly kind: 'violation'; readonly certainty: Certainty; readonly summary: string; readonly evidence: Evidence; readonly likelihood?: Likelihood; readonly impact?: Impact; readonly unread?: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly reason: string; readonly unread?: readonly Gap[] }
  | { readonly kind: 'not-applicable'; readonly reason: string }

export const pass: Judgement = { kind: 'pass' }
/** `unread` names what would have to be read to tell. */
export const cannotTell = (reason: string, unread: readonly Gap[] = []): Judgement => ({ kind: 'unknown', reason, unread })
export const notApplicable = (reason: string): Judgement => ({ kind: 'not-applicable', reason })
/** `more` overrides the rule's own likelihood or impact for this one subject, and names what an *assumed* violation did not read. */
export const violation = (summary: string, evidence: Evidence, certainty: Certainty = 'certain', more: { likelihood?: Likelihood; impact?: Impact; unread?: readonly Gap[] } = {}): Judgement =>
  ({ kind: 'violation', certainty, summary, evidence, ...more })

/** What a judgement is about. `id` is immutable (CONTRACTS §3); `principal` and `resource` are for people. `observedAt` = oldest fact that the rule read for it. */
export type Subject = {
  readonly id: string; readonly part: string; readonly principal: string | null; readonly resource: string | null
  readonly account: string; readonly observedAt: Instant
}

/** `framework` e.g. `CIS AWS 3.0`, `NIST 800-53 r5`, `MCSB v1`; `control` e.g. `1.12`, `AC-6(5)`, `PA-1`. */
export type FrameworkReference = { readonly framework: string; readonly control: string }

export type About = {
  /** `<cloud>-<object>-<condition>`, equal to the file name. */
  readonly id: string
  readonly cloud: Cloud
  readonly title: string
  /** Why it matters, for people: one or two sentences. */
  readonly why: string
  readonly likelihood: Likelihood
  readonly impact: Impact
  /** Exact permissions whose answers the rule reads. */
  readonly readsWith: readonly string[]
  /** Ids of remediations, best first. */
  readonly fixedBy: readonly string[]
  readonly frameworks: readonly FrameworkReference[]
  /** What the rule cannot see. */
  readonly blindSpots: readonly string[]
  readonly source: `https://${string}`
}
export type Options = Readonly<Record<string, number | string | boolean>>
type Rule<S, O extends Options> = About & {
  readonly options: O
  readonly subjects: (estate: Estate) => readonly S[]
  readonly identify: (subject: S, estate: Estate) => Subject
  readonly judge: (subject: S, options: O, estate: Estate) => Judgement
}
export type Judged = { readonly subject: Subject; readonly judgement: Judgement }
export type Detection = About & { readonly options: Options; readonly run: (estate: Estate, overrides?: Options) => readonly Judged[] }

/** Closes a rule over its subject and option types, so that all rules share one type in the registry. `estate.asOf` is the rule's now. */
export function detection<S, O extends Options>(rule: Rule<S, O>): Detection {
  return { ...rule, run: (estate, overrides = {}) => rule.subjects(estate).map((subject) => ({
    subject: rule.identify(subject, estate), judgement: rule.judge(subject, { ...rule.options, ...overrides }, estate) })) }
}
export type { Json }
export { cloudSchema }
