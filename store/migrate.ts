import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { fileURLToPath } from 'node:url'

export const storeRoles = ['whittle_server', 'whittle_scanner', 'whittle_executor'] as const
export type StoreRole = (typeof storeRoles)[number]

/**
 * The database has the newest schema and its three login roles, each with the given password. Harmless to repeat; two at once wait for each other.
 * `ownerUrl` connects as the owner of the database, whom no process of Whittle uses afterwards.
 */
export async function migrateStore(ownerUrl: string, passwords: Readonly<Record<StoreRole, string>>): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock(hashtext('whittle.migrate'))")
    for (const role of storeRoles) {
      const exists = await client.query('select 1 from pg_roles where rolname = $1', [role])
      const verb = exists.rowCount === 0 ? 'CREATE' : 'ALTER'
      await client.query(`${verb} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD ${client.escapeLiteral(passwords[role])}`)
    }
    await migrate(drizzle(client), { migrationsFolder: fileURLToPath(new URL('migrations', import.meta.url)) })
  } finally {
    await client.end()
  }
}

/** `ownerUrl` with the role's own name and password. */
export function roleUrl(ownerUrl: string, role: StoreRole, password: string): string {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = encodeURIComponent(password)
  return url.href
}
