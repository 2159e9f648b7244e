import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import { appendAudit } from '../../store/audit.ts'
import { type Store, withTenant } from '../../store/db.ts'
import { addSession, addToken, endSession, touchSession, useSignInLink, useToken, type User } from '../../store/users.ts'
import { tokenScopes, type TokenScope } from '../../model/views.ts'
import type { Caller } from '../caller.ts'
import { hashToken, mintToken, personalTokenPrefix } from '../secret-token.ts'
import { serve } from '../serve.ts'
import { type CallerStore, clearCookie, sessionHashOf, startCookie } from '../session.ts'
import { asCaller, done, type RouteDeps } from './context.ts'

const isScope = (text: string): text is TokenScope => tokenScopes.some((scope) => scope === text)
const callerOf = (user: User, rest: Pick<Caller, 'authStrength' | 'credential' | 'scopes'>): Caller => ({ userId: user.id, name: user.name, role: user.role, tenant: user.tenantId, ...rest })

/** Callers of `tenant` by the hash of what they sent. */
export const callersIn = (store: Store, tenant: string): CallerStore => ({
  bySession: (hash) => withTenant(store, tenant, async (db) => {
    const found = await touchSession(db, tenant, hash)
    return found === null ? null : callerOf(found.user, { authStrength: 'session', credential: hash, scopes: null })
  }),
  byToken: (hash) => withTenant(store, tenant, async (db) => {
    const found = await useToken(db, tenant, hash)
    return found === null ? null : callerOf(found.user, { authStrength: 'token', credential: hash, scopes: found.token.scopes.filter(isScope) })
  }),
})

const usedUp = () => new WhittleError('sign-in.invalid', 'this sign-in link is used up or older than 10 minutes: ask an administrator for a new one, or start Whittle again')

/** Signing in and out. A session id that existed before is ended and never used again (fixation). */
export const signInRoutes = (deps: RouteDeps) => ({
  signIn: serve(api.signIn, async ({ body, request, response }) => {
    const before = sessionHashOf(request, deps.isSecure)
    const isIn = await withTenant(deps.store, deps.tenant, async (db) => {
      const user = await useSignInLink(db, deps.tenant, hashToken(body.token))
      if (user === null) return false
      if (before !== null) await endSession(db, deps.tenant, before)
      await addSession(db, deps.tenant, user.id, startCookie(response, deps.isSecure).hash)
      await appendAudit(db, deps.tenant, { kind: 'user.signed-in', actor: user.id, subject: user.id })
      return true
    })
    if (!isIn) throw usedUp()
    return done
  }),
  signInForToken: serve(api.signInForToken, async ({ body }) => {
    const token = personalTokenPrefix + mintToken()
    const made = await withTenant(deps.store, deps.tenant, async (db) => {
      const user = await useSignInLink(db, deps.tenant, hashToken(body.token))
      if (user === null) return null
      const row = await addToken(db, deps.tenant, { userId: user.id, label: body.label, tokenHash: hashToken(token), scopes: body.scopes, days: body.days })
      await appendAudit(db, deps.tenant, { kind: 'token.created', actor: user.id, subject: row.id, details: { scopes: body.scopes, label: body.label } })
      return { row, user }
    })
    if (made === null) throw usedUp()
    return { token, row: { ...made.row, scopes: made.row.scopes.filter(isScope) }, name: made.user.name, role: made.user.role }
  }),
  signOut: serve(api.signOut, async ({ caller, response }) => {
    await asCaller(deps, caller, (db, tenant) => endSession(db, tenant, caller.credential))
    clearCookie(response, deps.isSecure)
    return done
  }),
})
