import type { Request, Response } from 'express'
import { WhittleError } from '../model/error.ts'
import type { Caller } from './caller.ts'
import { bearerOf } from './guard.ts'
import { hashToken, mintToken, personalTokenPrefix } from './secret-token.ts'

/** Idle 30 minutes, absolute 12 hours: enforced by the store with the database's clock. */
export const sessionIdleSeconds = 30 * 60
export const sessionSeconds = 12 * 3600

/** Looks a credential up by its hash and marks it used; null = unknown, expired, revoked, or its user is disabled. */
export type CallerStore = {
  readonly bySession: (hash: string) => Promise<Caller | null>
  readonly byToken: (hash: string) => Promise<Caller | null>
}

/** `__Host-` binds the cookie to https, this host and `/`; browsers refuse it on plain http, so loopback goes without. */
export const sessionCookie = (isSecure: boolean): string => (isSecure ? '__Host-whittle-session' : 'whittle-session')

/** Who calls. A bearer token wins over a cookie. @throws WhittleError `sign-in.required` */
export async function callerOfRequest(request: Request, callers: CallerStore, isSecure: boolean): Promise<Caller> {
  const bearer = bearerOf(request)
  if (bearer !== null) {
    const caller = bearer.startsWith(personalTokenPrefix) ? await callers.byToken(hashToken(bearer)) : null
    if (caller === null) throw new WhittleError('sign-in.required', 'the personal token is not valid any more: run `whittle login`')
    return caller
  }
  const secret = cookieOf(request, sessionCookie(isSecure))
  const caller = secret === null ? null : await callers.bySession(hashToken(secret))
  if (caller === null) throw new WhittleError('sign-in.required', 'you are not signed in: open your sign-in link, or ask an administrator for one')
  return caller
}

/** A fresh secret for a new session. It is set on every sign-in, so that an id known before it is worth nothing after (fixation). */
export function startCookie(response: Response, isSecure: boolean): { readonly hash: string } {
  const secret = mintToken()
  response.cookie(sessionCookie(isSecure), secret, { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/', maxAge: sessionSeconds * 1000 })
  return { hash: hashToken(secret) }
}
export const clearCookie = (response: Response, isSecure: boolean): void => {
  response.clearCookie(sessionCookie(isSecure), { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' })
}
/** The hash of the session cookie that the browser sent, whether it is valid or not. */
export function sessionHashOf(request: Request, isSecure: boolean): string | null {
  const secret = cookieOf(request, sessionCookie(isSecure))
  return secret === null ? null : hashToken(secret)
}

function cookieOf(request: Request, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null
}
