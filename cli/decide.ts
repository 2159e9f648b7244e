import { createInterface } from 'node:readline/promises'
import { Argument, Command, Option } from 'commander'
import { WhittleError } from '../model/error.ts'
import type { PlanDetail } from '../model/views.ts'
import { openClient } from './client.ts'
import { printPlan } from './plan-text.ts'
import { jsonOption, printJson } from './rows.ts'

type Options = { readonly digest?: string; readonly reason: string; readonly json?: boolean }
type Act = 'approve' | 'reject' | 'undo'

/** `whittle approve|reject|undo PLAN`. Whoever decides has read exactly this plan: its digest is given, or the plan is shown and the question asked. */
const makeOf = (act: Act): Command => new Command(act)
  .addArgument(new Argument('<plan>', 'the id of the plan'))
  .addOption(new Option('--digest <prefix>', 'the first 12 signs (or more) of the digest of the plan that you read; asked for where it is missing'))
  .addOption(new Option('--reason <text>', act === 'reject' ? 'why (needed)' : 'why').default('', 'nothing'))
  .addOption(jsonOption())
  .action(async (id: string, options: Options) => {
    if (act === 'reject' && options.reason.trim() === '') throw new WhittleError('input.invalid', 'say why you reject: --reason TEXT')
    const client = openClient()
    const params = { id }
    const plan = await client.call('plan', { params })
    await confirm(act, plan, options.digest)
    const { nonce } = await client.call('planNonce', { params })
    const body = { reason: options.reason, nonce, digest: plan.digest }
    const after = act === 'undo' ? await client.call('undo', { params, body }) : await client.call('decide', { params, body: { ...body, decision: act } })
    if (options.json === true) printJson(after)
    else printPlan(after)
  })

async function confirm(act: Act, plan: PlanDetail, digest: string | undefined): Promise<void> {
  if (digest !== undefined) {
    if (digest.length < 12 || !plan.digest.startsWith(digest.toLowerCase())) throw new WhittleError('approval.out-of-date', `the plan's digest is \`${plan.digestPrefix}\`, not \`${digest.slice(0, 64)}\`: read the plan again with \`whittle plan ${plan.id}\``)
    return
  }
  if (!process.stdin.isTTY) throw new WhittleError('input.invalid', `give the digest of the plan that you read: --digest ${plan.digestPrefix}`)
  printPlan(plan)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${act} this plan? (yes/no) `)
  terminal.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new WhittleError('approval.not-allowed', 'nothing was decided')
}

export const approve = { make: () => makeOf('approve') }
export const reject = { make: () => makeOf('reject') }
export const undo = { make: () => makeOf('undo') }
