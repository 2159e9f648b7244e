import { Command, Option } from 'commander'
import { type riskQuerySchema, riskSorts } from '../model/api.ts'
import type { z } from 'zod'
import { openClient } from './client.ts'
import { jsonOption, printJson, printRows, say } from './rows.ts'

type Options = Omit<z.input<typeof riskQuerySchema>, 'cursor' | 'q'> & { readonly json?: boolean; readonly search?: string }

/** `whittle risks`: what the server knows, worst first. */
export function make(): Command {
  const command = new Command('risks').addOption(new Option('--search <text>', 'in identity, resource, account, title'))
  for (const name of ['severity', 'cloud', 'detection', 'environment', 'account']) command.addOption(new Option(`--${name} <values>`, 'only these, separated by commas'))
  return command.addOption(new Option('--state <states>', 'open, in-progress, muted, resolved').default('open,in-progress')).addOption(new Option('--sort <order>', 'which first').choices(riskSorts).default('severity'))
    .addOption(new Option('--limit <n>', 'at most so many').default('50')).addOption(jsonOption())
    .action(async ({ json, search, ...query }: Options) => {
      const page = await openClient().call('risks', { query: { ...query, ...(search !== undefined && { q: search }) } })
      if (json === true) { printJson(page); return }
      printRows(['SEVERITY', 'RISK', 'IDENTITY OR RESOURCE', 'ACCOUNT', 'ID'], page.rows.map((risk) => [risk.severity, risk.title, risk.principal ?? risk.resource ?? '', `${risk.cloud} ${risk.account}`, risk.id]), 'no risk matches')
      if (page.total > page.rows.length) say(`${String(page.rows.length)} of ${String(page.total)}: narrow it down, or raise --limit (at most 200)`)
    })
}
