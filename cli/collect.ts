import { Argument, Command, Option } from 'commander'
import { WhittleError } from '../model/error.ts'
import { collectScript } from './collect-script.ts'

type Options = { readonly environment?: string; readonly printScript?: true }

/** `whittle collect DIR --environment NAME`, or `--print-script` for a machine without Whittle. */
export function make(): Command {
  return new Command('collect')
    .addArgument(new Argument('[dir]', 'where the estate is written'))
    .addOption(new Option('--environment <name>', 'the environment of whittle.yaml to read'))
    .addOption(new Option('--print-script', 'print a shell script of vendor CLI calls that writes the same estate').conflicts('environment'))
    .action((dir: string | undefined, { environment, printScript }: Options) => {
      if (printScript === true) { process.stdout.write(collectScript()); return }
      if (dir === undefined || environment === undefined) throw new WhittleError('input.invalid', 'say where and what: `whittle collect DIR --environment NAME`, or `whittle collect --print-script`')
      throw new WhittleError('input.invalid', `collecting \`${environment}\` is not built yet; use \`whittle collect --print-script\``)
    })
}
