import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { appendAudit } from '../../store/audit.ts'
import { withTenant } from '../../store/db.ts'
import { storeRoles } from '../../store/migrate.ts'
import { listUsers } from '../../store/users.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

async function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try { return z.array(z.record(z.string(), z.unknown())).parse((await client.query(text)).rows) } finally { await client.end() }
}
const asOwner = (text: string) => ask(postgres.server.ownerUrl, text)

test('every table has a tenant, forces row-level security on its owner too, and has exactly one policy', async () => {
  const rows = await asOwner(`select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
    exists (select 1 from information_schema.columns k where k.table_name = c.relname and k.column_name = 'tenant_id' and k.is_nullable = 'NO') as owned,
    (select count(*)::int from pg_policies p where p.tablename = c.relname) as policies from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`)
  expect(rows.length).toBeGreaterThan(25)
  expect(rows.filter((row) => row['forced'] !== true || row['owned'] !== true || row['policies'] !== 1)).toEqual([])
})

test('no role of a process owns anything, is a superuser or bypasses row-level security', async () => {
  const rows = await asOwner(`select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, exists (select 1 from pg_class where relowner = r.oid) as owns from pg_roles r where rolname like 'whittle\\_%' and rolname <> 'whittle_owner' order by rolname`)
  expect(rows).toEqual(['whittle_executor', 'whittle_scanner', 'whittle_server'].map((rolname) => ({ rolname, rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owns: false })))
})

// what each role may do beyond reading: the list that a reviewer looks at when a grant changes
test('who may write what is exactly this', async () => {
  const rows = z.array(z.object({ grantee: z.string(), table_name: z.string(), may: z.string() })).parse(await asOwner(`select grantee, table_name, string_agg(lower(left(privilege_type, 1)), '' order by privilege_type) as may
    from information_schema.role_table_grants where grantee like 'whittle\\_%' and grantee <> 'whittle_owner' and privilege_type <> 'SELECT' group by 1, 2 order by 1, 2`))
  const may = (role: string) => Object.fromEntries(rows.filter((row) => row.grantee === role).map((row) => [row.table_name, row.may]))
  expect(may('whittle_executor')).toEqual({ audit_rows: 'i', messages: 'i', plan_steps: 'iu', plan_targets: 'u', plans: 'u', spends: 'i', target_locks: 'iu', timeline: 'i', writes: 'iu' })
  expect(Object.keys(may('whittle_scanner')).filter((table) => ['approvals', 'approval_revocations', 'users', 'sessions', 'personal_tokens', 'plan_steps', 'spends', 'switches', 'target_locks', 'writes'].includes(table))).toEqual([])
  expect(Object.keys(may('whittle_server')).filter((table) => ['answers', 'plan_steps', 'spends', 'target_locks', 'writes'].includes(table))).toEqual([])
  for (const role of storeRoles) expect([may(role)['audit_rows'], may(role)['timeline']]).toEqual(['i', 'i'])
  expect(may('whittle_server')['approvals']).toBe('i')
  expect(may('whittle_server')['approval_revocations']).toBe('i')
})

test('secrets’ hashes are read by the server alone', async () => {
  for (const table of ['sign_in_links', 'sessions', 'personal_tokens', 'slack_link_codes']) {
    for (const role of ['whittle_scanner', 'whittle_executor'] as const) await expect(ask(postgres.url(role), `select * from ${table}`), `${role} on ${table}`).rejects.toThrow('permission denied')
  }
})

test('no role may change or remove what stands in the audit trail, the approvals or a plan’s text', async () => {
  const statements = ['update audit_rows set body = body', 'delete from audit_rows', 'truncate audit_rows', 'update approvals set jws = jws', 'delete from approvals', 'delete from approval_revocations', 'delete from spends', 'update spends set execution_id = execution_id', 'delete from plans', 'delete from nonce_uses', 'alter table audit_rows disable row level security', 'drop policy one_tenant on plans']
  for (const role of storeRoles) for (const statement of statements) await expect(ask(postgres.url(role), statement), `${role}: ${statement}`).rejects.toThrow(/permission denied|must be owner/)
})

test('what was approved cannot be swapped: digest, text, id and tenant of a plan are immutable even for who may move it', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan()
  for (const change of [sql`digest = 'x'`, sql`canonical = '{}'`, sql`id = 'x'`]) {
    await expect(tenant.executor((db) => db.execute(sql`update plans set ${change} where id = ${plan.id}`))).rejects.toThrow(expect.objectContaining({ cause: expect.objectContaining({ message: 'a plan is immutable' }) }))
  }
})

test('SEC-09: one tenant neither sees nor writes the rows of another, and without a tenant there is nothing', async () => {
  const mine = newTenant(postgres), other = newTenant(postgres)
  await mine.user('anna')
  const theirs = await other.user('bert')
  expect((await mine.server((db) => listUsers(db, mine.id))).map(({ name }) => name)).toEqual(['anna'])
  expect(await mine.server((db) => listUsers(db, other.id))).toEqual([])
  const changed = await mine.server((db) => db.execute(sql`update users set role = 'admin' where id = ${theirs.id}`))
  expect(changed.rowCount).toBe(0)
  await expect(mine.server((db) => db.execute(sql`insert into users (tenant_id, id, name, role, subject) values (${other.id}, 'x', 'x', 'admin', 'x')`))).rejects.toThrow()
  await expect(mine.server((db) => db.execute(sql`update users set tenant_id = ${other.id}`))).rejects.toThrow()
  expect((await postgres.stores.server.db.execute(sql`select 1 from users`)).rowCount).toBe(0)
})

test('every table hides the rows of other tenants from every role that may read it', async () => {
  const tables = z.array(z.object({ relname: z.string() })).parse(await asOwner(`select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and relkind = 'r'`))
  const tenant = newTenant(postgres)
  await tenant.plan()
  await tenant.user('carl')
  const seen = await withTenant(postgres.stores.server, 'somebody-else', async (db) => {
    const found: string[] = []
    for (const { relname } of tables) if ((await db.execute(sql.raw(`select 1 from ${relname} limit 1`))).rowCount !== 0) found.push(relname)
    return found
  })
  expect(seen).toEqual([])
})

test('the tenant is of the transaction: the next user of the connection starts without one', async () => {
  const tenant = newTenant(postgres)
  await tenant.server((db) => appendAudit(db, tenant.id, { kind: 'k', actor: 'a', subject: 's' }))
  for (let round = 0; round < 8; round += 1) expect((await postgres.stores.server.db.execute(sql`select current_setting('whittle.tenant', true) as tenant`)).rows[0]?.['tenant'] ?? '').toBe('')
})
