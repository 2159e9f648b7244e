import { and, asc, count, eq, gt, isNull, sql } from 'drizzle-orm'
import { ulid } from 'ulid'
import type { Approver, Role } from '../model/approval.ts'
import { WhittleError } from '../model/error.ts'
import type { Instant } from '../model/instant.ts'
import type { Db } from './db.ts'
import { personalTokens, sessions, signInLinks, users } from './schema.ts'

export type User = typeof users.$inferSelect

/** A new active user. `subject` is the person behind the account: two accounts of one person share it. @throws WhittleError `user.exists` */
export async function addUser(db: Db, tenantId: string, user: { name: string; role: Role; subject?: string; identities?: readonly string[] }): Promise<User> {
  const [row] = await db.insert(users).values({ tenantId, id: ulid(), name: user.name, role: user.role, subject: user.subject ?? `local:${user.name}`, identities: user.identities ?? [] }).onConflictDoNothing().returning()
  if (row === undefined) throw new WhittleError('user.exists', `there is already a user named \`${user.name}\`: choose another name`)
  return row
}
export const listUsers = (db: Db, tenantId: string): Promise<User[]> => db.select().from(users).where(eq(users.tenantId, tenantId)).orderBy(asc(users.name))
export async function userById(db: Db, tenantId: string, id: string): Promise<User | null> {
  const [row] = await db.select().from(users).where(and(eq(users.tenantId, tenantId), eq(users.id, id)))
  return row ?? null
}
export async function userByName(db: Db, tenantId: string, name: string): Promise<User | null> {
  const [row] = await db.select().from(users).where(and(eq(users.tenantId, tenantId), eq(users.name, name)))
  return row ?? null
}
/** Disabling ends every session and token of the user at once. The last active admin cannot be disabled. @throws WhittleError `user.not-found`, `not-allowed` */
export async function setUserActive(db: Db, tenantId: string, id: string, isActive: boolean): Promise<User> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtext(${`users:${tenantId}`}))`)
  const user = await userById(db, tenantId, id)
  if (user === null) throw new WhittleError('user.not-found', `there is no user \`${id}\``)
  const [admins] = await db.select({ n: count() }).from(users).where(and(eq(users.tenantId, tenantId), eq(users.role, 'admin'), eq(users.isActive, true)))
  if (!isActive && user.role === 'admin' && user.isActive && (admins?.n ?? 0) <= 1) throw new WhittleError('not-allowed', `\`${user.name}\` is the last active admin: make another one first`)
  const [row] = await db.update(users).set({ isActive }).where(and(eq(users.tenantId, tenantId), eq(users.id, id))).returning()
  if (!isActive) {
    await db.delete(sessions).where(and(eq(sessions.tenantId, tenantId), eq(sessions.userId, id)))
    await db.update(personalTokens).set({ revokedAt: sql`now()` }).where(and(eq(personalTokens.tenantId, tenantId), eq(personalTokens.userId, id), isNull(personalTokens.revokedAt)))
  }
  return row ?? user
}
export const approverOf = (user: User): Approver => ({ userId: user.id, tenant: user.tenantId, role: user.role, isActive: user.isActive, subject: user.subject, identities: user.identities })

/** A one-time link valid for ten minutes; only the hash of its token is kept. */
export async function addSignInLink(db: Db, tenantId: string, userId: string, tokenHash: string): Promise<void> {
  await db.insert(signInLinks).values({ tenantId, userId, tokenHash, expiresAt: sql`now() + interval '10 minutes'` })
}
/** The link's user, once; null when it is unknown, used, expired or its user disabled. */
export async function useSignInLink(db: Db, tenantId: string, tokenHash: string): Promise<User | null> {
  const [link] = await db.update(signInLinks).set({ usedAt: sql`now()` })
    .where(and(eq(signInLinks.tenantId, tenantId), eq(signInLinks.tokenHash, tokenHash), isNull(signInLinks.usedAt), gt(signInLinks.expiresAt, sql`now()`))).returning()
  const user = link === undefined ? null : await userById(db, tenantId, link.userId)
  return user?.isActive === true ? user : null
}

/** A session that ends after 12 hours, or 30 minutes without use. */
export async function addSession(db: Db, tenantId: string, userId: string, tokenHash: string): Promise<void> {
  await db.insert(sessions).values({ tenantId, userId, tokenHash, expiresAt: sql`now() + interval '12 hours'` })
}
/** The session's user, and the session counts as used now; null when it has ended or its user is disabled. */
export async function touchSession(db: Db, tenantId: string, tokenHash: string): Promise<{ user: User; createdAt: Instant } | null> {
  const [session] = await db.update(sessions).set({ lastSeenAt: sql`now()` })
    .where(and(eq(sessions.tenantId, tenantId), eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, sql`now()`), gt(sessions.lastSeenAt, sql`now() - interval '30 minutes'`))).returning()
  const user = session === undefined ? null : await userById(db, tenantId, session.userId)
  return session !== undefined && user?.isActive === true ? { user, createdAt: session.createdAt } : null
}
export async function endSession(db: Db, tenantId: string, tokenHash: string): Promise<void> {
  await db.delete(sessions).where(and(eq(sessions.tenantId, tenantId), eq(sessions.tokenHash, tokenHash)))
}

export type PersonalToken = Omit<typeof personalTokens.$inferSelect, 'tokenHash' | 'tenantId'>
const tokenColumns = { id: personalTokens.id, userId: personalTokens.userId, label: personalTokens.label, scopes: personalTokens.scopes, createdAt: personalTokens.createdAt, expiresAt: personalTokens.expiresAt, revokedAt: personalTokens.revokedAt, lastUsedAt: personalTokens.lastUsedAt }
export async function addToken(db: Db, tenantId: string, token: { userId: string; label: string; tokenHash: string; scopes: readonly string[]; days: number }): Promise<PersonalToken> {
  const [row] = await db.insert(personalTokens).values({ tenantId, id: ulid(), userId: token.userId, label: token.label, tokenHash: token.tokenHash, scopes: token.scopes, expiresAt: sql`now() + make_interval(days => ${token.days})` }).returning(tokenColumns)
  if (row === undefined) throw new WhittleError('internal', 'the token was not stored')
  return row
}
export async function useToken(db: Db, tenantId: string, tokenHash: string): Promise<{ user: User; token: PersonalToken } | null> {
  const [token] = await db.update(personalTokens).set({ lastUsedAt: sql`now()` })
    .where(and(eq(personalTokens.tenantId, tenantId), eq(personalTokens.tokenHash, tokenHash), isNull(personalTokens.revokedAt), gt(personalTokens.expiresAt, sql`now()`))).returning(tokenColumns)
  const user = token === undefined ? null : await userById(db, tenantId, token.userId)
  return token !== undefined && user?.isActive === true ? { user, token } : null
}
export const tokensOf = (db: Db, tenantId: string, userId: string): Promise<PersonalToken[]> =>
  db.select(tokenColumns).from(personalTokens).where(and(eq(personalTokens.tenantId, tenantId), eq(personalTokens.userId, userId))).orderBy(asc(personalTokens.id))
/** @throws WhittleError `token.not-found` */
export async function revokeToken(db: Db, tenantId: string, userId: string, id: string): Promise<void> {
  const rows = await db.update(personalTokens).set({ revokedAt: sql`coalesce(revoked_at, now())` }).where(and(eq(personalTokens.tenantId, tenantId), eq(personalTokens.userId, userId), eq(personalTokens.id, id))).returning({ id: personalTokens.id })
  if (rows.length === 0) throw new WhittleError('token.not-found', `you have no token \`${id}\``)
}
