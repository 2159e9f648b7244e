import { createHash } from 'node:crypto'

const LONGEST = 200
const segment = /^[A-Za-z0-9%_~!'()*-]+$/

/** One argument as one path segment (CONTRACTS §1): `encodeURIComponent`, `.` → `%2E`, over 200 bytes its SHA-256. Idempotent on plain ids. */
export function encodeArgument(argument: string): string {
  const encoded = encodeURIComponent(argument).replaceAll('.', '%2E')
  return encoded.length > LONGEST ? `sha256-${createHash('sha256').update(argument).digest('hex')}` : encoded
}

/** The argument that `name` encodes; null where it encodes none (a stray `%`). A hashed name stays as it is. */
export function decodeArgument(name: string): string | null {
  try {
    return decodeURIComponent(name)
  } catch {
    return null
  }
}

/** True where every segment of the path could have been made by `encodeArgument`: no `.`, no `..`, nothing empty. */
export const isAnswerPath = (path: string): boolean => path.split('/').every((part) => segment.test(part))
