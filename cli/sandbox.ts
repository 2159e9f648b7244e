import { readdirSync, statSync } from 'node:fs'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { renderSandbox } from '../clouds/sandbox/render.ts'
import { WhittleError } from '../model/error.ts'
import { type Instant, instantOf, instantSchema } from '../model/instant.ts'
import { printable } from './printable.ts'

const DAY_MS = 86_400_000

/** `whittle sandbox DIR`: Acme stands in DIR, in the formats of the vendors' own CLIs. */
export function make(): Command {
  return new Command('sandbox')
    .addArgument(new Argument('<dir>', 'an empty or new folder'))
    .addOption(new Option('--as-of <instant>', 'the day that its dates are relative to (else today)').argParser(instantArgument))
    .action((dir: string, { asOf }: { readonly asOf?: Instant }) => {
      const found = statSync(dir, { throwIfNoEntry: false })
      if (found !== undefined && (!found.isDirectory() || readdirSync(dir).length > 0)) throw new WhittleError('input.invalid', `\`${dir}\` is not an empty folder; give a new one`)
      renderSandbox(dir, asOf ?? instantOf(Math.floor(Date.now() / DAY_MS) * DAY_MS))
      process.stdout.write(`wrote the estate of Acme to ${printable(dir)}; next: whittle analyze ${printable(dir)}\n`)
    })
}

function instantArgument(text: string): Instant {
  const parsed = instantSchema.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('give a date such as 2026-11-20 or 2026-11-20T00:00:00Z.')
  return parsed.data
}
