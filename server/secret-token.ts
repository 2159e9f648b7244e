import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters that are safe in URLs and cookies. */
export const mintToken = (): string => randomBytes(32).toString('base64url')

/** What the store keeps of a token: SHA-256 hex. Tokens are random, so a slow hash would add nothing. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** A value that only the holder of `key` can make for `purpose` and `parts`. */
export const seal = (key: Buffer, purpose: string, ...parts: readonly string[]): string => createHmac('sha256', key).update(JSON.stringify([purpose, ...parts])).digest('base64url')

export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Personal tokens are recognisable, so that secret scanners find leaked ones. */
export const personalTokenPrefix = 'whittle_'
