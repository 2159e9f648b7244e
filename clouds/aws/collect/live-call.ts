import type { Answer } from '../../../model/answer.ts'
import { awsError, awsErrorCode } from '../error.ts'
import { REQUEST_MS } from '../session.ts'
import { errorAnswer } from './record.ts'

/** Where answers go, and from where an attempt that died goes on: `cursor` is what an earlier call gave, null at the beginning. */
export type Collecting = {
  readonly cursor: string | null
  readonly emit: (path: string, answer: Answer) => Promise<void>
  readonly reached: (cursor: string) => void
  readonly signal: AbortSignal
}
/** Sends one call; null where it failed in a way that is an answer, which is then recorded at `path`. */
export type Ask = <T>(path: string, call: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>) => Promise<T | null>

/** More pages than any account has: what asks for more is going round in circles. */
export const MOST_PAGES = 10_000

// what means that the call itself was answered, with no
const answered: ReadonlySet<string> = new Set(['cloud.access-denied', 'cloud.not-found', 'cloud.invalid-request'])

export function askerOf({ emit, signal }: Pick<Collecting, 'emit' | 'signal'>): Ask {
  return async (path, call, send) => {
    try {
      return await send({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) })
    } catch (error) {
      if (signal.aborted) throw error
      const known = awsError(call, error)
      const code = awsErrorCode(error)
      if (!answered.has(known.code) || code === null) throw known
      await emit(path, errorAnswer(code, known.message))
      return null
    }
  }
}

/** Pages of one listing call, to the end: where a later page fails in a way that is an answer, those before it are kept as incomplete. */
export async function listPages<T extends { Marker?: string | undefined; IsTruncated?: boolean | undefined } | { NextToken?: string | undefined }>(next: (token: string | undefined) => Promise<T | null>): Promise<{ pages: readonly T[]; isComplete: boolean }> {
  const pages: T[] = []
  const seen = new Set<string>()
  for (let token: string | undefined; pages.length < MOST_PAGES; ) {
    const page = await next(token)
    if (page === null) return { pages, isComplete: false }
    pages.push(page)
    token = 'NextToken' in page ? page.NextToken : 'IsTruncated' in page && page.IsTruncated === true ? page.Marker : undefined
    if (token === undefined || token === '') return { pages, isComplete: true }
    // because a service that gives the same page again would be asked for ever
    if (seen.has(token)) return { pages, isComplete: false }
    seen.add(token)
  }
  return { pages, isComplete: false }
}
