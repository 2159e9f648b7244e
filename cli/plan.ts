import { Argument, Command, Option } from 'commander'
import { WhittleError } from '../model/error.ts'
import { type Client, openClient } from './client.ts'
import { printPlan, printPreview } from './plan-text.ts'
import { jsonOption, printJson, say } from './rows.ts'

type Options = { readonly fix?: string; readonly request?: boolean; readonly reason: string; readonly json?: boolean }

/** `whittle plan FINDING`: shows what its fix would change; with `--request` it waits for somebody's approval. A plan's id shows that plan. */
export function make(): Command {
  return new Command('plan')
    .addArgument(new Argument('<finding>', 'f_… as `whittle risks` shows it, or the id of a plan'))
    .addOption(new Option('--fix <id>', 'which fix (else the first one of the risk)'))
    .addOption(new Option('--request', 'ask for it: somebody else approves it'))
    .addOption(new Option('--reason <text>', 'why, for the approver').default('', 'nothing'))
    .addOption(jsonOption())
    .action(async (finding: string, options: Options) => {
      const client = openClient()
      if (!finding.startsWith('f_')) {
        const plan = await client.call('plan', { params: { id: finding } })
        if (options.json === true) printJson(plan)
        else printPlan(plan)
        return
      }
      const remediation = options.fix ?? await firstFix(client, finding)
      if (options.request !== true) {
        const preview = await client.call('previewFix', { params: { id: finding, remediation } })
        if (options.json === true) { printJson(preview); return }
        printPreview(preview)
        say('nothing is stored: add --request to ask for it')
        return
      }
      const { id } = await client.call('requestPlan', { body: { finding, remediation, reason: options.reason } })
      const plan = await client.call('plan', { params: { id } })
      if (options.json === true) { printJson(plan); return }
      printPlan(plan)
      say(`somebody else approves it: whittle approve ${id} --digest ${plan.digestPrefix}`)
    })
}

async function firstFix(client: Client, id: string): Promise<string> {
  const risk = await client.call('risk', { params: { id } })
  const [fix] = risk.fixes
  if (fix === undefined) throw new WhittleError('plan.refused', `no fix of \`${risk.title}\` is built yet: ${risk.source ?? 'do it by hand'}`)
  return fix.id
}
