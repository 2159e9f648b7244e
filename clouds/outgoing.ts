import { readFileSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { getCACertificates } from 'node:tls'

/** How every outgoing client goes out (`config.http`): through which proxy, past it for which hosts, and which private CA it trusts beside the usual ones. */
export type Outgoing = { readonly proxy: string | null; readonly noProxy: string | null; readonly caFile: string | null }
export const direct: Outgoing = { proxy: null, noProxy: null, caFile: null }

/** Node agents that keep to `outgoing`. @throws where the CA file cannot be read */
export function outgoingAgents({ proxy, noProxy, caFile }: Outgoing): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } {
  const proxyEnv = { ...(proxy === null ? {} : { HTTPS_PROXY: proxy }), ...(noProxy === null ? {} : { NO_PROXY: noProxy }) }
  const ca = caFile === null ? {} : { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] }
  return { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true, proxyEnv, ...ca }) }
}
