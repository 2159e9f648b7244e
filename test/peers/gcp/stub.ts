import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { identityAndAccess } from './iam.ts'
import { type Call, failed, type Reply } from './reply.ts'
import { resourceManager } from './resource-manager.ts'
import { acme, type StubState } from './state.ts'

/** What the next call that matches meets instead of its answer. */
export type Fault = { readonly method: string; readonly path: RegExp; readonly reply: Reply; readonly before?: (state: StubState) => void }
export type Stub = {
  readonly url: string
  readonly state: StubState
  /** Every call in order, `as` whose token says. `isWrite` ones are the ledger of effects. */
  readonly calls: (Call & { readonly status: number; readonly isWrite: boolean; readonly as: string })[]
  readonly faults: Fault[]
  /** Paths that the caller may not use: 403 with the permission's name. */
  readonly refused: { readonly path: RegExp; readonly permission: string }[]
  readonly settings: { pageLimit: number; staleReads: number }
  readonly close: () => Promise<void>
}

/** Google Cloud over REST on loopback, as far as test/peers/README.md says. `state` is changed by what is called. */
export async function startGcpStub(state: StubState = acme()): Promise<Stub> {
  const calls: Stub['calls'] = []
  const faults: Fault[] = []
  const refused: Stub['refused'] = []
  const settings = { pageLimit: 2, staleReads: 0 }
  const answer = (call: Call, token: string | undefined): Reply => {
    if (call.path === '/v1/token') return { status: 200, body: { access_token: 'loopback', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: 3600 } }
    if (token === undefined || !token.startsWith('Bearer ')) return failed(401, 'Request had invalid authentication credentials. Expected OAuth 2 access token.')
    const wanted = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(call.path)?.[1]
    if (wanted !== undefined && !refused.some(({ path }) => path.test(call.path))) return { status: 200, body: { accessToken: wanted, expireTime: new Date(Date.now() + 900_000).toISOString() } }
    const index = faults.findIndex(({ method, path }) => method === call.method && path.test(call.path))
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]
    fault?.before?.(state)
    if (fault !== undefined && fault.reply.status !== 0) return fault.reply
    const denied = refused.find(({ path }) => path.test(call.path))
    if (denied !== undefined) return failed(403, `Permission '${denied.permission}' denied on resource (or it may not exist).`)
    return resourceManager(state, call, settings) ?? identityAndAccess(state, call, settings.pageLimit) ?? failed(404, `no route ${call.method} ${call.path}`)
  }
  const server = createServer((request, response) => {
    void readCall(request).then((call) => {
      const reply = answer(call, request.headers.authorization)
      const isWrite = /:(setIamPolicy|disable|enable)$/.test(call.path) && reply.status === 200
      calls.push({ ...call, status: reply.status, isWrite, as: request.headers.authorization?.replace('Bearer ', '') ?? '' })
      response.writeHead(reply.status, { 'content-type': 'application/json; charset=UTF-8', ...reply.headers }).end(JSON.stringify(reply.body))
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address() as AddressInfo // eslint-disable-line @typescript-eslint/no-unsafe-type-assertion -- because a listening TCP server has one
  return { url: `http://127.0.0.1:${String(address.port)}`, state, calls, faults, refused, settings, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => { resolve() }) }) }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array)) // eslint-disable-line @typescript-eslint/no-unsafe-type-assertion -- because no encoding is set
  const url = new URL(request.url ?? '/', 'http://stub')
  const text = Buffer.concat(chunks).toString()
  const isJson = request.headers['content-type']?.includes('json') === true && text !== ''
  const body: unknown = isJson ? JSON.parse(text) : undefined
  // because a deny policy's attachment point is one segment with encoded slashes in it, only the rest is decoded
  const path = url.pathname.includes('/policies/') ? url.pathname : decodeURIComponent(url.pathname)
  return { method: request.method ?? 'GET', path, query: url.searchParams, body }
}
