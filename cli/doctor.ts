import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { examine } from '../supervisor/doctor.ts'
import { exits, exitWith } from './exit.ts'
import { printable } from './printable.ts'
import { jsonOption, printJson, say } from './rows.ts'

/** `whittle doctor`: what a start needs and whether it is there; exit 5 where something is not. */
export function make(): Command {
  return new Command('doctor').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const examined = await examine(loadConfig())
    if (json === true) printJson(examined)
    else for (const { what, isFine, detail } of examined) say(`${isFine ? 'ok  ' : 'FAIL'} ${printable(what)}: ${detail.split('\n').map(printable).join('\n     ')}`)
    if (examined.some(({ isFine }) => !isFine)) exitWith(exits.refused)
  })
}
