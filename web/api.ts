import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { api, type Answered, type ApiName, type Call, csrfHeader, type Endpoint, urlOf } from '../model/api.ts'
import { problemDetailSchema } from '../model/views.ts'

/** A refused or failed request, in the server's words. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) { super(message); this.name = 'Refused'; this.code = code }
}

let csrf: string | null = null
type Input<N extends ApiName> = Partial<Call<(typeof api)[N]>>

/** Calls one endpoint of the contract and gives its parsed answer. @throws Refused */
export const call = <N extends ApiName>(name: N, input: Input<N> = {}): Promise<Answered<(typeof api)[N]>> => send<(typeof api)[N]>(api[name], input)

async function send<E extends Endpoint>(endpoint: E, input: Partial<Call<E>>): Promise<Answered<E>> {
  const params: Partial<Call<E>>['params'] | object = input.params ?? {}
  const url = urlOf(endpoint.path, Object.fromEntries(Object.entries(params)), Object(input.query ?? {}))
  const init: RequestInit = endpoint.method === 'GET' ? {} : { method: 'POST', body: JSON.stringify(input.body ?? {}), headers: { 'content-type': 'application/json', ...(csrf !== null && { [csrfHeader]: csrf }) } }
  const response = await fetch(url, { ...init, credentials: 'same-origin' }).catch(() => { throw new Refused('offline', 'the server does not answer: is it running?') })
  if (!response.ok) {
    const problem = problemDetailSchema.safeParse(await response.json().catch(() => null))
    throw problem.success ? new Refused(problem.data.code, problem.data.title) : new Refused('internal', `the server answered ${String(response.status)}`)
  }
  return parsed<E['answer']>(endpoint.answer, await response.json())
}
const parsed = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value)

export const isSignedOut = (error: unknown): boolean => error instanceof Refused && error.code === 'sign-in.required'
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : 'something went wrong')

export const queries: QueryClient = new QueryClient({
  defaultOptions: { queries: { retry: (failures, error) => failures < 2 && (error instanceof Refused ? error.code === 'offline' : true), staleTime: 1000 } },
  queryCache: new QueryCache({ onError: (error, query) => { if (isSignedOut(error) && query.queryKey[0] !== 'me') void queries.invalidateQueries({ queryKey: ['me'] }) } }),
  mutationCache: new MutationCache({ onSuccess: () => { void queries.invalidateQueries() } }),
})

// because polling would keep a session alive for ever: nobody touched the page for five minutes → no more polls, and the server's idle clock runs
let touchedAt = Date.now()
for (const kind of ['pointerdown', 'keydown', 'wheel', 'focus']) window.addEventListener(kind, () => { touchedAt = Date.now() }, { passive: true })
export const every = (seconds: number) => (): number | false => (Date.now() - touchedAt > 300_000 ? false : seconds * 1000)

/** One endpoint read again every `seconds` (polling; the server answers 304 where nothing changed). */
export const reading = <N extends ApiName>(name: N, input: Input<N> = {}, seconds = 10) =>
  queryOptions({ queryKey: [name, input.params ?? {}, input.query ?? {}], queryFn: () => call(name, input), refetchInterval: every(seconds) })

export const meQuery = queryOptions({ queryKey: ['me'], refetchInterval: every(10), queryFn: async () => {
  const me = await call('me')
  csrf = me.csrf
  return me
} })
