/** Columns of the credential report, in AWS's order. */
export const reportColumns = ['user', 'arn', 'user_creation_time', 'password_enabled', 'password_last_used', 'password_last_changed', 'password_next_rotation', 'mfa_active',
  'access_key_1_active', 'access_key_1_last_rotated', 'access_key_1_last_used_date', 'access_key_1_last_used_region', 'access_key_1_last_used_service',
  'access_key_2_active', 'access_key_2_last_rotated', 'access_key_2_last_used_date', 'access_key_2_last_used_region', 'access_key_2_last_used_service',
  'cert_1_active', 'cert_1_last_rotated', 'cert_2_active', 'cert_2_last_rotated'] as const
export type ReportColumn = (typeof reportColumns)[number]
export type ReportRow = Readonly<Partial<Record<ReportColumn, string>>>

/** The base64 `Content` of a report with these rows; what a row leaves out is `N/A`, flags are `false`. AWS quotes nothing: no user name holds a comma. */
export function printReport(rows: readonly ReportRow[]): string {
  const isFlag = (column: string): boolean => column.endsWith('_active')
  const lines = rows.map((row) => reportColumns.map((column) => row[column] ?? (isFlag(column) ? 'false' : 'N/A')).join(','))
  return Buffer.from([reportColumns.join(','), ...lines].join('\n')).toString('base64')
}

/** The report with `column` of `user` set to `value`; unchanged where there is no such user. Lines and columns that Whittle does not know stay as they are. */
export function editReport(content: string, user: string, column: ReportColumn, value: string): string {
  const [header = '', ...lines] = Buffer.from(content, 'base64').toString('utf8').split('\n')
  const columns = header.trimEnd().split(',')
  const edited = lines.map((line) => {
    const cells = line.split(',')
    return cells[columns.indexOf('user')] === user && columns.includes(column) ? cells.map((cell, index) => (columns[index] === column ? value : cell)).join(',') : line
  })
  return Buffer.from([header, ...edited].join('\n')).toString('base64')
}

/** One cell of the report, null where there is none. */
export function reportCell(content: string, user: string, column: ReportColumn): string | null {
  const [header = '', ...lines] = Buffer.from(content, 'base64').toString('utf8').split('\n').map((line) => line.trimEnd().split(','))
  const at = (name: string): number => (header === '' ? -1 : header.indexOf(name))
  return lines.find((cells) => cells[at('user')] === user)?.[at(column)] ?? null
}
