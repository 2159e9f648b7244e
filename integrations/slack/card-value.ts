import { z } from 'zod'

/** What a button of a card carries: the plan, the digest that the person saw, and the nonce of this rendering. At most 2,000 characters. */
const cardValueSchema = z.strictObject({ p: z.ulid(), d: z.string().regex(/^[0-9a-f]{64}$/), n: z.string().regex(/^[A-Za-z0-9_-]{16,128}$/) })
export type CardValue = { readonly planId: string; readonly digest: string; readonly nonce: string }

export const printCardValue = (value: CardValue): string => JSON.stringify({ p: value.planId, d: value.digest, n: value.nonce })

/** The value that a button carried, or null where the text is none of ours. */
export function parseCardValue(text: string): CardValue | null {
  if (text.length > 2000) return null
  const parsed = cardValueSchema.safeParse(jsonOf(text))
  return parsed.success ? { planId: parsed.data.p, digest: parsed.data.d, nonce: parsed.data.n } : null
}

/** The modal that asks for the reason of a rejection remembers where its card stands. */
const modalValueSchema = z.strictObject({ value: z.string().max(2000), channel: z.string().regex(/^[A-Z0-9]{3,20}$/) })
export const printModalValue = (value: CardValue, channel: string): string => JSON.stringify({ value: printCardValue(value), channel })
export function parseModalValue(text: string): { readonly value: CardValue; readonly channel: string } | null {
  const parsed = modalValueSchema.safeParse(jsonOf(text))
  const value = parsed.success ? parseCardValue(parsed.data.value) : null
  return parsed.success && value ? { value, channel: parsed.data.channel } : null
}

function jsonOf(text: string): unknown {
  try { return JSON.parse(text) } catch { return null }
}
