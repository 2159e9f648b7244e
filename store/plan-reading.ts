import { and, asc, count, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { PlanState } from '../model/plan.ts'
import type { Db } from './db.ts'
import { pageOf, readCursor, type Page } from './page.ts'
import { findings, planSteps, plans, users } from './schema.ts'

export type PlanRecord = typeof plans.$inferSelect & { readonly approvals: number }
export type StepRecord = typeof planSteps.$inferSelect

const approvedBy = sql<number>`(select count(*)::int from approvals a where a.tenant_id = plans.tenant_id and a.plan_id = plans.id and a.decision = 'approve' and not exists (select 1 from approval_revocations r where r.tenant_id = a.tenant_id and r.approval_id = a.id))`
const columns = { plan: plans, approvals: approvedBy }

/** Newest first. `requester` = only what this user asked for. */
export async function planPage(db: Db, tenantId: string, filter: { states: readonly PlanState[]; requester: string | null }, page: { cursor: string | undefined; limit: number }): Promise<Page<PlanRecord>> {
  const after = readCursor(page.cursor, z.tuple([z.string()]))
  const rows = await db.select(columns).from(plans).where(and(eq(plans.tenantId, tenantId), filter.states.length === 0 ? undefined : inArray(plans.state, [...filter.states]), filter.requester === null ? undefined : eq(plans.requesterUserId, filter.requester), after === null ? undefined : lt(plans.id, after[0])))
    .orderBy(desc(plans.id)).limit(page.limit + 1)
  return pageOf(rows.map((row) => ({ ...row.plan, approvals: row.approvals })), page.limit, (row) => [row.id])
}
/** Newest first, at most 50. */
export async function planRecordsOfFinding(db: Db, tenantId: string, findingId: string): Promise<PlanRecord[]> {
  const rows = await db.select(columns).from(plans).where(and(eq(plans.tenantId, tenantId), eq(plans.findingId, findingId))).orderBy(desc(plans.id)).limit(50)
  return rows.map((row) => ({ ...row.plan, approvals: row.approvals }))
}
export async function plansAwaitingApproval(db: Db, tenantId: string): Promise<number> {
  const [row] = await db.select({ n: count() }).from(plans).where(and(eq(plans.tenantId, tenantId), eq(plans.state, 'awaiting-approval')))
  return row?.n ?? 0
}
/** Forward steps first, each direction in order. */
export const stepsOf = (db: Db, tenantId: string, planId: string): Promise<StepRecord[]> =>
  db.select().from(planSteps).where(and(eq(planSteps.tenantId, tenantId), eq(planSteps.planId, planId))).orderBy(asc(planSteps.direction), asc(planSteps.step))

export async function findingTitles(db: Db, tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.select({ id: findings.id, title: findings.title }).from(findings).where(and(eq(findings.tenantId, tenantId), inArray(findings.id, [...ids])))
  return new Map(rows.map((row) => [row.id, row.title]))
}
/** Name by user id, for showing who did what. */
export async function userNames(db: Db, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.select({ id: users.id, name: users.name }).from(users).where(eq(users.tenantId, tenantId))
  return new Map(rows.map((row) => [row.id, row.name]))
}
