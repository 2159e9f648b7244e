import { api } from '../../model/api.ts'
import { tokenScopes, type TokenScope } from '../../model/views.ts'
import { appendAudit } from '../../store/audit.ts'
import { addToken, revokeToken, tokensOf } from '../../store/users.ts'
import { hashToken, mintToken, personalTokenPrefix } from '../secret-token.ts'
import { serve } from '../serve.ts'
import { asCaller, done, type RouteDeps } from './context.ts'

const isScope = (text: string): text is TokenScope => tokenScopes.some((scope) => scope === text)

/** The caller's own personal tokens; only their hashes are kept. */
export const tokenRoutes = (deps: RouteDeps) => ({
  tokens: serve(api.tokens, async ({ caller }) => {
    const rows = await asCaller(deps, caller, (db, tenant) => tokensOf(db, tenant, caller.userId))
    return { rows: rows.filter((row) => row.revokedAt === null).map((row) => ({ ...row, scopes: row.scopes.filter(isScope) })) }
  }),
  createToken: serve(api.createToken, async ({ caller, body }) => {
    const token = personalTokenPrefix + mintToken()
    const row = await asCaller(deps, caller, async (db, tenant) => {
      const made = await addToken(db, tenant, { userId: caller.userId, label: body.label, tokenHash: hashToken(token), scopes: body.scopes, days: body.days })
      await appendAudit(db, tenant, { kind: 'token.created', actor: caller.userId, subject: made.id, details: { scopes: body.scopes, label: body.label } })
      return made
    })
    return { token, row: { ...row, scopes: row.scopes.filter(isScope) }, name: caller.name, role: caller.role }
  }),
  revokeToken: serve(api.revokeToken, async ({ caller, param }) => {
    await asCaller(deps, caller, async (db, tenant) => {
      await revokeToken(db, tenant, caller.userId, param('id'))
      await appendAudit(db, tenant, { kind: 'token.revoked', actor: caller.userId, subject: param('id') })
    })
    return done
  }),
})
