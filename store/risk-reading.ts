import { and, asc, count, desc, eq, ilike, inArray, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Severity } from '../model/detection.ts'
import type { FindingState } from '../model/finding.ts'
import type { Cloud } from '../model/cloud.ts'
import { type FacetName, facetNames } from '../model/views.ts'
import type { Db } from './db.ts'
import { pageOf, readCursor, type Page } from './page.ts'
import { findings } from './schema.ts'

/** Values of one name are alternatives, names are joined by and; undefined = any. `q` is searched in title, summary, identity, resource, account and rule. */
export type RiskFilter = {
  readonly q?: string | undefined; readonly severity?: readonly Severity[] | undefined; readonly cloud?: readonly Cloud[] | undefined; readonly detection?: readonly string[] | undefined
  readonly environment?: readonly string[] | undefined; readonly account?: readonly string[] | undefined; readonly state?: readonly FindingState[] | undefined
}
export type RiskRecord = typeof findings.$inferSelect
export type RiskCount = { readonly value: string; readonly count: number }

const columns = { severity: findings.severity, cloud: findings.cloud, detection: findings.detection, environment: findings.environment, account: findings.account, state: findings.state } as const satisfies Record<FacetName, unknown>

/** Worst first, or newest first; at most `limit` rows after `cursor`. @throws WhittleError `input.invalid` for a cursor that is not ours */
export async function riskPage(db: Db, tenantId: string, filter: RiskFilter, page: { sort: 'severity' | 'recent'; cursor: string | undefined; limit: number }): Promise<Page<RiskRecord>> {
  const key = page.sort === 'severity' ? findings.rank : findings.firstSeenAt
  const after = page.sort === 'severity' ? afterRank(page.cursor) : afterSeen(page.cursor)
  const order = page.sort === 'severity' ? [asc(findings.rank), asc(findings.id)] : [desc(key), desc(findings.id)]
  const rows = await db.select().from(findings).where(and(where(tenantId, filter), after)).orderBy(...order).limit(page.limit + 1)
  return pageOf(rows, page.limit, (row) => [page.sort === 'severity' ? row.rank : row.firstSeenAt, row.id])
}
function afterRank(cursor: string | undefined): SQL | undefined {
  const at = readCursor(cursor, z.tuple([z.number().int(), z.string()]))
  return at === null ? undefined : sql`(${findings.rank}, ${findings.id}) > (${at[0]}, ${at[1]})`
}
function afterSeen(cursor: string | undefined): SQL | undefined {
  const at = readCursor(cursor, z.tuple([z.iso.datetime(), z.string()]))
  return at === null ? undefined : sql`(${findings.firstSeenAt}, ${findings.id}) < (${at[0]}::timestamptz, ${at[1]})`
}

export async function riskCount(db: Db, tenantId: string, filter: RiskFilter): Promise<number> {
  const [row] = await db.select({ n: count() }).from(findings).where(where(tenantId, filter))
  return row?.n ?? 0
}

/** How many risks each value of each facet would show, given the filter on the other facets; most first, at most 50 values. */
export async function riskFacets(db: Db, tenantId: string, filter: RiskFilter): Promise<Record<FacetName, RiskCount[]>> {
  const facets: Record<FacetName, RiskCount[]> = { severity: [], cloud: [], detection: [], environment: [], account: [], state: [] }
  for (const name of facetNames) {
    const column = columns[name]
    facets[name] = await db.select({ value: sql<string>`${column}`, count: count() }).from(findings).where(where(tenantId, { ...filter, [name]: undefined })).groupBy(column).orderBy(desc(count()), asc(column)).limit(50)
  }
  return facets
}

/** Open and in-progress risks per environment. */
export async function openRisksByEnvironment(db: Db, tenantId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db.select({ environment: findings.environment, n: count() }).from(findings).where(and(eq(findings.tenantId, tenantId), inArray(findings.state, ['open', 'in-progress']))).groupBy(findings.environment)
  return new Map(rows.map((row) => [row.environment, row.n]))
}

function where(tenantId: string, filter: RiskFilter): SQL | undefined {
  const among = facetNames.map((name) => { const values = filter[name]; return values === undefined || values.length === 0 ? undefined : inArray(columns[name], [...values]) })
  const q = filter.q?.trim().toLowerCase() ?? ''
  return and(eq(findings.tenantId, tenantId), ...among, q === '' ? undefined : ilike(findings.searchText, `%${q.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`))
}
