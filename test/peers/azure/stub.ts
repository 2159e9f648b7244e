import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { armReply } from './arm.ts'
import { graphReply } from './graph.ts'
import { answer, type Call, failure, type Reply } from './reply.ts'
import type { Assignment, AzureState } from './state.ts'
import { loopbackCertificate } from './tls.ts'

/** Says what is wrong with a call and its answer by the vendor's own specification; nothing = right. */
export type Judge = (call: Call & { readonly headers: Readonly<Record<string, string>> }, reply: Reply, api: 'arm' | 'graph') => Promise<readonly string[]>
/** The peer: `calls` is every call that came, `verdicts` what the judge held against them. */
export type AzureStub = { readonly url: string; readonly caFile: string; readonly calls: readonly string[]; readonly writes: readonly string[]; readonly verdicts: readonly string[]; readonly close: () => Promise<void> }

/** Azure on loopback over TLS: what begins with `/v1.0` is Graph, everything else the resource manager. State lives in `state`; tests change it as they like. */
export async function startAzureStub(state: AzureState, judge: Judge = () => Promise.resolve([])): Promise<AzureStub> {
  const certificate = loopbackCertificate()
  const [calls, writes, verdicts]: [string[], string[], string[]] = [[], [], []]
  let before: ReadonlyMap<string, Assignment> | null = null
  let lag = 0
  const reply = (call: Call, token: string | undefined): Reply => {
    if (token !== 'Bearer test-token') return failure(401, 'InvalidAuthenticationToken')
    if (state.faults.throttled > 0) { state.faults.throttled -= 1; return { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '17' } } }
    if ([...state.faults.refused].some((part) => call.url.pathname.toLowerCase().includes(part.toLowerCase()))) return call.url.pathname.startsWith('/v1.0') ? failure(403, 'Authorization_RequestDenied') : failure(403, 'AuthorizationFailed')
    if (call.url.pathname.startsWith('/v1.0')) return graphReply(state, call)
    const isWrite = call.method === 'PUT' || call.method === 'DELETE'
    if (isWrite) { before = new Map(state.assignments); lag = state.faults.laggingReads; writes.push(`${call.method} ${call.url.pathname}`) }
    const shown = !isWrite && lag > 0 && before !== null ? before : state.assignments
    if (!isWrite && lag > 0) lag -= 1
    return armReply(state, call, shown)
  }
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    void bodyOf(request).then(async (body) => {
      const host = request.headers.host ?? '127.0.0.1'
      const call: Call = { method: request.method ?? 'GET', url: new URL(request.url ?? '/', `https://${host}`), body }
      const signIn = signInReply(call)
      const found = signIn ?? reply(call, request.headers.authorization)
      calls.push(`${call.method} ${call.url.pathname}${call.url.search}`)
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      if (signIn === null) verdicts.push(...await judge({ ...call, headers }, found, call.url.pathname.startsWith('/v1.0') ? 'graph' : 'arm'))
      response.writeHead(found.status, { 'content-type': 'application/json', ...found.headers })
      response.end(found.body === undefined ? undefined : JSON.stringify(found.body))
    })
  })
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done) })
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- because a server on a port has an address with one
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}`, caFile: certificate.caFile, calls, writes, verdicts,
    close: async () => { server.closeAllConnections(); await new Promise((done) => { server.close(done) }) } }
}

/** What a client credential needs of the authority: its metadata, and a token for the secret `test-secret`. Null where the call is none of the authority's. */
function signInReply({ url, body }: Call): Reply | null {
  const [, tenant = '', ...rest] = url.pathname.split('/')
  switch (rest.join('/')) {
    case 'v2.0/.well-known/openid-configuration': return answer({ issuer: `${url.origin}/${tenant}/v2.0`, authorization_endpoint: `${url.origin}/${tenant}/oauth2/v2.0/authorize`, token_endpoint: `${url.origin}/${tenant}/oauth2/v2.0/token`, jwks_uri: `${url.origin}/keys` })
    case 'oauth2/v2.0/token': return new URLSearchParams(String(body)).get('client_secret') === 'test-secret' ? answer({ token_type: 'Bearer', expires_in: 3600, access_token: 'test-token' }) : { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: wrong secret', error_codes: [7000215] } }
    default: return null
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : text.startsWith('{') ? JSON.parse(text) : text
}
