import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { collectorOf } from '../activities/collector-of.ts'
import type { Collector } from '../activities/scanner-deps.ts'
import { replaceFile, writeAnswer } from '../clouds/estate-directory.ts'
import { environmentNamed, loadConfig } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { instantOf } from '../model/instant.ts'
import { collectScript } from './collect-script.ts'
import { printable } from './printable.ts'

type Options = { readonly environment?: string; readonly printScript?: true }

/** `whittle collect DIR --environment NAME`, or `--print-script` for a machine without Whittle. */
export function make(): Command {
  return new Command('collect')
    .addArgument(new Argument('[dir]', 'a new or empty folder, where the estate is written'))
    .addOption(new Option('--environment <name>', 'the environment of whittle.yaml to read'))
    .addOption(new Option('--print-script', 'print a shell script of vendor CLI calls that writes the same estate').conflicts('environment'))
    .action(async (dir: string | undefined, { environment, printScript }: Options) => {
      if (printScript === true) { process.stdout.write(collectScript()); return }
      if (dir === undefined || environment === undefined) throw new WhittleError('input.invalid', 'say where and what: `whittle collect DIR --environment NAME`, or `whittle collect --print-script`')
      const found = statSync(dir, { throwIfNoEntry: false })
      if (found !== undefined && (!found.isDirectory() || readdirSync(dir).length > 0)) throw new WhittleError('input.invalid', `\`${dir}\` is not an empty folder; give a new one`)
      const config = loadConfig()
      const { answers, failed } = await collectInto(dir, environment, collectorOf(config, environmentNamed(config, environment)))
      const refused = failed === 0 ? '' : `, ${String(failed)} of them saying that the call failed`
      process.stdout.write(`wrote ${String(answers)} answers of ${printable(environment)} to ${printable(dir)}${refused}; next: whittle analyze ${printable(dir)}\n`)
    })
}

/** Every answer of the environment stands below `dir`, account by account; progress goes to stderr. Ctrl-C stops after the call that is under way. */
async function collectInto(dir: string, label: string, collector: Collector): Promise<{ readonly answers: number; readonly failed: number }> {
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort(new WhittleError('input.invalid', `stopped; \`${dir}\` is incomplete: delete it before you collect again`)) })
  let answers = 0
  let failed = 0
  const accounts = await collector.accounts(stop.signal)
  for (const [index, account] of accounts.entries()) {
    process.stderr.write(`reading ${printable(account)} (${String(index + 1)} of ${String(accounts.length)})\n`)
    let cursor: string | null = null
    do {
      stop.signal.throwIfAborted()
      cursor = await collector.collect(account, {
        cursor, signal: stop.signal, reached: () => undefined,
        emit: async (path, answer) => {
          if (answer.kind !== 'present' && answer.kind !== 'error') return
          writeAnswer(dir, path, answer)
          answers += 1
          if (answer.kind === 'error') failed += 1
        },
      })
    } while (cursor !== null)
  }
  if (answers > 0) replaceFile(join(dir, 'estate.json'), `${JSON.stringify({ schemaVersion: 1, asOf: instantOf(Date.now()), label }, null, 2)}\n`)
  return { answers, failed }
}
