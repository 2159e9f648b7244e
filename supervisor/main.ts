import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, loadConfig, ownEnvironment, type ProcessEnv } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { placeSandbox, prepareStore, requestFirstScans, scanProgress, type SignInLink } from './first-start.ts'
import { assertPortFree } from './port.ts'
import { startStack, type Stack } from './stack.ts'
import { lockStateFolder, openStateFolder, type StateFolder } from './state-folder.ts'
import { buildWeb } from './web-build.ts'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }
const mostRestarts = 5

/** `npm start`: everything of Whittle runs on this machine until Ctrl-C (README, "Start"). */
async function main(env: ProcessEnv): Promise<void> {
  const config = loadConfig(env)
  const folder = openStateFolder(config.home, config.sandboxFolder)
  const unlock = lockStateFolder(folder.home)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { if (stopping.signal.aborted) say('still stopping …'); else { say('\nStopping …'); stopping.abort() } })
  try {
    await assertPortFree(config.server.host, config.server.port)
    await buildWeb(say)
    if (placeSandbox(config)) say(`Sandbox: wrote the estate of Acme to ${config.sandboxFolder}`)
    for (let restarts = 0; !stopping.signal.aborted; restarts += 1) {
      const ended = await serve(config, folder, { env, signal: stopping.signal, isFirst: restarts === 0 })
      if (ended === null) return
      if (restarts === mostRestarts) throw new WhittleError('internal', `${ended} ended ${mostRestarts + 1} times: look at the logs in ${folder.logs}`)
      say(`${ended} ended by itself: starting everything again (logs: ${folder.logs})`)
      await sleep(1000 * 2 ** restarts, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  } finally {
    unlock()
  }
}

/** Runs until stopped (null) or until a part that keeps state ended by itself (its name). */
async function serve(config: Config, folder: StateFolder, { env, signal, isFirst }: { env: ProcessEnv; signal: AbortSignal; isFirst: boolean }): Promise<string | null> {
  const stack = await startStack(config, folder, env, say)
  try {
    const stopped = new Promise<null>((resolve) => { if (signal.aborted) resolve(null); else signal.addEventListener('abort', () => { resolve(null) }, { once: true }) })
    const links = await prepareStore(stack.store, config)
    const up = await Promise.race([stack.startChildren().then(() => 'up' as const), stopped, stack.broken])
    if (up !== 'up') return up
    const scans = await requestFirstScans(stack.store, config)
    if (isFirst) printWelcome(config, links)
    void showProgress(stack, config, scans, signal)
    return await Promise.race([stopped, stack.broken])
  } finally {
    await stack.stop()
    if (signal.aborted) say('Stopped. Start again with `npm start`: everything is kept.')
  }
}

function printWelcome(config: Config, links: readonly SignInLink[]): void {
  say(`\nWhittle runs: ${config.server.publicUrl}`)
  for (const { who, url } of links) say(who === 'you' ? `\n  Sign in (works once, within 10 minutes):\n  ${url}` : `\n  A second person, who approves (open it in a private window):\n  ${url}`)
  say(`\nNew links: npx whittle user link NAME (as an admin), or start again. Stop with Ctrl-C.\n`)
}

async function showProgress(stack: Stack, config: Config, scans: readonly string[], signal: AbortSignal): Promise<void> {
  const open = new Map(scans.map((id) => [id, '']))
  while (open.size > 0 && !signal.aborted) {
    for (const [id, last] of open) {
      const progress = await scanProgress(stack.store, config, id).catch(() => null)
      if (progress !== null && progress.line !== last) say(progress.line)
      if (progress === null || progress.isOver) open.delete(id)
      else open.set(id, progress.line)
    }
    await sleep(1000, undefined, { signal }).catch(() => undefined)
  }
}

main(ownEnvironment).then(() => { process.exit(0) }, (cause: unknown) => {
  process.stderr.write(cause instanceof WhittleError ? `whittle: ${cause.message}\n` : `whittle: internal error: ${cause instanceof Error ? cause.message : String(cause)}\nthis is a bug of whittle: please report it\n`)
  process.exit(1)
})
