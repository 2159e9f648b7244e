import { Command } from 'commander'
import { openClient } from './client.ts'
import { exits, exitWith } from './exit.ts'
import { jsonOption, minute, printJson, printRows, say } from './rows.ts'

/** `whittle audit verify|list`. */
export function make(): Command {
  const command = new Command('audit')
  command.command('verify').description('recompute the hash chain from its first row').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const verdict = await openClient().call('verifyAudit')
    if (json === true) printJson(verdict)
    else say(verdict.isIntact ? `intact: ${String(verdict.rows)} rows, head ${verdict.head ?? ''}` : `the audit trail was changed: ${verdict.reason ?? ''}`)
    if (!verdict.isIntact) exitWith(exits.refused)
  })
  command.command('list').description('who did what, newest first').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const page = await openClient().call('audit', { query: { limit: 100 } })
    if (json === true) { printJson(page); return }
    printRows(['#', 'WHEN', 'WHO', 'WHAT', 'ABOUT', 'HASH'], page.rows.map((row) => [row.sequence, minute(row.at), row.actor, row.action, row.subject, row.hashPrefix]), 'nothing yet')
  })
  return command
}
