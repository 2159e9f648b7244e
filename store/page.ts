import type { z } from 'zod'
import { WhittleError } from '../model/error.ts'

/** Some rows and where the next ones begin; null = these are the last. */
export type Page<T> = { readonly rows: readonly T[]; readonly next: string | null }

/** The page of `limit` rows out of `limit + 1` that were read; the cursor is the key of its last row. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly (string | number)[]): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > limit && last !== undefined ? Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') : null }
}

/** The key that a cursor of ours holds; null where there is none. @throws WhittleError `input.invalid` */
export function readCursor<S extends z.ZodType>(cursor: string | undefined, key: S): z.output<S> | null {
  if (cursor === undefined || cursor === '') return null
  const read = key.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (!read.success) throw new WhittleError('input.invalid', '`cursor` is not one of ours: begin again without it')
  return read.data
}
function parsed(text: string): unknown {
  try { return JSON.parse(text) } catch { return null }
}
