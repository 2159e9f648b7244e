import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { WhittleError } from '../model/error.ts'

/** `file` holds `text` whole, or what it held before. @throws WhittleError `input.invalid` where it cannot be written */
export function writeOutput(file: string, text: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new WhittleError('input.invalid', `\`${file}\` is a folder; give a file for --out`)
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`)
  try {
    const handle = openSync(temporary, 'wx', 0o644)
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally { closeSync(handle) }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new WhittleError('input.invalid', `cannot write \`${file}\`: ${error instanceof Error ? error.message.replace(/,.*$/, '') : 'unknown reason'}; choose another file for --out`, {}, error)
  }
}
