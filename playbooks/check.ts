import { parse } from '@bufbuild/cel'
import { durationSeconds, type Playbook, playbookSchema } from '../model/playbook.ts'
import { err, ok, type Result } from '../model/result.ts'
import { positionIn, readYaml, type YamlProblem } from '../yaml-document.ts'

/** Ids that a playbook may name. */
export type PlaybookWords = { readonly detections: readonly string[]; readonly remediations: readonly string[] }
type Path = readonly PropertyKey[]
type Complaint = readonly [Path, string]

/** The playbook that `text` writes, or everything that is wrong with it, each with line and column in the order of the file (CONTRACTS §7). */
export function checkPlaybook(text: string, words: PlaybookWords): Result<Playbook, readonly YamlProblem[]> {
  const read = readYaml(text, playbookSchema)
  if (!read.ok) return read
  const complaints = [...unknownWords(read.value, words), ...wrongOrder(read.value), ...wrongWaits(read.value), ...wrongMode(read.value)]
  if (complaints.length === 0) return ok(read.value)
  const problems = complaints.map(([path, reason]) => ({ ...positionIn(text, path), reason }))
  return err(problems.toSorted((a, b) => a.line - b.line || a.column - b.column))
}

function unknownWords(playbook: Playbook, words: PlaybookWords): Complaint[] {
  const triggers = playbook.triggers.flatMap((trigger, at) => (trigger.detection ?? []).flatMap((id, index): Complaint[] =>
    words.detections.includes(id) ? [] : [[['triggers', at, 'detection', index], `there is no detection \`${shown(id)}\`${nearest(id, words.detections)}`]]))
  const steps = playbook.steps.flatMap((step, at): Complaint[] =>
    step.kind !== 'apply' || step.remediation === undefined || words.remediations.includes(step.remediation) ? []
      : [[['steps', at, 'remediation'], `there is no remediation \`${shown(step.remediation)}\`${nearest(step.remediation, words.remediations)}`]])
  return [...triggers, ...steps]
}

/** Every `apply` is asked for before it and verified after it, and no step id is used twice. */
function wrongOrder(playbook: Playbook): Complaint[] {
  const kinds = playbook.steps.map((step) => step.kind)
  return playbook.steps.flatMap((step, at): Complaint[] => {
    const found: Complaint[] = []
    if (playbook.steps.findIndex((other) => other.id === step.id) !== at) found.push([['steps', at, 'id'], `the step id \`${step.id}\` is used twice: rename one`])
    if (step.kind === 'apply' && playbook.mode === 'ask' && !kinds.slice(0, at).includes('ask')) found.push([['steps', at, 'kind'], '`apply` stands before any `ask`: nothing may be changed unasked in mode `ask`'])
    if (step.kind === 'apply' && kinds.indexOf('apply') !== at) found.push([['steps', at, 'kind'], 'a playbook applies once: write a second playbook for a second fix'])
    if (step.kind === 'ask' && kinds.indexOf('ask') !== at) found.push([['steps', at, 'kind'], 'a playbook asks once: the answer is bound to the one plan'])
    if (step.kind === 'ask' && !kinds.slice(at).includes('apply')) found.push([['steps', at, 'kind'], '`ask` is followed by no `apply`: nothing would come of the answer'])
    if (step.kind === 'verify' && !kinds.slice(0, at).includes('apply')) found.push([['steps', at, 'kind'], '`verify` stands before `apply`: there is nothing to verify yet'])
    return found
  })
}

function wrongWaits(playbook: Playbook): Complaint[] {
  return playbook.steps.flatMap((step, at): Complaint[] => {
    if (step.kind !== 'ask') return []
    const wait = durationSeconds(step.wait)
    const tooLong: Complaint[] = wait > 30 * 86_400 ? [[['steps', at, 'wait'], `\`${step.wait}\` is longer than 30 days`]] : []
    const late = step.reminders.flatMap((reminder, index): Complaint[] => (durationSeconds(reminder) < wait ? [] : [[['steps', at, 'reminders', index], `the reminder after \`${reminder}\` comes when the wait of \`${step.wait}\` is over`]]))
    return [...tooLong, ...late]
  })
}

function wrongMode(playbook: Playbook): Complaint[] {
  const changes = playbook.steps.findIndex((step) => step.kind === 'apply')
  if (playbook.mode === 'observe' && changes >= 0) return [[['steps', changes, 'kind'], 'mode `observe` changes nothing: remove `apply` or use mode `ask`']]
  if (playbook.mode === 'auto') return [[['mode'], 'mode `auto` needs a standing approval, which this version cannot give: use mode `ask`']]
  return playbook.triggers.flatMap((trigger, at): Complaint[] => {
    const wrong = trigger.when === undefined ? null : wrongExpression(trigger.when)
    return wrong === null ? [] : [[['triggers', at, 'when'], wrong]]
  })
}

/** Why `text` is no CEL expression, or null. Parsed only: what an expression says is evaluated in a thread of its own. */
function wrongExpression(text: string): string | null {
  const depth = [...text].reduce((found, letter) => ({ now: found.now + ('([{'.includes(letter) ? 1 : ')]}'.includes(letter) ? -1 : 0), most: Math.max(found.most, found.now + 1) }), { now: 0, most: 0 }).most
  if (depth > 32) return 'the expression is nested more than 32 levels deep'
  try {
    parse(text)
    return null
  } catch (cause) {
    return `the expression cannot be read: ${cause instanceof Error ? cause.message.replace(/^<input>:/, 'at ').replace(/ but expecting .*$/s, '') : 'it is no CEL'}`
  }
}

const shown = (text: string): string => text.slice(0, 80)

/** `: did you mean …` where one id is at most three edits away. */
function nearest(text: string, ids: readonly string[]): string {
  const best = ids.map((id) => [edits(text.slice(0, 80), id), id] as const).toSorted((a, b) => a[0] - b[0])[0]
  return best && best[0] <= 3 ? `: did you mean \`${best[1]}\`?` : ''
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) next.push(Math.min((row[j] ?? 0) + (letter === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    row = next
  }
  return row[b.length] ?? 0
}
