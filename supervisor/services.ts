import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { renderSandbox } from '../clouds/sandbox/render.ts'
import type { Config } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { instantOf } from '../model/instant.ts'
import { migrateStore, roleUrl, type StoreRole } from '../store/migrate.ts'
import { startPostgres } from '../store/postgres.ts'
import { findTemporal } from '../temporal/binary.ts'
import { startTemporal, temporalAnswers } from '../temporal/server.ts'
import type { DatabasePasswords } from './keys.ts'
import type { StateFolder } from './state-folder.ts'

/** Something that runs beside us and ends when told to. `pid` null = somebody else's, used and left alone. */
export type Service = { readonly pid: () => number | null; readonly stop: () => Promise<void> }
type Report = (line: string) => void

const dayMs = 86_400_000

/** The database: the one that DATABASE_URL names, else the embedded one. `urlOf` gives each process its own role. */
export async function openDatabase(config: Config, folder: StateFolder, passwords: DatabasePasswords, report: Report): Promise<Service & { readonly urlOf: (role: StoreRole) => string }> {
  const options = { folder: folder.postgres, password: passwords.owner, logFile: join(folder.logs, 'postgres.log') }
  const embedded = config.databaseUrl === null ? await startPostgres(options) : null
  const ownerUrl = embedded?.ownerUrl ?? config.databaseUrl ?? ''
  try {
    await migrateStore(ownerUrl, passwords)
  } catch (cause) {
    await embedded?.stop()
    if (cause instanceof WhittleError) throw cause
    throw new WhittleError('store.unavailable', `the database cannot be prepared: ${cause instanceof Error ? cause.message : 'no reason'}${embedded ? '' : ' (DATABASE_URL must name a database that its user owns, and the user must be able to make roles)'}`, {}, cause)
  }
  const urlOf = (role: StoreRole) => roleUrl(ownerUrl, role, passwords[role])
  if (embedded === null) return { pid: () => null, stop: async () => undefined, urlOf }
  const port = Number(new URL(ownerUrl).port)
  const kept = keepService('PostgreSQL', embedded, () => startPostgres({ ...options, port }), report)
  return { ...kept, urlOf }
}

/** Temporal: the one that TEMPORAL_ADDRESS names, else a dev server of our own that keeps its state on disk. */
export async function openTemporal(config: Config, folder: StateFolder, report: Report): Promise<Service & { readonly address: string }> {
  const { address, namespace } = config.temporal
  if (address !== null) {
    if (!config.temporal.tls && !(await temporalAnswers(address, namespace))) throw new WhittleError('temporal.unavailable', `no Temporal answers at TEMPORAL_ADDRESS \`${address}\` for the namespace \`${namespace}\`: start it, or unset TEMPORAL_ADDRESS to use one of our own`)
    return { pid: () => null, stop: async () => undefined, address }
  }
  const binary = await findTemporal({ programFolders: config.programFolders, cacheFolder: config.cacheFolder, mayFetch: true, report })
  const options = { binary, databaseFile: folder.temporalFile, logFile: join(folder.logs, 'temporal.log') }
  const first = await startTemporal(options)
  const port = Number(first.address.split(':')[1])
  return { ...keepService('Temporal', first, () => startTemporal({ ...options, port }), report), address: first.address }
}

type Started = { readonly pid: number; readonly ended: Promise<void>; readonly stop: () => Promise<void> }

/** The service runs until it is stopped: one that ends by itself is started again at the same place. */
function keepService(name: string, first: Started, again: () => Promise<Started>, report: Report): Service {
  const state = { now: first, isStopping: false }
  void (async () => {
    for (let pauseMs = 500; ; pauseMs = Math.min(30_000, pauseMs * 2)) {
      await state.now.ended
      if (state.isStopping) return
      report(`${name} ended; starting it again`)
      await sleep(pauseMs, undefined, { ref: false })
      const next = await again().catch((cause: unknown) => { report(`${name}: ${cause instanceof Error ? cause.message : 'did not start'}`); return null })
      if (next === null) continue
      if (state.isStopping) { await next.stop(); return }
      state.now = next
      pauseMs = 500
    }
  })()
  return { pid: () => state.now.pid, stop: async () => { state.isStopping = true; await state.now.stop() } }
}

/** The sandbox's organization stands in the state folder, dated by the day of its first start; later starts leave it as people made it. */
export function openSandbox(folder: StateFolder, now: number): boolean {
  if (existsSync(join(folder.sandbox, 'estate.json'))) return false
  renderSandbox(folder.sandbox, instantOf(Math.floor(now / dayMs) * dayMs))
  return true
}

/** Nobody listens on the port that the server will. @throws WhittleError `input.invalid` with the ways out */
export async function requireFreePort({ host, port }: Config['server']): Promise<void> {
  const refusal = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    const probe = createServer()
    probe.once('error', (cause) => { resolve(cause) })
    probe.listen(port, host, () => { probe.close(() => { resolve(null) }) })
  })
  if (refusal === null) return
  if (refusal.code === 'EADDRINUSE') throw new WhittleError('input.invalid', `port ${String(port)} on ${host} is taken: stop what listens there, or choose another with WHITTLE_PORT=8081 (or \`server: { port: 8081 }\` in whittle.yaml)`)
  throw new WhittleError('input.invalid', `port ${String(port)} on ${host} cannot be listened on (${refusal.code ?? refusal.message}): choose another with WHITTLE_PORT`)
}

const packageSchema = z.object({ version: z.string() })
export const version = (): string => packageSchema.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))).version
