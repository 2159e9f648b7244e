import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
export type Ran = { readonly exit: number | null; readonly stdout: string; readonly stderr: string }

/** The real process with these words; colours off, as in a pipe. */
export function whittle(...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 })
  return { exit: status, stdout, stderr }
}
