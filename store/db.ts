import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { z } from 'zod'
import { type Instant, instantSchema } from '../model/instant.ts'
import * as schema from './schema.ts'

/** A transaction whose tenant is set: every function of the store takes one, and row-level security sees only that tenant's rows. */
export type Db = NodePgDatabase<typeof schema>
export type Store = { readonly pool: pg.Pool; readonly db: Db; readonly close: () => Promise<void> }

/** A pool on `url`; connects when first used. `max` connections at most. */
export function openStore(url: string, max = 10): Store {
  const pool = new pg.Pool({ connectionString: url, max, idleTimeoutMillis: 10_000, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => undefined) // because an idle connection that the server closed is replaced on its next use
  pool.on('connect', (client) => { client.on('error', () => undefined) }) // because one that dies in use, between two statements, would end the process: its next statement rejects
  return { pool, db: drizzle(pool, { schema }), close: () => Promise.race([pool.end(), sleep(3000, undefined, { ref: false })]) } // because a pool may wait for ever for the end of a connection whose server was killed
}

/** What `work` did in one transaction as `tenant`: committed when it resolves, undone when it rejects. */
export function withTenant<T>(store: Store, tenant: string, work: (db: Db) => Promise<T>): Promise<T> {
  return store.db.transaction(async (db) => {
    await db.execute(sql`select set_config('whittle.tenant', ${tenant}, true)`)
    return work(db)
  })
}

/** The database's clock, not the start of the transaction, which may have waited for a lock: it alone decides what is expired. */
export async function databaseNow(db: Db): Promise<Instant> {
  const answer = await db.execute(sql`select clock_timestamp() as now`)
  return z.object({ now: z.union([z.string(), z.date()]) }).transform(({ now }) => instantSchema.parse(now instanceof Date ? now.toISOString() : now)).parse(answer.rows[0])
}
