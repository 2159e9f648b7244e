import { readFileSync, statSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { detections } from '../detections/index.ts'
import { WhittleError } from '../model/error.ts'
import { checkPlaybook } from '../playbooks/check.ts'
import { remediations } from '../remediations/index.ts'
import { printYamlProblems } from '../yaml-document.ts'
import { openClient } from './client.ts'
import { jsonOption, printJson, printRows, say } from './rows.ts'

const MOST_BYTES = 256 * 1024

/** `whittle playbook check|list|run`. */
export function make(): Command {
  const command = new Command('playbook')
  command.command('check').description('name every error of a playbook with line and column, offline').addArgument(new Argument('<file>')).action((file: string) => {
    const checked = checkPlaybook(read(file), { detections: detections.map(({ id }) => id), remediations: remediations.map(({ id }) => id) })
    if (!checked.ok) throw new WhittleError('playbook.invalid', printYamlProblems(file, checked.error))
    say(`${file} is a playbook: ${checked.value.title} (${checked.value.steps.map((step) => step.kind).join(', ')})`)
  })
  command.command('list').description('the playbooks that can be run').addOption(jsonOption()).action(async ({ json }: { readonly json?: boolean }) => {
    const { rows } = await openClient().call('playbooks')
    if (json === true) { printJson(rows); return }
    printRows(['ID', 'TITLE', 'MODE', 'STEPS', 'DIGEST'], rows.map((row) => [row.id, row.title, row.mode, row.steps.join(', '), row.digestPrefix]), 'there are none')
  })
  command.command('run').description('run a playbook for one risk').addArgument(new Argument('<id>', 'as `whittle playbook list` shows it')).addArgument(new Argument('<finding>', 'f_…')).action(async (playbook: string, finding: string) => {
    const { id } = await openClient().call('startRun', { body: { playbook, finding } })
    say(`run ${id} has begun; its steps are on the page /runs/${id}`)
  })
  return command
}

function read(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile()) throw new WhittleError('input.invalid', `\`${file}\` is no file`)
  if (found.size > MOST_BYTES) throw new WhittleError('playbook.invalid', `\`${file}\` is larger than 256 KiB`)
  return readFileSync(file, 'utf8')
}
