import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Config, ProcessEnv } from '../config.ts'
import { openStore, type Store } from '../store/db.ts'
import { migrateStore, roleUrl } from '../store/migrate.ts'
import { startPostgres } from '../store/postgres.ts'
import { findTemporal } from '../temporal/binary.ts'
import { startTemporal } from '../temporal/server.ts'
import { type ChildName, childEnvironment } from './child-environment.ts'
import { keepRunning, type KeptChild } from './children.ts'
import { openKeys } from './keys.ts'
import { endLeftovers, rememberRunning, type Running, type StateFolder } from './state-folder.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs: Readonly<Record<ChildName, string>> = { server: 'server/main.ts', scanner: 'worker/scanner.ts', executor: 'worker/executor.ts' }
const nodeOptionsOf = (name: ChildName): readonly string[] => (name === 'executor' ? ['--disable-proto=delete'] : [])

export type Stack = {
  /** The server's rights, for what the supervisor itself has to do. */
  readonly store: Store
  readonly startChildren: () => Promise<void>
  /** Settles with the name of a database or Temporal that ended by itself. */
  readonly broken: Promise<string>
  /** Everything is stopped: first who takes orders, last who keeps the state. */
  readonly stop: () => Promise<void>
}
type Started = { readonly name: string; readonly stop: () => Promise<void> }

/** PostgreSQL and Temporal run (ours, unless the config names others) and the schema is the newest. On failure what was started is stopped. */
export async function startStack(config: Config, folder: StateFolder, env: ProcessEnv, report: (line: string) => void): Promise<Stack> {
  const started: Started[] = []
  const running: Running[] = []
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop()
    rememberRunning(folder.home, [])
  }
  try {
    const leftovers = await endLeftovers(folder.home, (ms) => sleep(ms))
    if (leftovers.length > 0) report(`Ended what the last start left running: ${leftovers.join(', ')}`)
    const keys = await openKeys(folder.keys)
    const broken = Promise.withResolvers<string>()
    const ownerUrl = config.databaseUrl ?? (await startOwnPostgres(folder, keys.passwords.owner, { started, broken }))
    await migrateStore(ownerUrl, keys.passwords)
    report(config.databaseUrl === null ? 'PostgreSQL: running' : 'PostgreSQL: connected')
    const temporalAddress = config.temporal.address ?? (await startOwnTemporal(config, folder, { started, broken, running, report }))
    report(`Temporal: ${config.temporal.address === null ? 'running' : 'connecting to'} ${temporalAddress}`)
    const store = openStore(roleUrl(ownerUrl, 'whittle_server', keys.passwords.whittle_server), 2)
    started.push({ name: 'connections', stop: () => store.close() })
    const startChildren = async (): Promise<void> => {
      const children = (['executor', 'scanner', 'server'] as const).map((name): { readonly name: ChildName; readonly child: KeptChild } => {
        const databaseUrl = roleUrl(ownerUrl, `whittle_${name}`, keys.passwords[`whittle_${name}`])
        const environment = childEnvironment(name, env, { config, keys: keys.files, databaseUrl, temporalAddress })
        return { name, child: keepRunning({ name, file: join(root, programs[name]), nodeOptions: nodeOptionsOf(name), environment, logFile: join(folder.logs, `${name}.log`), report }) }
      })
      for (const { name, child } of children) started.push({ name, stop: child.stop })
      await Promise.all(children.map(({ child }) => child.ready))
      rememberRunning(folder.home, [...running, ...children.flatMap(({ name, child }) => { const pid = child.pid(); return pid === null ? [] : [{ name, pid, mark: programs[name] }] })])
    }
    return { store, startChildren, broken: broken.promise, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

type Parts = { readonly started: Started[]; readonly broken: PromiseWithResolvers<string> }

async function startOwnPostgres(folder: StateFolder, password: string, { started, broken }: Parts): Promise<string> {
  const server = await startPostgres({ folder: folder.postgres, password, logFile: join(folder.logs, 'postgres.log') })
  watch('PostgreSQL', server, { started, broken })
  return server.ownerUrl
}

async function startOwnTemporal(config: Config, folder: StateFolder, { started, broken, running, report }: Parts & { running: Running[]; report: (line: string) => void }): Promise<string> {
  const binary = await findTemporal({ programFolders: config.programFolders, cacheFolder: config.cacheFolder, mayFetch: true, report })
  const server = await startTemporal({ binary, databaseFile: folder.temporalFile, logFile: join(folder.logs, 'temporal.log') })
  running.push({ name: 'Temporal', pid: server.pid, mark: folder.temporalFile })
  rememberRunning(folder.home, running)
  watch('Temporal', server, { started, broken })
  return server.address
}

function watch(name: string, server: { readonly ended: Promise<void>; readonly stop: () => Promise<void> }, { started, broken }: Parts): void {
  const part: Started = { name, stop: server.stop }
  started.push(part)
  // because one that we stop is no longer in the list
  void server.ended.then(() => { if (started.includes(part)) broken.resolve(name) })
}
