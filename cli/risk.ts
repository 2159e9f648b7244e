import { Argument, Command } from 'commander'
import { openClient } from './client.ts'
import { jsonOption, minute, printJson, printRows, say } from './rows.ts'

/** `whittle risk ID`: what, why, evidence, fixes, what happened. */
export function make(): Command {
  return new Command('risk').addArgument(new Argument('<id>', 'f_… as `whittle risks` shows it')).addOption(jsonOption())
    .action(async (id: string, { json }: { readonly json?: boolean }) => {
      const risk = await openClient().call('risk', { params: { id } })
      if (json === true) { printJson(risk); return }
      say(`${risk.title} (${risk.severity}, ${risk.state}, ${risk.certainty})`)
      say(risk.summary)
      say(`${risk.cloud} ${risk.account} · ${risk.principal ?? ''} ${risk.resource ?? ''}`)
      say(`why: ${risk.why}${risk.source === null ? '' : ` ${risk.source}`}`)
      for (const [name, value] of Object.entries(risk.evidence)) say(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      printRows(['FIX', 'WHAT IT DOES', 'AFTERWARDS'], risk.fixes.map((fix) => [fix.id, fix.title, fix.effect]), 'no fix is built yet: follow the link above')
      for (const event of risk.timeline) say(`${minute(event.at)} ${event.what} (${event.who})`)
      for (const plan of risk.plans) say(`plan ${plan.id} ${plan.state}: ${plan.title}`)
    })
}
