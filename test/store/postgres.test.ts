import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrateStore, roleUrl } from '../../store/migrate.ts'
import { startPostgres } from '../../store/postgres.ts'

const place = () => {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-pg-'))
  chmodSync(folder, 0o755)
  return { folder: join(folder, 'data'), password: 'p:@/ %', logFile: join(folder, 'postgres.log') }
}
const ask = async (url: string, text: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try { return (await client.query<{ answer: unknown }>(text)).rows[0]?.answer } finally { await client.end() }
}

test('PostgreSQL has yesterday’s rows after a stop, after a kill of it, and while one that was left behind still serves', async () => {
  const options = place()
  const first = await startPostgres(options)
  await ask(first.ownerUrl, 'create table kept (n int)')
  await ask(first.ownerUrl, 'insert into kept values (1)')
  await first.stop()
  const second = await startPostgres(options)
  await ask(second.ownerUrl, 'insert into kept values (2)')
  process.kill(second.pid, 'SIGKILL')
  await second.ended
  const third = await startPostgres(options)
  await ask(third.ownerUrl, 'insert into kept values (3)')
  const fourth = await startPostgres(options)
  await third.ended
  try {
    expect(await ask(fourth.ownerUrl, 'select count(*)::int as answer from kept')).toBe(3)
  } finally {
    await fourth.stop()
  }
  expect(existsSync(`${options.folder}.password`)).toBe(false)
  expect(readFileSync(options.logFile, 'utf8')).not.toContain(options.password)
})

test('PostgreSQL with another password than the keys’ says so', async () => {
  const options = place()
  await (await startPostgres(options)).stop()
  await expect(startPostgres({ ...options, password: 'another' })).rejects.toMatchObject({ code: 'store.unavailable', message: expect.stringContaining('another password') })
})

test('the roles of the processes own nothing, and see no row without a tenant', async () => {
  const server = await startPostgres(place())
  try {
    const passwords = { whittle_server: 'a', whittle_scanner: 'b', whittle_executor: 'c:@/' }
    await migrateStore(server.ownerUrl, passwords)
    await migrateStore(server.ownerUrl, passwords)
    const executor = roleUrl(server.ownerUrl, 'whittle_executor', 'c:@/')
    expect(await ask(executor, 'select current_user as answer')).toBe('whittle_executor')
    expect(await ask(executor, 'select count(*)::int as answer from plans')).toBe(0)
    await expect(ask(executor, "insert into approvals values ('t')")).rejects.toThrow('permission denied')
    await expect(ask(executor, 'drop table plans')).rejects.toThrow('must be owner')
    await expect(ask(executor, 'delete from audit_rows')).rejects.toThrow('permission denied')
  } finally {
    await server.stop()
  }
})
