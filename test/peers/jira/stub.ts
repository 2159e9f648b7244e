import { createServer } from 'node:http'
import express, { type NextFunction, type Request, type Response } from 'express'
import { freePort } from '../free-port.ts'
import { routesOf } from './routes.ts'
import { type Issue, newSite, type Site, type SiteOptions } from './site.ts'

/** What goes wrong with the next matching request: instead of doing it, or (`after`) although it was done; `hang` = no answer at all. */
export type JiraFault = { readonly method: string; readonly path: RegExp; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown; readonly after?: boolean; readonly hang?: boolean }
export type JiraStub = {
  readonly url: string; readonly site: Site; readonly faults: JiraFault[]
  /** `METHOD /path` of every request that came, in order, faults and refusals included. */
  readonly requests: string[]
  /** While true every connection is cut before anything is done. */
  readonly outage: { isDown: boolean }
  readonly issuesOf: (label: string) => readonly Issue[]
  readonly close: () => Promise<void>
}
export const jiraEmail = 'whittle@acme.example'
export const jiraToken = 'test-jira-token'

/** A small stateful Jira Cloud on loopback. What it does and does not do: README, "Jira". */
export async function startJiraStub(options: Partial<SiteOptions> & { readonly port?: number } = {}): Promise<JiraStub> {
  const port = options.port ?? await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  const site = newSite({ now: Date.now, searchLagMs: 0, baseUrl: url, ...options })
  const faults: JiraFault[] = []
  const requests: string[] = []
  const outage = { isDown: false }
  const app = express().disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    if (outage.isDown) { request.socket.destroy(); return }
    requests.push(`${request.method} ${request.path}`)
    if (!isKnownUser(request)) { response.status(401).type('application/json').send(JSON.stringify({ errorMessages: ['You are not authenticated.'], errors: {} })); return }
    injectFault(faults, request, response, next)
  })
  app.use(express.json({ limit: '1mb' }))
  app.use(['/rest/api/3', '/rest/api/2', '/rest/api/latest'], routesOf(site))
  app.use((_request, response) => { response.status(404).json({ errorMessages: ['No such resource.'], errors: {} }) })
  const server = createServer(app)
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', () => { resolve() }) })
  return {
    url, site, faults, requests, outage, issuesOf: (label) => [...site.issues.values()].filter((issue) => issue.labels.includes(label)),
    close: () => new Promise((resolve) => { server.close(() => { resolve() }); server.closeAllConnections() }),
  }
}

function isKnownUser(request: Request): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(`${jiraEmail}:${jiraToken}`).toString('base64')}`
}

function injectFault(faults: JiraFault[], request: Request, response: Response, next: NextFunction): void {
  const index = faults.findIndex((fault) => fault.method === request.method && fault.path.test(request.path))
  const fault = index < 0 ? undefined : faults.splice(index, 1)[0]
  if (!fault) { next(); return }
  const body = JSON.stringify(fault.body ?? { errorMessages: ['injected'], errors: {} })
  if (fault.after !== true) {
    if (fault.hang !== true) response.status(fault.status).set({ 'content-type': 'application/json', ...fault.headers }).end(body)
    return
  }
  // the request is done as ever; only its answer is replaced
  const realEnd = response.end.bind(response)
  Object.assign(response, { end: () => {
    if (fault.hang === true) return response
    response.status(fault.status).set({ 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...fault.headers })
    return realEnd(body)
  } })
  next()
}
