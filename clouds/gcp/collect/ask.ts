import type { Answer } from '../../../model/answer.ts'
import { gcpError, gcpErrorCode } from '../error.ts'
import { errorAnswer, type GcpAnswer, recordable } from './record.ts'

/** Where answers go, and from where an attempt that died goes on: `cursor` is what an earlier call gave, null at the beginning. */
export type Collecting = {
  readonly cursor: string | null
  readonly emit: (path: string, answer: Answer) => Promise<void>
  readonly reached: (cursor: string) => void
  readonly signal: AbortSignal
}
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null }
type Listing<T> = {
  readonly path: string
  readonly kind: GcpAnswer
  /** The permission that the call needs. */
  readonly permission: string
  readonly page: (token: string | null) => Promise<Page<T>>
  readonly print: (item: T) => unknown
}

/** More pages than any organization has: what asks for more is going round in circles. */
const MOST_PAGES = 10_000
// what means that the call itself was answered, with no
const answered: ReadonlySet<string> = new Set(['cloud.access-denied', 'cloud.not-found', 'cloud.invalid-request'])

/** The value of one call; null where it failed in a way that is an answer, which is then recorded at `path`. @throws WhittleError cloud.* */
export async function askOne<T>({ emit, signal }: Pick<Collecting, 'emit' | 'signal'>, path: string, permission: string, send: () => Promise<T>): Promise<T | null> {
  signal.throwIfAborted()
  try {
    return await send()
  } catch (error) {
    if (signal.aborted) throw error
    const known = gcpError(permission, error)
    if (!answered.has(known.code)) throw known
    await emit(path, errorAnswer(gcpErrorCode(known) ?? gcpErrorCode(error) ?? 'Error', known.message))
    return null
  }
}

/** Every page of one listing is recorded as one answer; a later page that is refused leaves those before it, incomplete. The items as they came; null where the call was refused. */
export async function askList<T>(collecting: Pick<Collecting, 'emit' | 'signal'>, { path, kind, permission, page, print }: Listing<T>): Promise<readonly T[] | null> {
  const pages: (readonly T[])[] = []
  let isComplete = true
  for (let token: string | null = null, count = 0; count < MOST_PAGES; count += 1) {
    const from: string | null = token
    const given: Page<T> | null = pages.length === 0 ? await askOne(collecting, path, permission, () => page(from)) : await askOne({ ...collecting, emit: () => Promise.resolve() }, path, permission, () => page(from))
    if (given === null && pages.length === 0) return null
    if (given === null) { isComplete = false; break }
    pages.push(given.items)
    token = given.next
    if (token === null) break
  }
  await collecting.emit(path, recordable(kind, pages.map((items) => items.map(print)), isComplete))
  return pages.flat()
}

/** A page of gax (`[items, request, response]`) in our own words. */
export const gaxPage = <T>([items, , response]: readonly [T[], unknown, ({ readonly nextPageToken?: string | null | undefined } | null | undefined)?]): Page<T> => ({ items, next: response?.nextPageToken === undefined || response.nextPageToken === '' ? null : response.nextPageToken })
/** The token of the next page as REST answers it. */
export const nextOf = (token: string | null | undefined): string | null => (token === undefined || token === '' ? null : token)
