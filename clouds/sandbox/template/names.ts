import { createHash } from 'node:crypto'
import { daysAfter, type Instant, secondsAfter } from '../../../model/instant.ts'

/** A day counted back from the estate's day, at a time of its own: whole days before `asOf` and a little more, so that ages are exact days. */
export type Ago = (days: number, seconds?: number) => Instant
export const agoFrom = (asOf: Instant): Ago => (days, seconds = 0) => secondsAfter(daysAfter(asOf, -days), -seconds)

/** Text of `length` letters and digits that vendors' ids consist of, always the same for the same words, and readable at its beginning. */
export function inventedId(length: number, ...words: readonly string[]): string {
  const readable = (words.at(-1) ?? '').toUpperCase().replaceAll(/[^A-Z2-7]/g, '').slice(0, length - 5)
  const hash = [...createHash('sha256').update(words.join('/')).digest()].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')
  return readable + hash.slice(0, length - readable.length)
}

/** Hex digits, for etags, key ids and GUIDs. */
export const inventedHex = (length: number, ...words: readonly string[]): string => createHash('sha256').update(words.join('/')).digest('hex').slice(0, length)

/** A GUID that says in its first block what it is of and ends with its number: `30000000-0000-4000-8000-000000000007`. */
export const guid = (block: number, number: number): string => `${String(block)}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`
