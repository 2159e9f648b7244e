import { and, asc, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from './db.ts'
import { pageOf, readCursor, type Page } from './page.ts'
import { findings, runs, runSteps } from './schema.ts'

export type RunRecord = typeof runs.$inferSelect & { readonly findingTitle: string | null }
export type RunStepRecord = typeof runSteps.$inferSelect

const rowsOf = (db: Db) => db.select({ run: runs, findingTitle: findings.title }).from(runs).leftJoin(findings, and(eq(findings.tenantId, runs.tenantId), eq(findings.id, runs.findingId)))

/** Newest first. */
export async function runPage(db: Db, tenantId: string, page: { cursor: string | undefined; limit: number }): Promise<Page<RunRecord>> {
  const after = readCursor(page.cursor, z.tuple([z.string()]))
  const rows = await rowsOf(db).where(and(eq(runs.tenantId, tenantId), after === null ? undefined : lt(runs.id, after[0]))).orderBy(desc(runs.id)).limit(page.limit + 1)
  return pageOf(rows.map(({ run, findingTitle }) => ({ ...run, findingTitle })), page.limit, (row) => [row.id])
}
export async function runRecord(db: Db, tenantId: string, id: string): Promise<(RunRecord & { readonly steps: readonly RunStepRecord[] }) | null> {
  const [row] = await rowsOf(db).where(and(eq(runs.tenantId, tenantId), eq(runs.id, id)))
  if (row === undefined) return null
  return { ...row.run, findingTitle: row.findingTitle, steps: await db.select().from(runSteps).where(and(eq(runSteps.tenantId, tenantId), eq(runSteps.runId, id))).orderBy(asc(runSteps.step)) }
}
