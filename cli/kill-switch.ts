import { Argument, Command, Option } from 'commander'
import { WhittleError } from '../model/error.ts'
import { openClient } from './client.ts'
import { minute, say } from './rows.ts'

/** `whittle kill-switch [on|off] --reason TEXT`: no new write to any cloud, or again. */
export function make(): Command {
  return new Command('kill-switch').addArgument(new Argument('[to]', 'nothing: say how it stands').choices(['on', 'off'])).addOption(new Option('--reason <text>', 'why (needed to turn it)'))
    .action(async (to: string | undefined, { reason }: { readonly reason?: string }) => {
      if (to !== undefined && (reason ?? '').trim() === '') throw new WhittleError('input.invalid', 'say why: --reason TEXT')
      const client = openClient()
      const state = to === undefined ? await client.call('killSwitch') : await client.call('setKillSwitch', { body: { isOn: to === 'on', reason: reason ?? '' } })
      say(`the kill switch is ${state.isOn ? 'on: nothing new is written to any cloud' : 'off'}${state.by === null ? '' : ` (${state.by}, ${minute(state.at)}: ${state.reason ?? ''})`}`)
    })
}
