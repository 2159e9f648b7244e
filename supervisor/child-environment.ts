import type { Config, ProcessEnv } from '../config.ts'
import type { KeyFiles } from './keys.ts'

export type ChildName = 'server' | 'scanner' | 'executor'

/** What every process may know of the machine. */
const common = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'WHITTLE_HOME', 'WHITTLE_CONFIG', 'WHITTLE_PORT', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'XDG_CACHE_HOME', 'TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY', 'TEMPORAL_TLS']
/** What the clouds' own credential chains read. */
const ofClouds = /^(AWS|AZURE|ARM|GOOGLE|GCLOUD|CLOUDSDK|MSI|IDENTITY)_|^(ECS_CONTAINER_METADATA_URI.*|GCE_METADATA_HOST)$/

/**
 * The environment of one child: its own database role, its own keys, and nothing of the others'. The server gets no cloud credential, and a home folder in which no
 * cloud's chain finds one; the executor gets no session key and no integration's secret.
 */
export function childEnvironment(name: ChildName, env: ProcessEnv, told: { config: Config; keys: KeyFiles; databaseUrl: string; temporalAddress: string }): Record<string, string> {
  const { config, keys } = told
  const cloud = name === 'server' ? [] : Object.keys(env).filter((key) => ofClouds.test(key))
  const integrations = name === 'executor' ? [] : secretNames(config, name)
  const taken = Object.fromEntries([...common, ...cloud, ...integrations].flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])))
  return {
    ...taken, ...(name === 'server' ? { HOME: config.home } : {}),
    ...proxyOf(config), WHITTLE_HOME: config.home, DATABASE_URL: told.databaseUrl, TEMPORAL_ADDRESS: told.temporalAddress, WHITTLE_CODEC_KEY: `file:${keys.codec}`,
    ...(name === 'server' ? { WHITTLE_SIGNING_KEY: `file:${keys.signing}`, WHITTLE_SESSION_KEY: `file:${keys.session}` } : {}),
    ...(name === 'executor' ? { WHITTLE_TRUST_ROOTS: `file:${keys.trustRoots}` } : {}),
  }
}

/** Node's own `fetch` and agents go through the proxy and believe the private CA only when told at their start. What is on this machine, and the clouds' metadata address, is never behind a proxy. */
function proxyOf({ http }: Config): Record<string, string> {
  const direct = [http.noProxy, 'localhost', '127.0.0.1', '::1', '169.254.169.254'].filter((host) => host !== null && host !== '').join(',')
  return {
    ...(http.proxy === null ? {} : { NODE_USE_ENV_PROXY: '1', NO_PROXY: direct, no_proxy: direct }),
    ...(http.caFile === null ? {} : { NODE_EXTRA_CA_CERTS: http.caFile }),
  }
}

/** Variables that `env:` references of the integrations name: Slack's for the server (clicks) and the scanner (cards), Jira's for the scanner alone. */
function secretNames(config: Config, name: 'server' | 'scanner'): readonly string[] {
  const references = [config.slack?.botToken, config.slack?.signingSecret, ...(name === 'scanner' ? [config.jira?.apiToken] : [])]
  return references.flatMap((reference) => (reference?.startsWith('env:') === true ? [reference.slice(4)] : []))
}
