import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
export type Ran = { readonly exit: number | null; readonly stdout: string; readonly stderr: string }

/** The real process with these words; colours off, as in a pipe. */
export const whittle = (...words: readonly string[]): Ran => whittleIn(process.cwd(), ...words)

/** The same in the folder `cwd`, where whittle.yaml is looked for. */
export function whittleIn(cwd: string, ...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 })
  return { exit: status, stdout, stderr }
}
