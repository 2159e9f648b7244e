import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WhittleError } from '../model/error.ts'
import type { Playbook } from '../model/playbook.ts'
import { printYamlProblems } from '../yaml-document.ts'
import { checkPlaybook, type PlaybookWords } from './check.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The playbooks that Whittle ships, by id: every `.yaml` of this folder, each named like its file. @throws WhittleError `playbook.invalid` with every error's line and column */
export function shippedPlaybooks(words: PlaybookWords): ReadonlyMap<string, Playbook> {
  return new Map(readdirSync(folder).filter((name) => name.endsWith('.yaml')).toSorted().map((name) => {
    const checked = checkPlaybook(readFileSync(`${folder}${name}`, 'utf8'), words)
    if (!checked.ok) throw new WhittleError('playbook.invalid', printYamlProblems(`playbooks/${name}`, checked.error))
    if (`${checked.value.id}.yaml` !== name) throw new WhittleError('playbook.invalid', `playbooks/${name}: the id \`${checked.value.id}\` is not the file's name`)
    return [checked.value.id, checked.value] as const
  }))
}
