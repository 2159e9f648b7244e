import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { type Plan, planSchema } from '../model/plan.ts'

/** RFC 8785 text of a JSON value. @throws TypeError on what JSON cannot say (undefined at the top, NaN, Infinity) */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('only JSON has a canonical text')
  return text
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** The plan's canonical text and its digest, 64 hex: equal for equal plans whatever the order of keys, different for any other. */
export function digestPlan(plan: Plan): { readonly canonical: string; readonly digest: string } {
  const canonical = canonicalText(planSchema.parse(plan))
  return { canonical, digest: sha256(canonical) }
}

/** The plan that `canonical` spells, or null when the text is not the canonical text of a plan or does not have this digest. */
export function readPlan(canonical: string, digest: string): Plan | null {
  if (sha256(canonical) !== digest) return null
  let json: unknown
  try { json = JSON.parse(canonical) } catch { return null }
  const plan = planSchema.safeParse(json)
  return plan.success && canonicalText(plan.data) === canonical ? plan.data : null
}
