import { Command, CommanderError } from 'commander'
import { WhittleError } from '../model/error.ts'
import { type CommandEntry, commands } from './commands.ts'
import { chosenExit, type Exit, exitOf, exits, exitWith } from './exit.ts'
import { printable } from './printable.ts'

/** The exit code after `words` (the command line without node and script) were run; every failure is one line on stderr. */
export async function run(words: readonly string[]): Promise<Exit> {
  try {
    exitWith(exits.fine)
    const program = new Command('whittle').description('Keeps cloud identities at least privilege. Every command explains itself: whittle COMMAND --help.')
      .showSuggestionAfterError().configureOutput({ writeErr: (text) => process.stderr.write(text), outputError: (text, write) => { write(`whittle: ${text.replace(/^error: /, '')}`) } })
    const wanted = words.find((word) => !word.startsWith('-'))
    for (const [name, entry] of Object.entries(commands)) program.addCommand(await commandOf(name, entry, wanted === name))
    inherit(program)
    await program.parseAsync(words.length === 0 ? ['--help'] : [...words], { from: 'user' })
    return chosenExit()
  } catch (error) {
    return report(error)
  }
}

/** The command itself where it is wanted, else its line of the help. */
const commandOf = async (name: string, { summary, load }: CommandEntry, isWanted: boolean): Promise<Command> =>
  isWanted ? (await load()).make().name(name).description(summary) : new Command(name).description(summary)

/** Settings of the program hold in every command below it: no command ends the process by itself. */
function inherit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inherit(child)
  }
}

function report(error: unknown): Exit {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.fine : exits.usage
  if (error instanceof WhittleError) {
    process.stderr.write(`whittle: ${error.message.split('\n').map(printable).join('\n')}\n`)
    return exitOf(error.code)
  }
  if (error instanceof Error && 'syscall' in error) {
    process.stderr.write(`whittle: ${printable(error.message)}\n`)
    return exits.internal
  }
  process.stderr.write(`whittle: internal error: ${printable(error instanceof Error ? error.message : String(error))}\nthis is a bug of whittle: please report it with the command that you ran\n`)
  return exits.internal
}
