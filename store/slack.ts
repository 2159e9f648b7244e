import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { Instant } from '../model/instant.ts'
import type { Db } from './db.ts'
import { slackCards, slackLinkCodes, slackLinks } from './schema.ts'
import { type User, userById } from './users.ts'

export type SlackCard = typeof slackCards.$inferSelect
export type SlackPerson = { readonly teamId: string; readonly teamName: string; readonly slackUserId: string; readonly slackName: string }
const card = (tenantId: string, planId: string) => and(eq(slackCards.tenantId, tenantId), eq(slackCards.planId, planId))

export async function cardOf(db: Db, tenantId: string, planId: string): Promise<SlackCard | null> {
  const [row] = await db.select().from(slackCards).where(card(tenantId, planId))
  return row ?? null
}
/** True for the one caller that may post the card now. */
export async function intendCard(db: Db, tenantId: string, planId: string, channel: string): Promise<boolean> {
  await db.insert(slackCards).values({ tenantId, planId, channel }).onConflictDoNothing()
  const rows = await db.update(slackCards).set({ intendedAt: sql`now()`, channel }).where(and(card(tenantId, planId), isNull(slackCards.intendedAt), isNull(slackCards.ts))).returning({ planId: slackCards.planId })
  return rows.length === 1
}
/** Posted (ts), rendered (state and the nonce of its buttons), or forgotten because Slack no longer has it (nulls). */
export async function setCard(db: Db, tenantId: string, planId: string, patch: Partial<{ ts: string | null; intendedAt: Instant | null; renderedState: string | null; nonce: string | null }>): Promise<void> {
  await db.update(slackCards).set({ ...patch, updatedAt: sql`now()` }).where(card(tenantId, planId))
}

/** The active user that this Slack user is linked to, or null. */
export async function slackLinkOf(db: Db, tenantId: string, teamId: string, slackUserId: string): Promise<User | null> {
  const [link] = await db.select().from(slackLinks).where(and(eq(slackLinks.tenantId, tenantId), eq(slackLinks.teamId, teamId), eq(slackLinks.slackUserId, slackUserId)))
  const user = link === undefined ? null : await userById(db, tenantId, link.userId)
  return user?.isActive === true ? user : null
}
/** A code for the link page, valid ten minutes; only its hash is kept. */
export async function addSlackLinkCode(db: Db, tenantId: string, person: SlackPerson & { codeHash: string }): Promise<void> {
  await db.insert(slackLinkCodes).values({ tenantId, ...person, expiresAt: sql`now() + interval '10 minutes'` })
}
/** Whom the code stands for; the first web session that asks is the only one that may confirm it. */
export async function openSlackLinkCode(db: Db, tenantId: string, codeHash: string, sessionHash: string): Promise<SlackPerson | null> {
  const [row] = await db.update(slackLinkCodes).set({ sessionHash }).where(and(eq(slackLinkCodes.tenantId, tenantId), eq(slackLinkCodes.codeHash, codeHash), isNull(slackLinkCodes.usedAt), gt(slackLinkCodes.expiresAt, sql`now()`), or(isNull(slackLinkCodes.sessionHash), eq(slackLinkCodes.sessionHash, sessionHash)))).returning()
  return row === undefined ? null : { teamId: row.teamId, teamName: row.teamName, slackUserId: row.slackUserId, slackName: row.slackName }
}
/** The Slack user counts as this user from now on; once per code, and only for the session that opened it. */
export async function confirmSlackLink(db: Db, tenantId: string, confirm: { codeHash: string; sessionHash: string; userId: string }): Promise<SlackPerson | null> {
  const [row] = await db.update(slackLinkCodes).set({ usedAt: sql`now()` }).where(and(eq(slackLinkCodes.tenantId, tenantId), eq(slackLinkCodes.codeHash, confirm.codeHash), eq(slackLinkCodes.sessionHash, confirm.sessionHash), isNull(slackLinkCodes.usedAt), gt(slackLinkCodes.expiresAt, sql`now()`))).returning()
  if (row === undefined) return null
  const link = { slackName: row.slackName, userId: confirm.userId, linkedAt: sql`now()` }
  await db.insert(slackLinks).values({ tenantId, teamId: row.teamId, slackUserId: row.slackUserId, ...link }).onConflictDoUpdate({ target: [slackLinks.tenantId, slackLinks.teamId, slackLinks.slackUserId], set: link })
  return { teamId: row.teamId, teamName: row.teamName, slackUserId: row.slackUserId, slackName: row.slackName }
}
