import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WhittleError } from '../model/error.ts'

export type ChildPlan = {
  readonly name: string
  /** Program file, run by this very Node. */
  readonly file: string
  readonly nodeOptions?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
  readonly report: (line: string) => void
}
export type KeptChild = { readonly name: string; readonly pid: () => number | null; readonly ready: Promise<void>; readonly stop: () => Promise<void> }

const firstPauseMs = 500
const longestPauseMs = 30_000
const stopSeconds = 20

/**
 * The program runs until it is stopped: one that ends by itself is started again, later each time it does so soon. `ready` settles when it first says so (a message
 * `ready` over its channel), and rejects when it says `fatal` instead: what starting again would not mend.
 */
export function keepRunning(plan: ChildPlan): KeptChild {
  const state = { child: null as ChildProcess | null, isStopping: false, pauseMs: firstPauseMs, wake: new AbortController() }
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => undefined)
  const loop = (async () => {
    while (!state.isStopping) {
      const startedAt = performance.now()
      state.child = start(plan, first)
      const how = await endOf(state.child)
      if (state.isStopping) return
      state.pauseMs = performance.now() - startedAt > 60_000 ? firstPauseMs : Math.min(longestPauseMs, state.pauseMs * 2)
      plan.report(`${plan.name} ended (${how}); starting it again in ${String(Math.round(state.pauseMs / 1000))} s (its log is ${plan.logFile})`)
      await sleep(state.pauseMs, undefined, { signal: state.wake.signal }).catch(() => undefined)
    }
  })()
  return {
    name: plan.name, ready: first.promise, pid: () => state.child?.pid ?? null,
    stop: async () => {
      state.isStopping = true
      state.wake.abort()
      first.reject(new WhittleError('internal', `${plan.name} was stopped before it was ready`))
      await stopChild(state.child)
      await loop
    },
  }
}

function start(plan: ChildPlan, first: PromiseWithResolvers<void>): ChildProcess {
  const log = openSync(plan.logFile, 'a', 0o600)
  // because a child in our process group would get the terminal's Ctrl-C before it is its turn; the channel tells it when we are gone
  const child = spawn(process.execPath, [...plan.nodeOptions ?? [], plan.file], { env: { ...plan.environment }, stdio: ['ignore', log, log, 'ipc'], detached: true })
  closeSync(log)
  child.on('error', () => undefined)
  child.on('message', (message: unknown) => {
    if (message === 'ready') first.resolve()
    if (typeof message === 'object' && message !== null && 'fatal' in message && typeof message.fatal === 'string') first.reject(new WhittleError('internal', message.fatal))
    if (typeof message === 'object' && message !== null && 'say' in message && typeof message.say === 'string') plan.report(message.say)
  })
  return child
}

const endOf = (child: ChildProcess): Promise<string> => new Promise((resolve) => {
  child.once('exit', (code, signal) => { resolve(signal ?? `exit ${String(code)}`) })
  child.once('error', (cause) => { resolve(cause.message) })
})

async function stopChild(child: ChildProcess | null): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = endOf(child)
  child.kill('SIGTERM')
  const stopped = await Promise.race([ended.then(() => true), sleep(stopSeconds * 1000, false, { ref: false })])
  if (!stopped) child.kill('SIGKILL')
  await ended
}
