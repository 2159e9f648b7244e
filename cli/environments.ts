import { Argument, Command } from 'commander'
import { exits, exitWith } from './exit.ts'
import { openClient } from './client.ts'
import { jsonOption, minute, printJson, printRows, say } from './rows.ts'

/** `whittle environments [list|test|enable|disable]`. */
export function make(): Command {
  const command = new Command('environments')
  command.command('list', { isDefault: true }).description('what Whittle is connected to').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const { rows } = await openClient().call('environments')
    if (json === true) { printJson(rows); return }
    printRows(['NAME', 'KIND', 'ENABLED', 'EVERY', 'OPEN RISKS', 'LAST SCAN'], rows.map((row) => [row.name, row.kind, row.isEnabled ? 'yes' : 'no', row.schedule, row.openRisks, row.lastScan === null ? 'never' : `${row.lastScan.state} ${minute(row.lastScan.startedAt)}`]), 'nothing is connected: add an environment to whittle.yaml')
  })
  command.command('test').description('say what can be read and which permission is missing').addArgument(new Argument('<name>')).addOption(jsonOption()).action(async (name: string, { json }: { readonly json?: boolean }) => {
    const result = await openClient().call('testEnvironment', { params: { name } })
    if (json === true) printJson(result)
    else {
      printRows(['READ', 'PERMISSION', 'OUTCOME', 'WHY'], result.checks.map((check) => [check.what, check.permission, check.outcome, check.reason ?? '']), 'nothing was tried')
      say(result.missing.length === 0 ? (result.isReadable ? `everything that a scan of ${name} needs can be read` : `${name} cannot be read`) : `grant to the scanner: ${result.missing.join(', ')}`)
    }
    if (!result.isReadable) exitWith(exits.refused)
  })
  for (const [verb, endpoint, about] of [['enable', 'enableEnvironment', 'scan it again on its schedule'], ['disable', 'disableEnvironment', 'stop scanning it; its risks stay and are marked stale']] as const) {
    command.command(verb).description(about).addArgument(new Argument('<name>')).action(async (name: string) => {
      await openClient().call(endpoint, { params: { name } })
      say(`${name} is ${verb}d`)
    })
  }
  return command
}
