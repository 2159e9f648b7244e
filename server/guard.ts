import type { Request, RequestHandler } from 'express'
import { hasRole } from '../model/approval.ts'
import { csrfHeader, type Endpoint } from '../model/api.ts'
import { WhittleError } from '../model/error.ts'
import type { Caller } from './caller.ts'
import { isSame, seal } from './secret-token.ts'

/** Which names this server answers to. Anything else is DNS rebinding or a misconfigured proxy (SAFETY T27). */
export type Addresses = { readonly hosts: readonly string[]; readonly origins: readonly string[] }

/** The public address, and on loopback every spelling of it. */
export function addressesOf(publicUrl: string, port: number): Addresses {
  const url = new URL(publicUrl)
  const loopback = ['localhost', '127.0.0.1', '[::1]']
  if (!loopback.includes(url.hostname)) return { hosts: [url.host], origins: [url.origin] }
  const hosts = [...new Set([url.host, ...loopback.map((name) => `${name}:${String(port)}`)])]
  return { hosts, origins: hosts.map((host) => `${url.protocol}//${host}`) }
}

export const allowHosts = ({ hosts }: Addresses): RequestHandler => (request, _response, next) => {
  if (hosts.includes((request.headers.host ?? '').toLowerCase())) { next(); return }
  next(new WhittleError('not-allowed', `this server does not answer to the host \`${(request.headers.host ?? '').slice(0, 100)}\`: open ${hosts[0] ?? 'its public address'} or set server.publicUrl in whittle.yaml`))
}

/**
 * Throws unless the request comes from our own pages or from a program. An `Origin` that is there must be ours. Without one, only requests that
 * carry no cookie authority pass: those with a bearer token, and those whose body is the credential (`isBodyCredential`).
 */
export function requireOrigin(request: Request, addresses: Addresses, isBodyCredential: boolean): void {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined ? !addresses.origins.includes(origin) : !isBodyCredential && bearerOf(request) === null)
    throw new WhittleError('not-allowed', origin === undefined ? 'the request has no Origin header: use the pages of Whittle, or a personal token' : 'the request comes from another site')
  if (site === 'cross-site' || site === 'same-site') throw new WhittleError('not-allowed', 'the request comes from another site')
}

/** The bearer token of the request; null where there is none. */
export function bearerOf(request: Request): string | null {
  const match = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

export const csrfOf = (key: Buffer, caller: Caller): string => seal(key, 'csrf', caller.credential)

/** Throws unless a request with a session cookie also carries the session's CSRF token, which another site cannot read. */
export function requireCsrf(request: Request, key: Buffer, caller: Caller): void {
  if (caller.authStrength === 'token') return
  if (!isSame(request.get(csrfHeader) ?? '', csrfOf(key, caller))) throw new WhittleError('not-allowed', 'the request carries no valid CSRF token: reload the page and try again')
}

/** Throws unless the caller's role and, for a token, its scope suffice. */
export function requireRight(endpoint: Pick<Endpoint, 'least' | 'scope'>, caller: Caller): void {
  if (endpoint.least !== 'anyone' && !hasRole(caller.role, endpoint.least)) throw new WhittleError('not-allowed', `this needs the role ${endpoint.least}; you are ${caller.role}: ask an administrator`)
  if (caller.scopes === null) return
  if (endpoint.scope === null) throw new WhittleError('not-allowed', 'this needs a browser session: personal tokens cannot do it')
  if (!caller.scopes.includes(endpoint.scope)) throw new WhittleError('not-allowed', `this personal token lacks the scope \`${endpoint.scope}\`: sign in again with \`whittle login\``)
}
