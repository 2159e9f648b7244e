import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WhittleError } from '../model/error.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The pages in `web/dist` are those of the sources: built when a source is newer. True when it built. @throws WhittleError `internal` with the end of the build's output */
export async function buildWeb(report: (line: string) => void): Promise<boolean> {
  const built = statSync(join(root, 'web', 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const newest = Math.max(newestBelow(join(root, 'web'), ['dist']), newestBelow(join(root, 'model'), []), statSync(join(root, 'package-lock.json')).mtimeMs)
  if (built >= newest) return false
  report('Web: building the pages …')
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js')
  const output: string[] = []
  const child = spawn(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output.push(chunk.toString()) })
  const code = await new Promise<number>((resolve) => { child.once('exit', (exit) => { resolve(exit ?? 1) }); child.once('error', () => { resolve(1) }) })
  if (code !== 0) throw new WhittleError('internal', `the pages could not be built: ${output.join('').trim().split('\n').slice(-3).join(' ').slice(0, 400)}`)
  return true
}

function newestBelow(folder: string, except: readonly string[]): number {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => !except.includes(entry.name)).reduce((newest, entry) => {
    const path = join(folder, entry.name)
    return Math.max(newest, entry.isDirectory() ? newestBelow(path, []) : statSync(path).mtimeMs)
  }, 0)
}
