import { type Instant, instant, instantOf } from '../../../model/instant.ts'
import { absent, type Known, present, unreadable } from '../../../model/known.ts'
import { openNoted, problemOf, type Reading } from './reading.ts'
import { credentialReport } from './schema.ts'

/** One line of the credential report. Dates are null where the report says `N/A`, `no_information` or `not_supported`. */
export type ReportRow = {
  readonly arn: string
  readonly hasPassword: boolean
  readonly passwordLastUsedAt: Instant | null
  readonly passwordLastChangedAt: Instant | null
  readonly hasMfa: boolean
  /** The first and the second key, active or not; one that was never made has no creation. */
  readonly keys: readonly { readonly slot: 1 | 2; readonly isActive: boolean; readonly createdAt: Instant | null; readonly lastUsedAt: Instant | null }[]
}
/** `observedAt` is when AWS made the report, at most four hours before it was read. */
export type Report = { readonly rows: ReadonlyMap<string, ReportRow>; readonly observedAt: Instant }

/** The credential report of an account, by ARN; the root user's ARN ends in `:root`. A line that does not fit is a problem. */
export function readCredentialReport(reading: Reading, accountId: string): Known<Report> {
  const path = `aws/${accountId}/global/iam/get-credential-report`
  const opened = openNoted(reading, path)
  if (opened.kind === 'absent') return opened
  if (opened.kind === 'missing') return unreadable(opened.gap.why, opened.gap.reason)
  const [page] = opened.pages
  const parsed = credentialReport.safeParse(page?.value)
  const file = page?.file ?? path
  if (!parsed.success) {
    const problem = problemOf(file, '', parsed.error)
    reading.problems.push(problem)
    return unreadable('broken', `\`${file}\` at \`${problem.position}\` ${problem.reason}`)
  }
  const text = parsed.data.Content.includes(',') ? parsed.data.Content : Buffer.from(parsed.data.Content, 'base64').toString('utf8')
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line !== '').map(cells)
  if (header?.[0] !== 'user' || !header.includes('arn')) {
    reading.problems.push({ file, position: '/Content', reason: 'is no credential report: expected CSV, in base64, that begins with `user,arn`' })
    return unreadable('broken', `\`${file}\` holds no credential report`)
  }
  const generated = parsed.data.GeneratedTime
  const observedAt = generated === undefined ? opened.observedAt : earlier(instant(generated), opened.observedAt)
  const rows = new Map<string, ReportRow>()
  lines.forEach((line, index) => {
    const row = readRow(header, realigned(line, header.length))
    if (row === null) reading.problems.push({ file, position: `/Content line ${index + 2}`, reason: `has ${line.length} columns where ${header.length} were expected, or no ARN` })
    else rows.set(row.arn, row)
  })
  return present({ rows, observedAt }, observedAt)
}

const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)

/** The cells of one CSV line; quotes as RFC 4180 has them. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

/** User names may hold commas, which stand unquoted in the first two columns: as many extra cells in the one as in the other. */
function realigned(line: readonly string[], width: number): readonly string[] {
  const extra = line.length - width
  if (extra <= 0 || extra % 2 !== 0) return line
  const span = extra / 2 + 1
  return [line.slice(0, span).join(','), line.slice(span, 2 * span).join(','), ...line.slice(2 * span)]
}

function readRow(header: readonly string[], line: readonly string[]): ReportRow | null {
  // The report of an account without certificates or second keys may leave out trailing columns, but never has more than its header.
  if (line.length > header.length) return null
  const cell = (name: string): string => line[header.indexOf(name)] ?? ''
  const date = (name: string): Instant | null => (Number.isNaN(Date.parse(cell(name))) ? null : instantOf(Date.parse(cell(name))))
  const arn = cell('arn')
  if (!arn.startsWith('arn:')) return null
  const key = (slot: 1 | 2) => ({ slot, isActive: cell(`access_key_${slot}_active`) === 'true', createdAt: date(`access_key_${slot}_last_rotated`), lastUsedAt: date(`access_key_${slot}_last_used_date`) })
  return {
    arn, hasPassword: cell('password_enabled') === 'true', passwordLastUsedAt: date('password_last_used'), passwordLastChangedAt: date('password_last_changed'),
    hasMfa: cell('mfa_active') === 'true', keys: [key(1), key(2)],
  }
}

/** A fact of one row: unknown where the report or the row is missing (users younger than the report have none yet). */
export function rowFact<T>(report: Known<Report>, arn: string, fact: (row: ReportRow) => T | null): Known<T> {
  if (report.kind !== 'present') return report.kind === 'absent' ? unreadable('not-exported', 'there is no credential report') : report
  const row = report.value.rows.get(arn)
  if (row === undefined) return unreadable('not-exported', `the credential report has no line for \`${arn}\``)
  const value = fact(row)
  return value === null ? absent(report.value.observedAt) : present(value, report.value.observedAt)
}
