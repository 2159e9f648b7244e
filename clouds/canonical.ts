import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Json } from '../model/json.ts'

/** The RFC 8785 text of `json`: equal values give equal bytes, whatever the order of their keys. @throws TypeError on what is no JSON */
export function canonicalText(json: Json): string {
  const text = canonicalize(json)
  if (text === undefined) throw new TypeError('a value that is no JSON has no canonical text')
  return text
}

/** SHA-256 (64 hex) of the RFC 8785 text: the `base` of a change (CONTRACTS §6). */
export const canonicalHash = (json: Json): string => createHash('sha256').update(canonicalText(json)).digest('hex')
