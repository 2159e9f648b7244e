import { execFileSync } from 'node:child_process'
import { accessSync, chmodSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'

/** Everything that Whittle keeps on one machine, below one folder. */
export type StateFolder = {
  readonly home: string
  readonly postgres: string
  readonly temporalFile: string
  readonly logs: string
  readonly keys: string
  readonly sandbox: string
}

/** The state folder exists and can be written. It may be passed through by others (PostgreSQL runs as another user when we are root); what is secret in it is not readable. @throws WhittleError `input.invalid` with the way out */
export function openStateFolder(home: string, sandbox: string): StateFolder {
  const folder = { home, postgres: join(home, 'postgres'), temporalFile: join(home, 'temporal.db'), logs: join(home, 'logs'), keys: join(home, 'keys'), sandbox }
  try {
    makeFolder(home)
    accessSync(home, constants.W_OK | constants.X_OK)
    mkdirSync(folder.logs, { recursive: true, mode: 0o700 })
    mkdirSync(folder.keys, { recursive: true, mode: 0o700 })
    chmodSync(folder.keys, 0o700)
    return folder
  } catch (cause) {
    throw new WhittleError('input.invalid', `the state folder \`${home}\` cannot be written: make it writable, or set WHITTLE_HOME to a folder that is`, {}, cause)
  }
}

/** One folder after the other, because Node's recursive mkdir never returns below a folder such as /proc that takes none. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o711 })
}

/** The file is there with this text, whole and on disk, readable by its owner alone. */
export function writeDurably(file: string, text: string): void {
  const unfinished = `${file}.${String(process.pid)}.tmp`
  const handle = openSync(unfinished, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(unfinished, file)
}

/** This process alone runs Whittle on the folder; gives what releases it. A lock whose holder is gone is taken over. @throws WhittleError `input.invalid` naming the process that holds it */
export function lockStateFolder(home: string): () => void {
  const file = join(home, 'lock')
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeSync(handle, String(process.pid))
      closeSync(handle)
      return () => { rmSync(file, { force: true }) }
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
      const holder = Number(readOrEmpty(file))
      if (isOurs(holder, 'supervisor/')) throw new WhittleError('input.invalid', `Whittle runs on \`${home}\` already (process ${String(holder)}): stop it with Ctrl-C where it was started, or start this one with another WHITTLE_HOME and WHITTLE_PORT`)
      rmSync(file, { force: true })
    }
  }
  throw new WhittleError('input.invalid', `another Whittle is starting on \`${home}\`: wait for it`)
}

const runningSchema = z.array(z.object({ name: z.string(), pid: z.number().int().min(2), mark: z.string().min(1) }))
export type Running = z.infer<typeof runningSchema>[number]

/** Remembers what was started, for the next start to end when this one cannot. */
export const rememberRunning = (home: string, running: readonly Running[]): void => { writeDurably(join(home, 'run.json'), JSON.stringify(running)) }

/** Ends what a killed supervisor left running; a process is ours when its command line holds the mark it was remembered by. The names of those ended. */
export async function endLeftovers(home: string, pause: (ms: number) => Promise<void>): Promise<readonly string[]> {
  const parsed = runningSchema.safeParse(parseOrNull(readOrEmpty(join(home, 'run.json'))))
  const left = (parsed.success ? parsed.data : []).filter((candidate) => candidate.pid !== process.pid && isOurs(candidate.pid, candidate.mark))
  for (const [signal, tries] of [['SIGTERM', 50], ['SIGKILL', 20]] as const) {
    for (const { pid } of left.filter((candidate) => isOurs(candidate.pid, candidate.mark))) signalQuietly(pid, signal)
    for (let waited = 0; waited < tries && left.some((candidate) => isOurs(candidate.pid, candidate.mark)); waited++) await pause(100)
  }
  return left.map((candidate) => candidate.name)
}

function isOurs(pid: number, mark: string): boolean {
  if (!Number.isInteger(pid) || pid < 2) return false
  try {
    return execFileSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n').some((line) => line.includes(mark) && !line.startsWith('Z'))
  } catch {
    return false
  }
}

function signalQuietly(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // because it may have ended between looking and asking, which is what was wanted
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
