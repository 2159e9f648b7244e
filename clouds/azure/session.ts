import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { bearerTokenAuthenticationPolicy, createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest, type Pipeline, type PipelinePolicy, type PipelineResponse, RestError } from '@azure/core-rest-pipeline'
import { DefaultAzureCredential } from '@azure/identity'
import { Client, type Context, type Middleware } from '@microsoft/microsoft-graph-client'
import { WhittleError } from '../../model/error.ts'
import { type Outgoing, outgoingAgents } from '../outgoing.ts'

/** Where Azure is: the public cloud, or a sovereign one. All https, without a trailing slash. */
export type AzureEndpoints = { readonly resourceManager: string; readonly graph: string; readonly authority: string }
export const publicCloud: AzureEndpoints = { resourceManager: 'https://management.azure.com', graph: 'https://graph.microsoft.com', authority: 'https://login.microsoftonline.com' }
/** Gives tokens: one of `@azure/identity`. */
export type AzureCredential = { readonly getToken: (scopes: string | string[], options?: object) => Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null> }
/** As whom Whittle speaks with one tenant. `subscriptions` null = all that the credential may see. */
export type AzureSession = { readonly tenantId: string; readonly subscriptions: readonly string[] | null; readonly endpoints: AzureEndpoints; readonly credential: AzureCredential; readonly outgoing: Outgoing }

export const REQUEST_MS = 30_000
/** The version in which role definitions are asked for, as `az` does: the general one, and the SDK, drop the conditions of their permissions. */
export const DEFINITIONS = '2022-05-01-preview'
// because the retrying is Temporal's, a redirect would carry the token elsewhere, and the proxy is the agent's
const unwanted = ['defaultRetryPolicy', 'throttlingRetryPolicy', 'exponentialRetryPolicy', 'systemErrorRetryPolicy', 'retryPolicy', 'redirectPolicy', 'proxyPolicy']

/** A session with the machine's own Azure credentials (environment, workload or managed identity, `az login`), which are never stored. */
export function azureSession(environment: { readonly tenantId: string; readonly subscriptions?: readonly string[] | undefined }, outgoing: Outgoing, endpoints: AzureEndpoints = publicCloud): AzureSession {
  const isKnown = new URL(endpoints.authority).hostname.startsWith('login.microsoftonline.') || new URL(endpoints.authority).hostname.startsWith('login.partner.microsoftonline.')
  const credential = new DefaultAzureCredential({
    tenantId: environment.tenantId, authorityHost: endpoints.authority, retryOptions: { maxRetries: 0 }, disableInstanceDiscovery: !isKnown, additionalPolicies: [{ policy: through(outgoing), position: 'perRetry' }] })
  return { tenantId: environment.tenantId, subscriptions: environment.subscriptions?.map((id) => id.toLowerCase()) ?? null, endpoints, credential, outgoing }
}

/** The client of role assignments and deny assignments. One attempt per call; a page link to another host is refused. */
export function authorizationClient(session: AzureSession, subscriptionId: string): AuthorizationManagementClient {
  const { endpoints, credential, outgoing } = session
  const client = new AuthorizationManagementClient(credential, subscriptionId, { endpoint: endpoints.resourceManager, credentialScopes: `${endpoints.resourceManager}/.default`, retryOptions: { maxRetries: 0 }, ...agentOf(outgoing) })
  trim(client.pipeline, endpoints.resourceManager)
  return client
}

export type Send = (request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly signal: AbortSignal }) => Promise<unknown>
/** Asks the resource manager for what the SDK has no client for, or of which it drops fields. `url` is absolute or begins with `/`. @throws RestError */
export function resourceManager(session: AzureSession): Send {
  const send = sender(session, session.endpoints.resourceManager)
  return async ({ method, url, signal }) => {
    const response = await send(method, url.startsWith('/') ? session.endpoints.resourceManager + url : url, signal)
    const body = jsonOf(response)
    if (response.status < 200 || response.status > 299) throw new RestError('the resource manager said no', { statusCode: response.status, request: response.request, response })
    return body
  }
}

/** The Graph client, sending through the same proxy, CA and single attempt as everything else. */
export function graphClient(session: AzureSession, signal: AbortSignal): Client {
  const { graph } = session.endpoints
  const send = sender(session, graph)
  const middleware: Middleware = {
    execute: async (context: Context) => {
      const url = typeof context.request === 'string' ? context.request : context.request.url
      const response = await send('GET', url, signal)
      const headers = new Headers([...response.headers].map(([name, value]): [string, string] => [name, value]))
      context.response = new Response(response.status === 204 ? null : (response.bodyAsText ?? ''), { status: response.status, headers })
    },
  }
  return Client.initWithMiddleware({ middleware, baseUrl: `${graph}/`, defaultVersion: 'v1.0', customHosts: new Set([new URL(graph).hostname]) })
}

function sender(session: AzureSession, endpoint: string): (method: 'GET' | 'POST', url: string, signal: AbortSignal) => Promise<PipelineResponse> {
  const pipeline = createPipelineFromOptions({ ...agentOf(session.outgoing), retryOptions: { maxRetries: 0 } })
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: session.credential, scopes: `${endpoint}/.default` }))
  trim(pipeline, endpoint)
  const http = createDefaultHttpClient()
  return async (method, url, signal) => await pipeline.sendRequest(http, createPipelineRequest({
    method, url, abortSignal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]), timeout: REQUEST_MS, headers: createHttpHeaders({ accept: 'application/json', ...(method === 'POST' ? { 'content-length': '0' } : {}) }) }))
}

function trim(pipeline: Pipeline, endpoint: string): void {
  for (const name of unwanted) pipeline.removePolicy({ name })
  pipeline.addPolicy(onlyTo(endpoint), { phase: 'Retry' })
}

/** Nothing is sent to another host, whatever page link an answer holds: the token would go with it. No call takes longer than 30 seconds. */
const onlyTo = (endpoint: string): PipelinePolicy => ({
  name: 'onlyToEndpoint',
  sendRequest: async (request, next) => {
    if (new URL(request.url).origin !== new URL(endpoint).origin) throw new WhittleError('cloud.unavailable', `an answer of \`${endpoint}\` leads to \`${new URL(request.url).host}\`, which is not asked`)
    request.timeout = REQUEST_MS
    return await next(request)
  },
})

const agentOf = (outgoing: Outgoing) => ({ agent: outgoingAgents(outgoing).httpsAgent })

/** Sets the agent after the SDK's own proxy policy; a managed identity is asked over plain http on the machine itself. */
function through(outgoing: Outgoing): PipelinePolicy {
  const { httpAgent, httpsAgent } = outgoingAgents(outgoing)
  return { name: 'outgoing', sendRequest: async (request, next) => {
    request.agent = request.url.startsWith('https:') ? httpsAgent : httpAgent
    return await next(request)
  } }
}

function jsonOf(response: PipelineResponse): unknown {
  try {
    return JSON.parse(response.bodyAsText ?? 'null')
  } catch {
    return null
  }
}
