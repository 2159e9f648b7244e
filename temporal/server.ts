import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { WhittleError } from '../model/error.ts'

export type TemporalServer = {
  readonly address: string
  readonly pid: number
  /** Settles when the server is no more, whoever stopped it. */
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

/** The arguments that let the dev server keep what it acknowledged: the two pragmas are SQLite's write-ahead log with a sync at each checkpoint (STACK). */
export const devServerArguments = (databaseFile: string, port: number): readonly string[] => [
  'server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--db-filename', databaseFile,
  '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1', '--log-level', 'error',
]

/** A dev server that answers, on loopback, keeping its state in `databaseFile`. @throws WhittleError `temporal.unavailable` with the end of its log */
export async function startTemporal(options: { binary: string; databaseFile: string; logFile: string; port?: number; waitSeconds?: number }): Promise<TemporalServer> {
  const port = options.port ?? await freePort()
  const log = openSync(options.logFile, 'a', 0o600)
  // because Ctrl-C reaches the whole process group of a terminal: in a group of its own, the server stops when we say so
  const child = spawn(options.binary, devServerArguments(options.databaseFile, port), { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }); child.once('error', () => { resolve() }) })
  const address = `127.0.0.1:${String(port)}`
  const answered = await answers(address, child, options.waitSeconds ?? 60)
  if (!answered || child.pid === undefined) {
    await stopChild(child, ended)
    throw new WhittleError('temporal.unavailable', `the Temporal dev server did not start: ${lastLineOf(options.logFile)} (its log is ${options.logFile})`)
  }
  return { address, pid: child.pid, ended, stop: () => stopChild(child, ended) }
}

/** True once a Temporal at `address` answers for its `default` namespace; false when `child` ended or the time is over. */
async function answers(address: string, child: ChildProcess, waitSeconds: number): Promise<boolean> {
  const until = performance.now() + waitSeconds * 1000
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return false
    if (await temporalAnswers(address)) return true
    await sleep(150)
  }
  return false
}

/** Whether a Temporal answers at `address` for `namespace`, asked once. */
export async function temporalAnswers(address: string, namespace = 'default'): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '2s' })
    try {
      await connection.workflowService.describeNamespace({ namespace })
      return true
    } finally {
      await connection.close()
    }
  } catch {
    return false
  }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const stopped = await Promise.race([ended.then(() => true), sleep(5000, false, { ref: false })])
  if (!stopped) child.kill('SIGKILL')
  await ended
}

/** A TCP port of loopback that nothing listened on a moment ago. */
export function freePort(): Promise<number> {
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
