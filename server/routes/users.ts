import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import { secondsAfter } from '../../model/instant.ts'
import { appendAudit } from '../../store/audit.ts'
import { databaseNow, type Db } from '../../store/db.ts'
import { userRecords } from '../../store/user-reading.ts'
import { addUser, setUserActive, userById, type User } from '../../store/users.ts'
import type { Caller } from '../caller.ts'
import { serve } from '../serve.ts'
import { createSignInLink } from '../sign-in-link.ts'
import { asCaller, done, type RouteDeps } from './context.ts'

/** People, for administrators. */
export function userRoutes(deps: RouteDeps) {
  const linkFor = async (db: Db, tenant: string, { user, caller }: { user: User; caller: Caller }) => {
    const url = await createSignInLink(db, { tenant, userId: user.id, publicUrl: deps.publicUrl })
    await appendAudit(db, tenant, { kind: 'user.link-created', actor: caller.userId, subject: user.id })
    return { user: { ...user, lastSeenAt: null, slack: null }, url, expiresAt: secondsAfter(await databaseNow(db), 600) }
  }
  const setActive = (caller: Caller, id: string, isActive: boolean) => asCaller(deps, caller, async (db, tenant) => {
    await setUserActive(db, tenant, id, isActive)
    await appendAudit(db, tenant, { kind: isActive ? 'user.enabled' : 'user.disabled', actor: caller.userId, subject: id })
    return done
  })
  return {
    users: serve(api.users, async ({ caller }) => ({ rows: await asCaller(deps, caller, userRecords) })),
    addUser: serve(api.addUser, ({ caller, body }) => asCaller(deps, caller, async (db, tenant) => {
      const user = await addUser(db, tenant, { name: body.name, role: body.role })
      await appendAudit(db, tenant, { kind: 'user.added', actor: caller.userId, subject: user.id, details: { name: user.name, role: user.role } })
      return linkFor(db, tenant, { user, caller })
    })),
    signInLink: serve(api.signInLink, ({ caller, param }) => asCaller(deps, caller, async (db, tenant) => {
      const user = await userById(db, tenant, param('id'))
      if (user === null) throw new WhittleError('user.not-found', `there is no user \`${param('id')}\``)
      if (!user.isActive) throw new WhittleError('not-allowed', `\`${user.name}\` is disabled: enable the account first`)
      return linkFor(db, tenant, { user, caller })
    })),
    disableUser: serve(api.disableUser, ({ caller, param }) => setActive(caller, param('id'), false)),
    enableUser: serve(api.enableUser, ({ caller, param }) => setActive(caller, param('id'), true)),
  }
}
