import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { AssetServiceClient } from '@google-cloud/asset'
import { PoliciesClient } from '@google-cloud/iam'
import { FoldersClient, OrganizationsClient, ProjectsClient } from '@google-cloud/resource-manager'
import { cloudidentity, type cloudidentity_v1 } from '@googleapis/cloudidentity'
import { iam, type iam_v1 } from '@googleapis/iam'
import { type AuthClient, GoogleAuth, Impersonated } from 'google-auth-library'
import { WhittleError } from '../../model/error.ts'
import { type Outgoing, outgoingAgents } from '../outgoing.ts'
import { gcpError, gcpFailure } from './error.ts'

/** Where the APIs are, when not at Google's own addresses: Private Service Connect, a restricted virtual IP, an emulator on loopback. */
export type GcpEndpoints = { readonly cloudResourceManager?: string | undefined; readonly iam?: string | undefined; readonly cloudAsset?: string | undefined; readonly cloudIdentity?: string | undefined; readonly iamCredentials?: string | undefined }
/** Exactly one organization (its number) or one project. */
export type GcpScope = { readonly kind: 'organization'; readonly organization: string } | { readonly kind: 'project'; readonly project: string }
/** As whom Whittle speaks with Google Cloud: whoever the machine's application default credentials say, or the service account that they may act as; nothing of it is stored. */
export type GcpSession = { readonly scope: GcpScope; readonly actAs: string | null; readonly endpoints: GcpEndpoints; readonly outgoing: Outgoing }

export type GcpClients = {
  readonly projects: ProjectsClient; readonly folders: FoldersClient; readonly organizations: OrganizationsClient; readonly denyPolicies: PoliciesClient; readonly assets: AssetServiceClient
  readonly iam: iam_v1.Iam; readonly identity: cloudidentity_v1.Cloudidentity
  readonly close: () => Promise<void>
}

export const REQUEST_MS = 25_000
const scopes = ['https://www.googleapis.com/auth/cloud-platform']
/** One attempt: who retries is Temporal, which knows what may be repeated. */
export const once: { retry: { retryCodes: number[] }; timeout: number; autoPaginate: boolean } = { retry: { retryCodes: [] }, timeout: REQUEST_MS, autoPaginate: false }

/** Clients of every API, over REST (so that proxies and private CAs hold), each call one attempt of at most `requestMs`. @throws WhittleError `cloud.no-credentials` */
export async function gcpClients(session: GcpSession, requestMs = REQUEST_MS): Promise<GcpClients> {
  const { endpoints } = session
  const client = await signIn(session, requestMs)
  // because gax and googleapis-common each bring a copy of the same library: the object is the same, its type has another origin
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  const authClient = client as unknown as GaxAuth
  const gax = (endpoint: string | undefined): GaxOptions => ({ fallback: true, authClient, ...(endpoint === undefined ? {} : addressOf(endpoint)) })
  const manager = gax(endpoints.cloudResourceManager)
  const [projects, folders, organizations] = [new ProjectsClient(manager), new FoldersClient(manager), new OrganizationsClient(manager)]
  const denyPolicies = new PoliciesClient(gax(endpoints.iam))
  const assets = new AssetServiceClient(gax(endpoints.cloudAsset))
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  const auth = client as unknown as RestAuth
  const rest = (endpoint: string | undefined): RestOptions => ({ auth, retry: false, ...(endpoint === undefined ? {} : { rootUrl: `${endpoint.replace(/\/$/, '')}/` }) })
  return {
    projects, folders, organizations, denyPolicies, assets, iam: iam({ version: 'v1', ...rest(endpoints.iam) }), identity: cloudidentity({ version: 'v1', ...rest(endpoints.cloudIdentity) }),
    close: async () => { await Promise.all([projects.close(), folders.close(), organizations.close(), denyPolicies.close(), assets.close()]) },
  }
}
type GaxOptions = NonNullable<ConstructorParameters<typeof ProjectsClient>[0]>
type GaxAuth = NonNullable<GaxOptions['authClient']>
type RestAuth = NonNullable<iam_v1.Options['auth']>
type RestOptions = Pick<iam_v1.Options, 'auth' | 'retry' | 'rootUrl'>

function addressOf(endpoint: string): Pick<GaxOptions, 'apiEndpoint' | 'port' | 'protocol'> {
  const url = new URL(endpoint)
  const port = Number(url.port) || (url.protocol === 'http:' ? 80 : 443)
  return { apiEndpoint: url.hostname, port, protocol: url.protocol.slice(0, -1) }
}

const SESSION_SECONDS = 900

async function signIn({ scope, actAs, endpoints, outgoing }: GcpSession, requestMs: number): Promise<AuthClient> {
  const { httpAgent, httpsAgent } = outgoingAgents(outgoing)
  const agent = (url: URL) => (url.protocol === 'http:' ? httpAgent : httpsAgent)
  // because the library would else ask Google for a project of the credentials, which nothing here needs
  const projectId = scope.kind === 'project' ? scope.project : 'whittle'
  const own = await new GoogleAuth({ scopes, projectId, clientOptions: { transporterOptions: { agent } } }).getClient().catch(() => {
    throw new WhittleError('cloud.no-credentials', 'there are no Google Cloud credentials on this machine; run `gcloud auth application-default login`, or point GOOGLE_APPLICATION_CREDENTIALS at a workload identity configuration')
  })
  keepTo(own, agent, requestMs)
  if (actAs === null) return own
  const endpoint = endpoints.iamCredentials === undefined ? {} : { endpoint: endpoints.iamCredentials.replace(/\/$/, '') }
  const other = new Impersonated({ sourceClient: own, targetPrincipal: actAs, targetScopes: scopes, delegates: [], lifetime: SESSION_SECONDS, ...endpoint, transporterOptions: { agent } })
  keepTo(other, agent, requestMs)
  await other.getAccessToken().catch((error: unknown) => {
    const known = gcpError('iam.serviceAccounts.getAccessToken', error)
    if (known.code === 'cloud.throttled' || known.code === 'cloud.unavailable') throw known
    throw new WhittleError('cloud.no-credentials', `the Google Cloud credentials of this machine may not act as \`${actAs}\`; grant them Service Account Token Creator on that account`, known.details)
  })
  return other
}

/** Every request of the client goes out as `agent` says, ends in time, and tells how long to wait where it is slowed down. */
function keepTo(client: AuthClient, agent: (url: URL) => HttpAgent | HttpsAgent, requestMs: number): void {
  client.transporter.interceptors.request.add({ resolved: (config) => {
    config.agent = agent // because gax brings agents of its own, which know no proxy and no private CA
    config.signal = AbortSignal.any([AbortSignal.timeout(requestMs), ...(config.signal instanceof AbortSignal ? [config.signal] : [])])
    if (config.responseType === 'stream') config.validateStatus = () => true // because gax reads the body of an error itself
    return Promise.resolve(config)
  } })
  client.transporter.interceptors.response.add({
    resolved: (response) => { throwIfThrottled(response.status, response.headers); return Promise.resolve(response) },
    rejected: (error) => { throwIfThrottled(error.response?.status, error.response?.headers); throw error },
  })
}

// because only here the header of the answer is still in sight
function throwIfThrottled(status: number | undefined, headers: Headers | undefined): void {
  if (status === 429) throw gcpFailure('cloud.throttled', 'the request', 'RESOURCE_EXHAUSTED', headers?.get('retry-after') ?? null)
}
