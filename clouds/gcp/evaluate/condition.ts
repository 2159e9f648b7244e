import type { GcpCondition } from '../../../model/gcp.ts'
import type { Instant } from '../../../model/instant.ts'

/**
 * Whether a condition holds at `at`, as far as the time decides it: one limit that has passed makes an AND of terms false; a condition of nothing but
 * time limits that are kept is true. Everything else, and everything with an OR in it, is `open`.
 */
export function holdsAt({ expression }: GcpCondition, at: Instant | null): boolean | 'open' {
  const terms = termsOf(expression)
  if (at === null || terms === null) return 'open'
  const answers = terms.map((term) => timeLimit(term, at))
  if (answers.includes(false)) return false
  return answers.every((answer) => answer === true) ? true : 'open'
}

/** True where the condition limits a grant to named resources (`resource.name == "…"`, `resource.name.endsWith("…")`) and so takes it off everything else. */
export const isForNamedResources = ({ expression }: GcpCondition): boolean =>
  termsOf(expression)?.some((term) => /^resource\.name\s*(==\s*|\.endsWith\(\s*)(["'])[^"']+\2\s*\)?$/.test(term)) ?? false

/** The terms of an AND; null where the expression is more than that. */
function termsOf(expression: string): readonly string[] | null {
  return expression.length > 4096 || expression.includes('||') || expression.includes('?') ? null : expression.split('&&').map((term) => term.trim())
}

function timeLimit(term: string, at: Instant): boolean | 'open' {
  const match = /^request\.time\s*(<=|<|>=|>)\s*timestamp\(\s*(["'])([0-9TZ:.+-]{10,40})\2\s*\)$/.exec(term)
  const limit = Date.parse(match?.[3] ?? '')
  if (match === null || Number.isNaN(limit)) return 'open'
  return match[1]?.startsWith('<') === true ? Date.parse(at) < limit : Date.parse(at) > limit
}
