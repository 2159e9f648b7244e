import { setTimeout as sleep } from 'node:timers/promises'
import { Argument, Command, Option } from 'commander'
import { WhittleError } from '../model/error.ts'
import type { ScanRow } from '../model/views.ts'
import { type Client, openClient } from './client.ts'
import { jsonOption, minute, printJson, printRows, say } from './rows.ts'

/** `whittle scan NAME`: an environment is scanned now; waits for the end and shows the progress, unless told not to. */
export const scan = { make: (): Command => new Command('scan')
  .addArgument(new Argument('<name>', 'an environment of whittle.yaml')).addOption(new Option('--no-wait', 'only start it')).addOption(jsonOption())
  .action(async (environment: string, { wait, json }: { readonly wait: boolean; readonly json?: boolean }) => {
    const client = openClient()
    const { id } = await client.call('startScan', { body: { environment } })
    const ended = wait ? await waitFor(client, id, json === true) : await client.call('scan', { params: { id } })
    if (json === true) { printJson(ended); return }
    say(line(ended))
    if (ended.state === 'failed') throw new WhittleError('cloud.unavailable', `the scan failed: ${ended.reason ?? 'look at the log of the scanner'}`)
  }) }

/** `whittle scans`: the newest ones. */
export const scans = { make: (): Command => new Command('scans')
  .addOption(new Option('--environment <name>', 'only of this one')).addOption(jsonOption())
  .action(async ({ environment, json }: { readonly environment?: string; readonly json?: boolean }) => {
    const page = await openClient().call('scans', { query: { ...(environment !== undefined && { environment }) } })
    if (json === true) { printJson(page); return }
    printRows(['STARTED', 'ENVIRONMENT', 'STATE', 'ACCOUNTS', 'NEW', 'GONE', 'NOT READ', 'BROKEN', 'BY', 'ID'], page.rows.map((row) => [minute(row.startedAt), row.environment, row.state, `${String(row.accountsDone)}/${String(row.accountsTotal)}`, row.opened, row.resolved, row.unread, row.problems, row.startedBy, row.id]), 'nothing was scanned yet: whittle scan NAME')
  }) }

async function waitFor(client: Client, id: string, isQuiet: boolean): Promise<ScanRow> {
  for (let shown = ''; ;) {
    const now = await client.call('scan', { params: { id } })
    if (now.state !== 'running') return now
    const text = line(now)
    if (text !== shown && !isQuiet) say(text)
    shown = text
    await sleep(700)
  }
}
const line = (row: ScanRow): string => (row.state === 'running' ? `scan of ${row.environment}: ${row.step}, ${String(row.accountsDone)} of ${String(row.accountsTotal)} accounts`
  : `scan of ${row.environment}: ${row.state}, ${String(row.opened)} new and ${String(row.resolved)} gone risks, ${String(row.unread)} facts not read, ${String(row.problems)} broken answers${row.reason === null ? '' : ` (${row.reason})`}`)
