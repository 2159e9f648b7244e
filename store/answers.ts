import { and, asc, eq, ne, or, sql } from 'drizzle-orm'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sha256 } from '../kernel/plan-digest.ts'
import type { Answer, AnswerSource } from '../model/answer.ts'
import { instantOf, type Instant } from '../model/instant.ts'
import type { Db } from './db.ts'
import { answers } from './schema.ts'

type Where = { readonly environment: string; readonly scanId: string }

/** The answer replaces the one of the same path; rows whose content is the same keep theirs and only become newer. Answers how many rows were rewritten. */
export async function putAnswer(db: Db, tenantId: string, { environment, scanId }: Where, [path, answer]: readonly [string, Answer]): Promise<number> {
  if (answer.kind === 'not-exported') return 0
  const observedAt = answer.kind === 'broken' ? instantOf(Date.now()) : answer.observedAt
  const pages = answer.kind === 'present' ? answer.pages : [null]
  let rewritten = 0
  for (const [page, content] of pages.entries()) {
    const text = answer.kind === 'present' ? JSON.stringify(content) : ''
    const described = { kind: answer.kind, isComplete: answer.kind === 'present' && answer.isComplete, code: answer.kind === 'error' ? answer.code : null, message: answer.kind === 'error' ? answer.message : answer.kind === 'broken' ? answer.reason : null }
    const contentHash = sha256(JSON.stringify([described, text]))
    const kept = await db.update(answers).set({ observedAt, scanId }).where(and(eq(answers.tenantId, tenantId), eq(answers.environment, environment), eq(answers.path, path), eq(answers.page, page), eq(answers.contentHash, contentHash))).returning({ page: answers.page })
    if (kept.length > 0) continue
    const row = { ...described, content: answer.kind === 'present' ? gzipSync(text, { level: 1 }) : null, contentHash, observedAt, scanId }
    await db.insert(answers).values({ tenantId, environment, path, page, ...row }).onConflictDoUpdate({ target: [answers.tenantId, answers.environment, answers.path, answers.page], set: row })
    rewritten += 1
  }
  await db.delete(answers).where(and(eq(answers.tenantId, tenantId), eq(answers.environment, environment), eq(answers.path, path), sql`page >= ${pages.length}`))
  return rewritten
}

/** Answers below `prefixes` that this scan did not see any more are gone: call it only when the scan of exactly these prefixes completed. */
export async function dropUnseenAnswers(db: Db, tenantId: string, { environment, scanId }: Where, prefixes: readonly string[]): Promise<void> {
  if (prefixes.length === 0) return
  await db.delete(answers).where(and(eq(answers.tenantId, tenantId), eq(answers.environment, environment), ne(answers.scanId, scanId), or(...prefixes.map((prefix) => prefix.replace(/\/$/, '')).map((prefix) => sql`(path = ${prefix} or starts_with(path, ${`${prefix}/`}))`))))
}

/** The environment's estate as it was last collected. Read completely; parse cost is paid at `read`. */
export async function answerSource(db: Db, tenantId: string, environment: string, asOf: Instant | null = null): Promise<AnswerSource> {
  const rows = await db.select().from(answers).where(and(eq(answers.tenantId, tenantId), eq(answers.environment, environment))).orderBy(asc(answers.path), asc(answers.page))
  const byPath = Map.groupBy(rows, (row) => row.path)
  const children = new Map<string, Set<string>>()
  for (const path of byPath.keys()) {
    const segments = path.split('/')
    segments.forEach((segment, depth) => {
      const folder = segments.slice(0, depth).join('/')
      const known = children.get(folder)
      if (known === undefined) children.set(folder, new Set([decodeURIComponent(segment)]))
      else known.add(decodeURIComponent(segment))
    })
  }
  const newest = rows.reduce<Instant | null>((latest, { observedAt }) => (latest === null || observedAt > latest ? observedAt : latest), null)
  return {
    asOf: asOf ?? newest ?? instantOf(0),
    list: (folder) => [...(children.get(folder) ?? [])].toSorted(),
    read: (path) => answerOf(byPath.get(path) ?? []),
  }
}

function answerOf(rows: readonly (typeof answers.$inferSelect)[]): Answer {
  const [first] = rows
  if (first === undefined) return { kind: 'not-exported' }
  if (first.kind === 'error') return { kind: 'error', code: first.code ?? 'unknown', message: first.message ?? '', observedAt: first.observedAt }
  if (first.kind === 'broken') return { kind: 'broken', reason: first.message ?? 'the answer is broken' }
  const observedAt = rows.reduce((oldest, row) => (row.observedAt < oldest ? row.observedAt : oldest), first.observedAt)
  return { kind: 'present', pages: rows.map(({ content }): unknown => (content === null ? null : JSON.parse(gunzipSync(content, { maxOutputLength: 1 << 30 }).toString('utf8')))), isComplete: rows.every((row) => row.isComplete), observedAt }
}
