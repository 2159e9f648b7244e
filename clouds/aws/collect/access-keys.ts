import type { AwsAccessKey } from '../../../model/aws.ts'
import { type Instant, instant } from '../../../model/instant.ts'
import { absent, type Collected, collected, type Known, present, unreadable } from '../../../model/known.ts'
import { encodeArgument } from '../../estate-path.ts'
import type { Report, ReportRow } from './credential-report.ts'
import { entriesOf, never, open, openOne, type Reading } from './reading.ts'
import { accessKeyLastUsed, accessKeyMetadata } from './schema.ts'

type ReportKey = ReportRow['keys'][number]
const SAME_KEY_MS = 60_000

/** The access keys of one user: from `list-access-keys` with ids, else from the credential report without. Last use from either, whichever was read. */
export function readAccessKeys(reading: Reading, accountId: string, user: { readonly name: string; readonly arn: string }, report: Known<Report>): Collected<AwsAccessKey> {
  const folder = `aws/${accountId}/global/iam`
  const opened = open(reading, `${folder}/list-access-keys/${encodeArgument(user.name)}`, ['NoSuchEntity'])
  const row = report.kind === 'present' ? report.value.rows.get(user.arn) : undefined
  const reported = row?.keys.filter((key) => key.createdAt !== null || key.isActive) ?? []
  const reportedAt = report.kind === 'present' ? report.value.observedAt : never
  if (opened.kind === 'missing') {
    if (row !== undefined) return collected(reported.map((key) => fromReport(key, reportedAt)), reportedAt)
    // because one reason for all users is told once, not once per user
    const isNowhere = opened.gap.why === 'not-exported'
    return collected([], never, [isNowhere ? { what: `${folder}/list-access-keys`, why: 'not-exported', reason: 'neither the access keys nor the credential report were exported' } : opened.gap])
  }
  const { entries, gaps } = entriesOf(reading, opened, 'AccessKeyMetadata', accessKeyMetadata)
  const keys = entries.map(({ value }): AwsAccessKey => {
    const createdAt = instant(value.CreateDate)
    const twin = reported.find((key) => key.createdAt !== null && Math.abs(Date.parse(key.createdAt) - Date.parse(createdAt)) < SAME_KEY_MS)
    const lastUsedAt = readLastUsed(reading, `${folder}/get-access-key-last-used/${encodeArgument(value.AccessKeyId)}`)
    const isKnown = lastUsedAt.kind !== 'unreadable' || twin === undefined
    return {
      id: value.AccessKeyId, slot: twin?.slot ?? null, status: value.Status === 'Active' ? 'Active' : 'Inactive', createdAt,
      lastUsedAt: isKnown ? lastUsedAt : known(twin.lastUsedAt, reportedAt), observedAt: opened.observedAt,
    }
  })
  return collected(keys, opened.observedAt, gaps)
}

function fromReport(key: ReportKey, observedAt: Instant): AwsAccessKey {
  return { id: null, slot: key.slot, status: key.isActive ? 'Active' : 'Inactive', createdAt: key.createdAt ?? observedAt, lastUsedAt: known(key.lastUsedAt, observedAt), observedAt }
}

const known = (at: Instant | null, observedAt: Instant): Known<Instant> => (at === null ? absent(observedAt) : present(at, observedAt))

function readLastUsed(reading: Reading, path: string): Known<Instant> {
  const answer = openOne(reading, path, { schema: accessKeyLastUsed, isNoted: false })
  if (answer.kind !== 'present') return answer
  const date = answer.value.AccessKeyLastUsed.LastUsedDate
  if (date === undefined || date === 'N/A') return absent(answer.observedAt)
  return Number.isNaN(Date.parse(date)) ? unreadable('broken', `\`${path}\` has the date \`${date}\``) : present(instant(date), answer.observedAt)
}
