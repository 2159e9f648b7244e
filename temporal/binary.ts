import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { WhittleError } from '../model/error.ts'

/** The release that is downloaded or built; what stands on the PATH may be another. */
export const temporalVersion = '1.8.2'
export type Report = (line: string) => void
export type BinarySearch = { readonly programFolders: readonly string[]; readonly cacheFolder: string; readonly report: Report; readonly mayFetch: boolean }

const moduleFolder = fileURLToPath(new URL('../tools/temporal', import.meta.url))

/**
 * A Temporal program that runs the dev server: from the PATH, from the cache, downloaded by the SDK, or built with Go (three minutes, once a version).
 * @throws WhittleError `temporal.unavailable`, naming the four ways to have one
 */
export async function findTemporal(search: BinarySearch): Promise<string> {
  const onPath = search.programFolders.map((folder) => join(folder, 'temporal')).find(isProgram)
  if (onPath !== undefined) return onPath
  const cached = join(search.cacheFolder, `temporal-${temporalVersion}`)
  if (isProgram(cached)) return cached
  const failures = search.mayFetch ? await fetchInto(cached, search) : ['not tried']
  if (isProgram(cached)) return cached
  throw new WhittleError('temporal.unavailable', [
    'Whittle needs a Temporal server and could not get one. Any one of these is enough:',
    '  1. set TEMPORAL_ADDRESS to a Temporal that runs already',
    '  2. put the `temporal` command line on the PATH (https://docs.temporal.io/cli)',
    `  3. allow downloading it from https://temporal.download, or copy its program to ${cached}`,
    '  4. install Go: Whittle then builds it from tools/temporal',
    ...failures.map((failure) => `  (${failure})`),
  ].join('\n'))
}

async function fetchInto(cached: string, search: BinarySearch): Promise<readonly string[]> {
  try {
    mkdirSync(search.cacheFolder, { recursive: true })
  } catch {
    return [`the folder ${search.cacheFolder} cannot be written`]
  }
  search.report(`Temporal: downloading ${temporalVersion} …`)
  const download = await downloaded(cached, search)
  if (download === null) return []
  const go = search.programFolders.map((folder) => join(folder, 'go')).find(isProgram)
  if (go === undefined) return [download, 'there is no `go` on the PATH']
  const build = await built(go, cached, search)
  return build === null ? [] : [download, build]
}

async function downloaded(cached: string, search: BinarySearch): Promise<string | null> {
  const folder = mkdtempSync(join(search.cacheFolder, 'download-'))
  try {
    const server = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', version: `v${temporalVersion}`, downloadDir: folder } } })
    await server.teardown()
    const file = readdirSync(folder).map((name) => join(folder, name)).find(isProgram)
    if (file === undefined) return 'the download held no program'
    renameSync(file, cached)
    return null
  } catch (cause) {
    return `the download failed: ${cause instanceof Error ? cause.message.split(': ').at(-1) ?? '' : 'unknown'}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Builds beside the cached name and renames, so that a build cut off leaves nothing that looks whole. */
async function built(go: string, cached: string, search: BinarySearch): Promise<string | null> {
  const unfinished = `${cached}.building-${String(process.pid)}`
  const startedAt = performance.now()
  const tell = () => { search.report(`Temporal: not downloadable here; building it with Go, once (${String(Math.round((performance.now() - startedAt) / 1000))} s of about 200) …`) }
  tell()
  const ticking = setInterval(tell, 15_000)
  try {
    const code = await exitOf(go, ['build', '-trimpath', '-ldflags', '-s -w', '-o', unfinished, 'github.com/temporalio/cli/cmd/temporal'])
    if (code.exit !== 0) return `building failed: ${code.lastLine}`
    renameSync(unfinished, cached)
    return null
  } finally {
    clearInterval(ticking)
    rmSync(unfinished, { force: true })
  }
}

function exitOf(program: string, args: readonly string[]): Promise<{ exit: number; lastLine: string }> {
  return new Promise((resolve) => {
    // because CGO needs a C compiler that a machine may not have, and the dev server's SQLite is pure Go
    const child = spawn('env', ['CGO_ENABLED=0', program, ...args], { cwd: moduleFolder, stdio: ['ignore', 'ignore', 'pipe'] })
    let lastLine = ''
    child.stderr.on('data', (chunk: Buffer) => { lastLine = chunk.toString().trim().split('\n').at(-1) ?? lastLine })
    child.once('error', (cause) => { resolve({ exit: 1, lastLine: cause.message }) })
    child.once('exit', (code) => { resolve({ exit: code ?? 1, lastLine }) })
  })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
