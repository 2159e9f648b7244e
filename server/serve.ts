import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Endpoint, PathParams } from '../model/api.ts'
import type { Caller } from './caller.ts'

/** What a handler gets: everything already parsed by the endpoint's own schemas. `caller` is null only where anyone may call. */
export type Input<E extends Endpoint> = {
  readonly param: (name: keyof PathParams<E['path']> & string) => string
  readonly query: z.output<E['query']>
  readonly body: z.output<E['body']>
  readonly caller: E['least'] extends 'anyone' ? null : Caller
  readonly request: Request
  readonly response: Response
}
/** One endpoint with what it does, ready to be mounted. */
export type Route = { readonly endpoint: Endpoint; readonly run: (request: Request, response: Response, caller: Caller | null) => Promise<void> }

/** The route of `endpoint`: input is parsed before `handle` runs and its answer is cut to the contract before it leaves. */
export function serve<E extends Endpoint>(endpoint: E, handle: (input: Input<E>) => Promise<z.input<E['answer']>>): Route {
  return {
    endpoint,
    run: async (request, response, caller) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- because the guard lets no request without a caller pass where `least` is a role
      const known = caller as Input<E>['caller']
      const answer = await handle({
        param: (name) => z.object({ [name]: z.string().min(1).max(400) }).transform((params) => params[name] ?? '').parse(request.params),
        query: parsed<E['query']>(endpoint.query, request.query), body: parsed<E['body']>(endpoint.body, request.body ?? {}), caller: known, request, response,
      })
      response.set('Cache-Control', 'private, no-cache').json(endpoint.answer.parse(answer))
    },
  }
}

const parsed = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value)
