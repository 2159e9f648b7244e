import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ulid } from 'ulid'
import { expect, test } from 'vitest'
import { isBehind } from '../../kernel/audit.ts'
import { digestPlan } from '../../kernel/plan-digest.ts'
import { daysAfter, instantOf } from '../../model/instant.ts'
import type { Plan } from '../../model/plan.ts'
import { auditHashAt, auditHead, verifyAudit } from '../../store/audit.ts'
import { openStore, type Store, withTenant } from '../../store/db.ts'
import { approvalsOf, decide, mintNonce } from '../../store/decisions.ts'
import { migrateStore, roleUrl } from '../../store/migrate.ts'
import { proposePlan } from '../../store/plans.ts'
import { type PostgresServer, startPostgres } from '../../store/postgres.ts'
import { addUser } from '../../store/users.ts'
import { keyPlan } from '../builders/plan.ts'
import { newSigner } from '../builders/tenant.ts'

const passwords = { whittle_server: 'a', whittle_scanner: 'b', whittle_executor: 'c' }
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-durable-'))
  chmodSync(folder, 0o755) // because PostgreSQL started by root runs as another user
  return folder
}
const optionsIn = (folder: string) => ({ folder: join(folder, 'data'), password: 'p', logFile: join(folder, 'postgres.log') })
type Running = { readonly server: PostgresServer; readonly store: Store }
async function start(folder: string): Promise<Running> {
  const server = await startPostgres(optionsIn(folder))
  await migrateStore(server.ownerUrl, passwords)
  return { server, store: openStore(roleUrl(server.ownerUrl, 'whittle_server', passwords.whittle_server), 6) }
}

async function planIn(store: Store): Promise<Plan> {
  const now = instantOf(Date.now())
  const plan = keyPlan({ id: ulid(), tenant: 't', createdAt: now, notAfter: daysAfter(now, 3), rollbackNotAfter: daysAfter(now, 10) }, `user-${ulid()}`)
  await withTenant(store, 't', (db) => proposePlan(db, plan, null))
  return plan
}

test('REL-05: PostgreSQL killed with clicks in flight: every decision that was acknowledged is there, none twice, and the trail is whole', { timeout: 150_000 }, async () => {
  const folder = newFolder()
  const { signer } = await newSigner()
  let { server, store } = await start(folder)
  const user = await withTenant(store, 't', (db) => addUser(db, 't', { name: 'anna', role: 'approver' }))
  const acknowledged: string[] = []
  const clicked: string[] = []
  for (let kill = 0; kill < 2; kill += 1) {
    const plans: Plan[] = []
    for (let n = 0; n < 24; n += 1) plans.push(await planIn(store))
    const clicks = plans.map(async (plan, n) => {
      await sleep(n * 4)
      const planDigest = digestPlan(plan).digest
      clicked.push(plan.id)
      const nonce = await withTenant(store, 't', (db) => mintNonce(db, 't', { planId: plan.id, digest: planDigest }))
      await withTenant(store, 't', (db) => decide(db, signer, { tenant: 't', planId: plan.id, planDigest, userId: user.id, authStrength: 'session', decision: 'approve', reason: '', nonce }))
      acknowledged.push(plan.id)
    })
    const settled = Promise.allSettled(clicks)
    while (acknowledged.length < (kill + 1) * 6) await sleep(1) // then some are answered, some under way, some not begun
    process.kill(server.pid, 'SIGKILL')
    await Promise.all([settled, server.ended])
    await store.close()
    ;({ server, store } = await start(folder))
  }
  try {
    const counts = await withTenant(store, 't', async (db) => { const found: [string, number][] = []; for (const id of clicked) found.push([id, (await approvalsOf(db, 't', id)).length]); return found })
    expect(counts.filter(([, count]) => count > 1)).toEqual([])
    expect(acknowledged.filter((id) => !counts.some(([each, count]) => each === id && count === 1))).toEqual([])
    expect([clicked.length, acknowledged.length >= 12]).toEqual([48, true])
    expect((await withTenant(store, 't', (db) => verifyAudit(db, 't'))).fault).toBeNull()
  } finally {
    await store.close()
    await server.stop()
  }
})

test('a copy of the stopped state folder starts elsewhere with every row; restored over newer work it is seen to be behind', async () => {
  const folder = newFolder(), backup = newFolder()
  const first = await start(folder)
  const plan = await planIn(first.store)
  const early = await withTenant(first.store, 't', (db) => auditHead(db, 't'))
  await first.store.close()
  await first.server.stop()
  execFileSync('cp', ['-a', join(folder, 'data'), join(backup, 'data')]) // docs/backup.md

  const second = await start(folder)
  await planIn(second.store)
  const remembered = await withTenant(second.store, 't', (db) => auditHead(db, 't'))
  await second.store.close()
  await second.server.stop()

  const restored = await start(backup)
  try {
    const inBackup = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(restored.store, 't', work)
    expect(await inBackup((db) => verifyAudit(db, 't'))).toEqual({ head: early, fault: null })
    expect((await inBackup((db) => db.query.plans.findMany())).map(({ id }) => id)).toEqual([plan.id])
    const seen = await inBackup((db) => auditHashAt(db, 't', remembered.seq))
    expect([isBehind(early, () => early.hash), isBehind(remembered, () => seen)]).toEqual([false, true])
    // what was written since the restore never looks like what was lost
    await planIn(restored.store)
    const other = await inBackup((db) => auditHashAt(db, 't', remembered.seq))
    expect([typeof other, isBehind(remembered, () => other)]).toEqual(['string', true])
  } finally {
    await restored.store.close()
    await restored.server.stop()
  }
})

test('a database of a newer Whittle, or one whose migrations were edited, is refused before anything is changed', async () => {
  const folder = newFolder()
  const { server, store } = await start(folder)
  const owner = openStore(server.ownerUrl, 1)
  try {
    const change = (text: string) => owner.pool.query(text)
    await change(`update drizzle.__drizzle_migrations set hash = 'x' where id = (select min(id) from drizzle.__drizzle_migrations)`)
    await expect(migrateStore(server.ownerUrl, passwords)).rejects.toMatchObject({ code: 'store.unavailable', message: expect.stringContaining('edited') })
    await change('delete from drizzle.__drizzle_migrations')
    await change(`insert into drizzle.__drizzle_migrations (hash, created_at) select 'x', n from generate_series(1, 50) n`)
    await expect(migrateStore(server.ownerUrl, passwords)).rejects.toMatchObject({ code: 'store.unavailable' })
  } finally {
    await owner.close()
    await store.close()
    await server.stop()
  }
})

test('a database of one’s own: its owner need be no superuser, start after start, and a role that escapes the policies is refused', async () => {
  const { server, store } = await start(newFolder())
  const superuser = openStore(server.ownerUrl, 1)
  const ownerUrl = new URL(server.ownerUrl)
  try {
    for (const text of ['drop owned by whittle_server, whittle_scanner, whittle_executor', 'drop role whittle_server, whittle_scanner, whittle_executor', `create role landlord login createrole password 'l'`, 'create database own owner landlord']) await superuser.pool.query(text)
    Object.assign(ownerUrl, { username: 'landlord', password: 'l', pathname: '/own' })
    for (let again = 0; again < 2; again += 1) await migrateStore(ownerUrl.href, passwords)
    await superuser.pool.query('alter role whittle_server bypassrls')
    await expect(migrateStore(ownerUrl.href, passwords)).rejects.toMatchObject({ code: 'store.unavailable', message: expect.stringContaining('`whittle_server`') })
  } finally {
    await Promise.all([superuser.close(), store.close()])
    await server.stop()
  }
})
