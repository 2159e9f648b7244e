import Table from 'cli-table3'
import pico from 'picocolors'
import { severities, type Severity } from '../model/detection.ts'
import type { Analysis, Finding } from '../model/finding.ts'
import { printable } from './printable.ts'

/** `width` undefined = not a terminal; `isColoured` undefined = as the terminal bears. */
export type TableOptions = { readonly label: string | null; readonly width: number | undefined; readonly isColoured?: boolean | undefined }
type Colours = ReturnType<typeof pico.createColors>

const LISTED = 10
/** A finding's id is never cut off: people copy it. */
const ID_WIDTH = 29
const noBorder = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' }

/** The analysis for people: what was looked at, the risks worst first, then everything that keeps the answer from being complete. */
export function renderTable(analysis: Analysis, { label, width, isColoured }: TableOptions): string {
  const colours = pico.createColors(isColoured)
  const columns = Math.min(Math.max(width ?? 120, 60), 200)
  const sections = [
    headline(analysis, label, colours),
    analysis.findings.length === 0 ? colours.green('no risk found in what was read') : riskTable(analysis.findings, columns, colours),
    list('unknown: could not be judged', analysis.unknown.map(({ detection, subject, reason }) => `${subject}: ${reason} (${detection})`), columns, colours),
    list('not read: would make the answer more certain', analysis.unread.map(({ what, why, subjects }) => `${what}: ${why}${subjects > 0 ? ` (${count(subjects, 'subject')})` : ''}`), columns, colours),
    list('broken: not analysed', analysis.problems.map(({ file, position, reason }) => `${file} at ${position}: ${reason}`), columns, colours),
    summary(analysis, colours),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function headline({ asOf, estate }: Analysis, label: string | null, colours: Colours): string {
  const part = (key: string, one: string, many: string) => { const n = estate[key] ?? 0; return n === 0 ? [] : [`${String(n)} ${n === 1 ? one : many}`] }
  const parts = [...part('awsAccounts', 'AWS account', 'AWS accounts'), ...part('azureAccounts', 'Azure subscription', 'Azure subscriptions'),
    ...part('gcpAccounts', 'Google Cloud project', 'Google Cloud projects'), count(estate['principals'] ?? 0, 'identity', 'identities')]
  return `${colours.bold(printable(label ?? 'Estate'))} as of ${asOf.slice(0, 16).replace('T', ' ')} UTC: ${parts.join(', ')}`
}

function riskTable(findings: readonly Finding[], columns: number, colours: Colours): string {
  const first = 9
  const rest = columns - first - 3
  const second = rest - Math.max(ID_WIDTH, Math.floor(rest * 0.42))
  const table = new Table({
    chars: noBorder, wordWrap: true, wrapOnWordBoundary: true, colWidths: [first, second, rest - second],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 }, head: ['severity', 'risk', 'identity or resource'].map((text) => colours.dim(text)),
  })
  for (const finding of findings) {
    const about = [finding.principal, finding.resource].flatMap((name) => (name === null ? [] : [name]))
    table.push([
      paint(finding.severity, colours),
      `${colours.bold(fold(finding.title, second - 2))}\n${fold(sentence(finding), second - 2)}`,
      `${about.map((name) => fold(name, rest - second - 2)).join('\n')}\n${colours.dim(finding.id)}`,
    ])
  }
  return table.toString().split('\n').map((line) => line.trimEnd()).join('\n')
}

const sentence = ({ summary, certainty }: Finding): string => (certainty === 'certain' ? summary : `${summary} (${certainty})`)

/** On lines of at most `width`: words stay whole where they can; a name that is longer than a line is cut into lines, after a separator where it has one, and never off. */
function fold(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of printable(text).split(' ')) {
    for (const [index, piece] of piecesOf(word, width).entries()) {
      const glued = index > 0 || line === '' ? piece : ` ${piece}`
      if (index === 0 && line.length + glued.length <= width) { line += glued; continue }
      if (line !== '') lines.push(line)
      line = piece
    }
  }
  return [...lines, line].join('\n')
}

function piecesOf(word: string, width: number): readonly string[] {
  const pieces: string[] = []
  let rest = [...word]
  while (rest.length > width) {
    const separator = rest.slice(0, width).findLastIndex((character, index) => index > width / 3 && '/:@.-_#|'.includes(character))
    const length = separator === -1 ? width : separator + 1
    pieces.push(rest.slice(0, length).join(''))
    rest = rest.slice(length)
  }
  return [...pieces, rest.join('')]
}

function list(title: string, lines: readonly string[], columns: number, colours: Colours): string {
  if (lines.length === 0) return ''
  const more = lines.length > LISTED ? [colours.dim(`… and ${String(lines.length - LISTED)} more (\`--format json\` has all)`)] : []
  return [colours.yellow(title), ...lines.slice(0, LISTED).map((line) => `  ${fold(line, columns - 4).replaceAll('\n', '\n    ')}`), ...more].join('\n')
}

function summary({ findings, unknown, coverage, problems }: Analysis, colours: Colours): string {
  const bySeverity = severities.flatMap((severity) => { const n = findings.filter((finding) => finding.severity === severity).length; return n === 0 ? [] : [`${String(n)} ${severity}`] })
  const judged = coverage.reduce((sum, { judged: n }) => sum + n, 0)
  const parts = [`${count(findings.length, 'risk')}${bySeverity.length > 0 ? ` (${bySeverity.join(', ')})` : ''}`, `${count(judged, 'judgement')} by ${count(coverage.length, 'detection')}`,
    ...(unknown.length > 0 ? [`${String(unknown.length)} unknown`] : []), ...(problems.length > 0 ? [colours.yellow(`${count(problems.length, 'broken file')}`)] : [])]
  return parts.join(' · ')
}

function paint(severity: Severity, colours: Colours): string {
  switch (severity) {
    case 'critical': return colours.bold(colours.red(severity))
    case 'high': return colours.red(severity)
    case 'medium': return colours.yellow(severity)
    case 'low': return colours.cyan(severity)
    case 'info': return colours.dim(severity)
  }
}

const count = (n: number, one: string, many = `${one}s`): string => `${String(n)} ${n === 1 ? one : many}`
