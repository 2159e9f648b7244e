import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isBehind } from '../../kernel/audit.ts'
import { sha256 } from '../../kernel/plan-digest.ts'
import { appendAudit, auditHashAt, auditHead, listAudit, verifyAudit } from '../../store/audit.ts'
import { killSwitch, putSetting, setKillSwitch, setting } from '../../store/switches.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const append = (tenant: TestTenant, subject: string) => tenant.server((db) => appendAudit(db, tenant.id, { kind: 'k', actor: 'a', subject, details: { text: 'é\u2028"\\' } }))
const verify = (tenant: TestTenant) => tenant.server((db) => verifyAudit(db, tenant.id))
/** As a superuser would, past every grant. */
async function tamper(text: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.server.ownerUrl })
  await client.connect()
  try { await client.query(text, [...values]) } finally { await client.end() }
}

test('writers of three processes at once make one chain without a gap; two tenants have two', async () => {
  const [tenant, other] = [newTenant(postgres), newTenant(postgres)]
  const by = [tenant.server, tenant.scanner, tenant.executor]
  await Promise.all(Array.from({ length: 60 }, (_, n) => (by[n % 3] ?? tenant.server)((db) => appendAudit(db, tenant.id, { kind: 'k', actor: `p${n % 3}`, subject: `s${n}` }))))
  await append(other, 'x')
  const verdict = await verify(tenant)
  expect([verdict.fault, verdict.head.seq, (await verify(other)).head.seq]).toEqual([null, 60, 1])
  expect(await tenant.executor((db) => auditHead(db, tenant.id))).toEqual(verdict.head)
})

test('time in the chain never goes back', async () => {
  const tenant = newTenant(postgres)
  await Promise.all(Array.from({ length: 20 }, (_, n) => append(tenant, `s${n}`)))
  const rows = await tenant.server((db) => db.execute(sql`select body::jsonb ->> 'at' as at from audit_rows order by seq`))
  const times = rows.rows.map((row) => String(row['at']))
  expect(times).toEqual(times.toSorted())
})

test('a transaction that is undone leaves no row and no gap', async () => {
  const tenant = newTenant(postgres)
  await append(tenant, 'a')
  await expect(tenant.server(async (db) => { await appendAudit(db, tenant.id, { kind: 'k', actor: 'a', subject: 'lost' }); throw new Error('undone') })).rejects.toThrow('undone')
  await append(tenant, 'b')
  expect(await verify(tenant)).toMatchObject({ fault: null, head: { seq: 2 } })
})

test('SEC-20: what a superuser edits, removes, inserts or cuts off is seen', async () => {
  const cases: readonly (readonly [string, string, number | 'behind'])[] = [
    ['edit', `update audit_rows set body = replace(body, '"actor":"a"', '"actor":"b"') where tenant_id = $1 and seq = 3`, 3],
    ['edit with its hash', `update audit_rows set body = 'x', hash = '${sha256('x')}' where tenant_id = $1 and seq = 3`, 3],
    ['delete', 'delete from audit_rows where tenant_id = $1 and seq = 3', 4],
    ['insert', `insert into audit_rows select tenant_id, 99, body, previous, hash from audit_rows where tenant_id = $1 and seq = 3`, 99],
    ['cut off', 'delete from audit_rows where tenant_id = $1 and seq > 3', 'behind'],
    ['remove all', 'delete from audit_rows where tenant_id = $1', 'behind'],
  ]
  for (const [name, text, seen] of cases) {
    const tenant = newTenant(postgres)
    for (let n = 0; n < 6; n += 1) await append(tenant, `s${n}`)
    const { head } = await verify(tenant)
    await tamper(text, [tenant.id])
    const hash = await tenant.executor((db) => auditHashAt(db, tenant.id, head.seq))
    expect([name, seen === 'behind' ? isBehind(head, () => hash) : (await verify(tenant)).fault?.seq]).toEqual([name, seen === 'behind' ? true : seen])
  }
})

test('the trail is listed newest first, in pages', async () => {
  const tenant = newTenant(postgres)
  for (let n = 0; n < 5; n += 1) await append(tenant, `s${n}`)
  const page = async (before: number | null) => (await tenant.server((db) => listAudit(db, tenant.id, before, 2))).map(({ seq }) => seq)
  expect([await page(null), await page(4), await page(2), await page(1)]).toEqual([[5, 4], [3, 2], [1], []])
})

test('more than a thousand rows are verified', async () => {
  const tenant = newTenant(postgres)
  await tenant.server(async (db) => { for (let n = 0; n < 1005; n += 1) await appendAudit(db, tenant.id, { kind: 'k', actor: 'a', subject: 's' }) })
  expect(await verify(tenant)).toMatchObject({ fault: null, head: { seq: 1005 } })
})

test('the kill switch is off until it is set, is set by whoever said so, and every turn is in the trail', async () => {
  const tenant = newTenant(postgres)
  const read = () => tenant.executor((db) => killSwitch(db, tenant.id))
  expect(await read()).toEqual({ isOn: false, setBy: null, reason: null, setAt: null })
  for (const isOn of [true, false, true]) await tenant.server((db) => setKillSwitch(db, tenant.id, { isOn, userId: 'u', reason: 'incident' }))
  expect(await read()).toMatchObject({ isOn: true, setBy: 'u', reason: 'incident' })
  expect((await verify(tenant)).head.seq).toBe(3)
  await expect(tenant.executor((db) => setKillSwitch(db, tenant.id, { isOn: false, userId: 'u', reason: 'x' }))).rejects.toThrow()
  await expect(tenant.scanner((db) => setKillSwitch(db, tenant.id, { isOn: false, userId: 'u', reason: 'x' }))).rejects.toThrow()
})

test('a setting outlives its writer, in any JSON', async () => {
  const tenant = newTenant(postgres)
  expect(await tenant.scanner((db) => setting(db, tenant.id, 'k'))).toBeNull()
  for (const value of [{ a: [1, null] }, 'text', 0, false]) {
    await tenant.scanner((db) => putSetting(db, tenant.id, 'k', value))
    expect(await tenant.executor((db) => setting(db, tenant.id, 'k'))).toEqual(value)
  }
})
