import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../store/db.ts'
import { migrateStore, roleUrl, type StoreRole } from '../../store/migrate.ts'
import { type PostgresServer, startPostgres } from '../../store/postgres.ts'

export type TestPostgres = {
  readonly server: PostgresServer
  readonly url: (role: StoreRole) => string
  /** One store per role, each with no more rights than that process has. */
  readonly stores: Readonly<Record<'server' | 'scanner' | 'executor', Store>>
  readonly folder: string
  readonly stop: () => Promise<void>
}

/** A real PostgreSQL of its own with the newest schema. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-postgres-'))
  chmodSync(folder, 0o755) // because PostgreSQL started by root runs as another user
  const server = await startPostgres({ folder: join(folder, 'data'), password: 'test-owner', logFile: join(folder, 'postgres.log') })
  process.once('exit', () => { killQuietly(server.pid) })
  const passwords = { whittle_server: 'test-server', whittle_scanner: 'test-scanner', whittle_executor: 'test-executor' }
  await migrateStore(server.ownerUrl, passwords)
  const url = (role: StoreRole) => roleUrl(server.ownerUrl, role, passwords[role])
  const stores = { server: openStore(url('whittle_server'), 4), scanner: openStore(url('whittle_scanner'), 4), executor: openStore(url('whittle_executor'), 4) }
  return {
    server, url, stores, folder,
    stop: async () => {
      await Promise.all(Object.values(stores).map((store) => store.close()))
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Because a test that is cut off must not leave a server behind. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT')
  } catch {
    // because it has ended already
  }
}
