import express, { type Express, type RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { api, type ApiName } from '../model/api.ts'
import { WhittleError } from '../model/error.ts'
import type { Caller } from './caller.ts'
import { type Addresses, allowHosts, requireCsrf, requireOrigin, requireRight } from './guard.ts'
import { mountPages, securityHeaders } from './pages.ts'
import { problem, routeNotFound, sendProblem } from './problem.ts'
import type { Route } from './serve.ts'
import { type CallerStore, callerOfRequest } from './session.ts'

/** Where errors that nobody expected go, with the route they came from. */
export type ErrorSink = (error: unknown, where: string) => void
/** Every endpoint of the contract: the compiler asks for the missing one. */
export type Routes = Record<ApiName, Route>

export type AppParts = {
  readonly addresses: Addresses
  readonly isSecure: boolean
  /** Seals CSRF tokens and decision nonces. */
  readonly sessionKey: Buffer
  readonly callers: CallerStore
  readonly routes: Routes
  /** Folder of the built pages; null = none (API only). */
  readonly webFolder: string | null
  readonly report: ErrorSink
  /** Mounted before any body parser: Slack's receiver, which has its own signature check over the raw body. */
  readonly before?: (app: Express) => void
  /** Attempts per address and 10 minutes on the sign-in routes. */
  readonly signInAttempts?: number
}

/** The whole HTTP face, without listening. */
export function createApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by').set('query parser', 'simple').set('trust proxy', 'loopback')
  app.use(...securityHeaders(parts.isSecure), allowHosts(parts.addresses))
  app.get('/healthz', (_request, response) => { response.type('text/plain').send('ok\n') })
  parts.before?.(app)
  app.use('/api', express.json({ limit: '64kb', strict: true, type: 'application/json' }))
  const limited = signInLimit(parts.signInAttempts ?? 30)
  for (const route of Object.values(parts.routes)) {
    const before: RequestHandler[] = route.endpoint.least === 'anyone' ? [limited] : []
    app[route.endpoint.method === 'GET' ? 'get' : 'post'](route.endpoint.path, ...before, run(route, parts))
  }
  app.use('/api', routeNotFound)
  mountPages(app, parts.webFolder)
  app.use(routeNotFound, problem(parts.report))
  return app
}

/** The same order for every route: whose page asks, who calls, may they, then the handler. */
const run = (route: Route, parts: AppParts): RequestHandler => async (request, response) => {
  const { endpoint } = route
  if (endpoint.method === 'POST') {
    requireOrigin(request, parts.addresses, endpoint.path === api.signInForToken.path)
    if (!request.is('application/json')) throw new WhittleError('input.invalid', 'the body must be JSON: send `Content-Type: application/json`')
  }
  let caller: Caller | null = null
  if (endpoint.least !== 'anyone') {
    caller = await callerOfRequest(request, parts.callers, parts.isSecure)
    if (endpoint.method === 'POST') requireCsrf(request, parts.sessionKey, caller)
    requireRight(endpoint, caller)
  }
  await route.run(request, response, caller)
}

const signInLimit = (limit: number): RequestHandler => rateLimit({
  windowMs: 600_000, limit, standardHeaders: 'draft-8', legacyHeaders: false,
  handler: (_request, response) => { sendProblem(response, new WhittleError('request.throttled', 'too many sign-in attempts: wait 10 minutes and try again', { retryAfterSeconds: '600' })) },
})
