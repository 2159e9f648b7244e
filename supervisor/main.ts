import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, loadConfig, type ProcessEnv, processEnvironment } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { openStore, withTenant } from '../store/db.ts'
import { mirrorEnvironments } from '../store/environments.ts'
import { childEnvironment, type ChildName } from './child-environment.ts'
import { keepRunning, type KeptChild } from './children.ts'
import { followScan, startFirstScans } from './first-scan.ts'
import { openKeys } from './keys.ts'
import { invite } from './people.ts'
import { openDatabase, openSandbox, openTemporal, requireFreePort, type Service, version } from './services.ts'
import { endLeftovers, lockStateFolder, openStateFolder, rememberRunning, type StateFolder } from './state-folder.ts'
import { buildWeb } from './web-build.ts'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const files: Readonly<Record<ChildName, string>> = { executor: 'worker/executor.ts', scanner: 'worker/scanner.ts', server: 'server/main.ts' }
const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url))

/** What was started, latest last; stopped in the other order. */
type Started = { readonly name: string; readonly stop: () => Promise<void> }

/** Everything runs, and says where; the promise settles when it does. What was started before something failed is in `started`. */
async function start(config: Config, env: ProcessEnv, started: Started[], signal: AbortSignal): Promise<void> {
  const folder = openStateFolder(config.home, config.sandboxFolder)
  const release = lockStateFolder(config.home)
  started.push({ name: 'lock', stop: async () => { release() } })
  const left = await endLeftovers(config.home, (ms) => sleep(ms))
  if (left.length > 0) say(`Ended what an interrupted start had left running: ${left.join(', ')}`)
  await requireFreePort(config.server)
  const keys = await openKeys(folder.keys)
  const hasSandbox = config.environments.some((environment) => environment.kind === 'sandbox' && environment.enabled)
  if (hasSandbox && openSandbox(folder, Date.now())) say(`Sandbox: the invented organization Acme stands in ${folder.sandbox}`)
  const services = await startServices(config, folder, keys.passwords, started)
  const { database } = services
  rememberRunning(config.home, running(services, [], folder))
  signal.throwIfAborted()
  const store = openStore(database.urlOf('whittle_server'), 3)
  const scannerStore = openStore(database.urlOf('whittle_scanner'), 3)
  started.push({ name: 'store', stop: async () => { await Promise.all([store.close(), scannerStore.close()]) } })
  await withTenant(store, config.tenant, (db) => mirrorEnvironments(db, config.tenant, config.environments))
  const children = startChildren({ config, env, folder, services, keys: keys.files }, started)
  await Promise.race([Promise.all(children.map((child) => child.ready)), aborted(signal)])
  signal.throwIfAborted()
  const remember = () => { rememberRunning(config.home, running(services, children, folder)) }
  remember()
  const remembering = setInterval(remember, 15_000).unref()
  started.push({ name: 'memory', stop: async () => { clearInterval(remembering); rememberRunning(config.home, []) } })
  const scans = await startFirstScans(scannerStore)
  welcome(config, await withTenant(store, config.tenant, (db) => invite(db, { publicUrl: config.server.publicUrl, hasSandbox })))
  await Promise.all(scans.map((scan) => followScan(scannerStore, scan, say, signal)))
}

type Services = { readonly database: Awaited<ReturnType<typeof openDatabase>>; readonly temporal: Awaited<ReturnType<typeof openTemporal>> }

/** The slow parts begin together; each is stopped also when another fails. */
async function startServices(config: Config, folder: StateFolder, passwords: Parameters<typeof openDatabase>[2], started: Started[]): Promise<Services> {
  say('Starting PostgreSQL, Temporal and the web …')
  const keep = async <T extends Service>(name: string, opening: Promise<T>): Promise<T> => {
    const service = await opening
    started.push({ name, stop: service.stop })
    return service
  }
  const all = await Promise.allSettled([keep('database', openDatabase(config, folder, passwords, say)), keep('temporal', openTemporal(config, folder, say)), buildWeb(say)])
  const [database, temporal, web] = all
  if (database.status === 'rejected') throw database.reason
  if (temporal.status === 'rejected') throw temporal.reason
  if (web.status === 'rejected') throw web.reason
  return { database: database.value, temporal: temporal.value }
}

type Telling = { config: Config; env: ProcessEnv; folder: StateFolder; services: Services; keys: Parameters<typeof childEnvironment>[2]['keys'] }

/** Executor and scanner first: the server is asked as soon as it listens. */
function startChildren({ config, env, folder, services, keys }: Telling, started: Started[]): readonly KeptChild[] {
  return (['executor', 'scanner', 'server'] as const).map((name) => {
    const environment = childEnvironment(name, env, { config, keys, databaseUrl: services.database.urlOf(`whittle_${name}`), temporalAddress: services.temporal.address })
    const child = keepRunning({ name, file: pathOf(files[name]), environment, logFile: join(folder.logs, `${name}.log`), report: say, nodeOptions: name === 'executor' ? ['--disable-proto=delete'] : [] })
    started.push({ name, stop: child.stop })
    return child
  })
}

function running({ database, temporal }: Services, children: readonly KeptChild[], folder: StateFolder) {
  const of = (name: string, pid: number | null, mark: string) => (pid === null ? [] : [{ name, pid, mark }])
  return [
    ...children.flatMap((child) => of(child.name, child.pid(), child.name === 'server' ? files.server : `worker/${child.name}.ts`)),
    ...of('temporal', temporal.pid(), folder.temporalFile), ...of('postgres', database.pid(), 'postgres'),
  ]
}

function welcome(config: Config, invitations: Awaited<ReturnType<typeof invite>>): void {
  say('')
  say(`Whittle ${version()} runs at ${config.server.publicUrl}`)
  for (const { name, role, url } of invitations) say(name === 'second' ? `  Sign in as a second person, who approves what you ask for (open it in a private window):\n    ${url}` : `  Sign in as \`${name}\` (${role}):\n    ${url}`)
  if (invitations.length > 0) say('  Each link works once, for 10 minutes. More of them: npx whittle user link NAME')
  say('  Ctrl-C stops everything; the next start goes on where this one was.')
  say('')
}

const aborted = (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(new WhittleError('internal', 'stopped while starting')) }) })

/** Stops what was started, latest first; each has its own time to end in. */
async function stopAll(started: Started[]): Promise<void> {
  for (let next = started.pop(); next !== undefined; next = started.pop()) {
    await next.stop().catch((cause: unknown) => { say(`${next?.name ?? ''}: ${cause instanceof Error ? cause.message : 'did not stop'}`) })
  }
}

async function main(): Promise<void> {
  const started: Started[] = []
  const stopping = new AbortController()
  let ending: Promise<void> | null = null
  const end = (exit: number): void => {
    stopping.abort()
    ending ??= (async () => {
      say('Stopping …')
      await stopAll(started)
      process.exit(exit)
    })()
  }
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(event, () => { end(0) })
  process.stdout.on('error', () => undefined) // because whoever reads our output may go before us
  try {
    await start(loadConfig(), processEnvironment(), started, stopping.signal)
    await new Promise(() => { setInterval(() => undefined, 60_000) })
  } catch (cause) {
    if (stopping.signal.aborted) return
    process.stderr.write(`whittle: ${cause instanceof WhittleError ? cause.message : `internal error: ${cause instanceof Error ? cause.stack ?? cause.message : String(cause)}`}\n`)
    await stopAll(started)
    process.exit(cause instanceof WhittleError && cause.code === 'input.invalid' ? 2 : 1)
  }
}

await main()
