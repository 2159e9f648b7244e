import type { Client } from '@microsoft/microsoft-graph-client'
import type { Answer } from '../../../model/answer.ts'
import { azureError, azureErrorCode } from '../error.ts'
import { type AzureSession, graphClient, type Send } from '../session.ts'
import { hasNextPage, itemsOf } from './read.ts'
import { type AzureList, errorAnswer, recordable } from './record.ts'

/** Where answers go, and from where an attempt that died goes on: `cursor` is what an earlier call gave, null at the beginning. */
export type Collecting = {
  readonly cursor: string | null
  readonly emit: (path: string, answer: Answer) => Promise<void>
  readonly reached: (cursor: string) => void
  readonly signal: AbortSignal
}
export type Page = { readonly items: readonly unknown[]; readonly next: string | null }
/** One listing call: its permission, and how to get a page; `next` is what the page before named. */
export type Listing = { readonly call: string; readonly page: (next: string | null) => Promise<Page> }

const MOST_PAGES = 10_000
// what means that the call itself was answered, with no
const answered: ReadonlySet<string> = new Set(['cloud.access-denied', 'cloud.not-found', 'cloud.invalid-request'])

/** All pages of a listing stand at `path`, or the error that means no. What was read before a refused page is kept as incomplete. @throws WhittleError cloud.* on what is to be tried again */
export async function recordList(path: string, list: AzureList, listing: Listing, { emit, signal }: Pick<Collecting, 'emit' | 'signal'>): Promise<void> {
  const { items, isComplete, refusal } = await readAll(listing, signal)
  await emit(path, refusal !== null && items.length === 0 ? errorAnswer(refusal.code, refusal.message) : recordable(list, items, isComplete))
}

/** Every item of a listing; `refusal` where a page was answered with no. @throws WhittleError cloud.* on what is to be tried again */
export async function readAll(listing: Listing, signal: AbortSignal): Promise<{ readonly items: readonly unknown[]; readonly isComplete: boolean; readonly refusal: { readonly code: string; readonly message: string } | null }> {
  const items: unknown[] = []
  const seen = new Set<string>()
  for (let next: string | null = null, pages = 0; pages < MOST_PAGES; pages += 1) {
    try {
      const page = await listing.page(next)
      items.push(...page.items)
      next = page.next
    } catch (error) {
      if (signal.aborted) throw error
      const known = azureError(listing.call, error)
      const code = azureErrorCode(error)
      if (!answered.has(known.code) || code === null) throw known
      return { items, isComplete: false, refusal: { code, message: known.message } }
    }
    if (next === null) return { items, isComplete: true, refusal: null }
    // because a service that gives the same page again would be asked for ever
    if (seen.has(next)) return { items, isComplete: false, refusal: null }
    seen.add(next)
  }
  return { items, isComplete: false, refusal: null }
}

export function pageOf(answer: unknown): Page {
  const next = hasNextPage(answer) && typeof answer === 'object' && answer !== null ? (Reflect.get(answer, '@odata.nextLink') ?? Reflect.get(answer, 'nextLink')) : null
  return { items: itemsOf(answer)?.items ?? [], next: typeof next === 'string' ? next : null }
}

/** A collection of Graph; `path` with its query, e.g. `/users?$select=id`. */
export function graphListing(session: AzureSession, call: string, path: string, signal: AbortSignal): Listing {
  const client: Client = graphClient(session, signal)
  return { call, page: async (next) => pageOf(await client.api(next ?? path).get()) }
}

/** A collection of the resource manager that the SDK has no client for. */
export const armListing = (send: Send, call: string, first: { readonly method: 'GET' | 'POST'; readonly url: string }, signal: AbortSignal): Listing =>
  ({ call, page: async (next) => pageOf(await send({ method: first.method, url: next ?? first.url, signal })) })

/** A listing of the SDK, whose pages know their next one by themselves. */
export function sdkListing<T>(call: string, pages: AsyncIterator<T[]>): Listing {
  let number = 0
  return { call, page: async () => {
    const { done, value } = await pages.next()
    number += 1
    return done === true ? { items: [], next: null } : { items: value, next: `page ${number}` }
  } }
}
