import { drizzle } from 'drizzle-orm/node-postgres'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url))

export const storeRoles = ['whittle_server', 'whittle_scanner', 'whittle_executor'] as const
export type StoreRole = (typeof storeRoles)[number]

/**
 * The database has the newest schema and its three login roles, each with the given password. Harmless to repeat; two at once wait for each other.
 * `ownerUrl` connects as the owner of the database, whom no process of Whittle uses afterwards.
 * @throws WhittleError `store.unavailable` where the database is newer than this version, or was migrated by files that have been edited since
 */
export async function migrateStore(ownerUrl: string, passwords: Readonly<Record<StoreRole, string>>): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock(hashtext('whittle.migrate'))")
    for (const role of storeRoles) {
      await ensureRole(client, role, passwords[role])
    }
    await refuseEdited(client)
    await migrate(drizzle(client), { migrationsFolder })
  } finally {
    await client.end()
  }
}

/** The role logs in with this password and is bound by every grant and policy. What only a superuser may say is said at its creation alone. @throws WhittleError `store.unavailable` */
async function ensureRole(client: pg.Client, role: StoreRole, password: string): Promise<void> {
  const found = z.array(z.object({ isUnbound: z.boolean() })).parse((await client.query('select rolsuper or rolbypassrls as "isUnbound" from pg_roles where rolname = $1', [role])).rows)
  if (found[0]?.isUnbound === true) throw new WhittleError('store.unavailable', `the database role \`${role}\` is a superuser or bypasses row-level security: take that from it (\`ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS\`)`)
  const rights = found.length === 0 ? `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS` : `ALTER ROLE ${role} LOGIN`
  await client.query(`${rights} PASSWORD ${client.escapeLiteral(password)}`)
}

/** Every migration that the database has is still the file that it was, and none is newer than this version of Whittle. */
async function refuseEdited(client: pg.Client): Promise<void> {
  const exists = await client.query("select 1 from pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'")
  if (exists.rowCount === 0) return
  const files = readMigrationFiles({ migrationsFolder })
  const applied = z.array(z.object({ hash: z.string() })).parse((await client.query('select hash from drizzle.__drizzle_migrations order by created_at')).rows)
  applied.forEach(({ hash }, index) => {
    if (files[index] === undefined) throw new WhittleError('store.unavailable', 'the database was made by a newer version of Whittle: start that version, or restore a backup of this one')
    if (files[index].hash !== hash) throw new WhittleError('store.unavailable', `migration ${String(index)} of the database is not the one of this version of Whittle: it was edited after it was applied`)
  })
}

/** `ownerUrl` with the role's own name and password. */
export function roleUrl(ownerUrl: string, role: StoreRole, password: string): string {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = encodeURIComponent(password)
  return url.href
}
