import Table from 'cli-table3'
import { Option } from 'commander'
import { printable } from './printable.ts'

const noBorder = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }

/** Rows under their headings, for people; every cell on one line that cannot steer the terminal. */
export function printRows(head: readonly string[], rows: readonly (readonly (string | number)[])[], none: string): void {
  if (rows.length === 0) { say(none); return }
  const table = new Table({ chars: noBorder, head: [...head], style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } })
  for (const row of rows) table.push(row.map((cell) => printable(String(cell))))
  process.stdout.write(`${table.toString().split('\n').map((line) => line.trimEnd()).join('\n')}\n`)
}
/** One line. */
export const say = (line: string): void => { process.stdout.write(`${printable(line)}\n`) }
export const printJson = (value: unknown): void => { process.stdout.write(`${JSON.stringify(value, null, 2)}\n`) }
/** `--json`: the server's answer as it is. */
export const jsonOption = (): Option => new Option('--json', 'print the answer as JSON')
export const minute = (at: string | null): string => (at === null ? '' : `${at.slice(0, 16).replace('T', ' ')}Z`)
