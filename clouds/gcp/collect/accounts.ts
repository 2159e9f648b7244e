import type { z } from 'zod'
import type { GcpActivity, GcpGroup, GcpServiceAccount, GcpServiceAccountKey } from '../../../model/gcp.ts'
import type { Instant } from '../../../model/instant.ts'
import { type Collected, type Known, present, unreadable } from '../../../model/known.ts'
import { encodeArgument } from '../../estate-path.ts'
import { memberOfKey } from '../member.ts'
import { lastSegment } from '../resource-name.ts'
import { readList, type Reading } from './read.ts'
import { keyShape, logEntryShape, membershipShape, serviceAccountShape } from './shapes.ts'

/** The service accounts of one project with their keys; `folder` is the project's. */
export function readServiceAccounts(reading: Reading, folder: string, project: string): Collected<GcpServiceAccount> {
  const listed = readList(reading, { path: `${folder}/service-accounts`, field: 'accounts', shape: serviceAccountShape, toValue: (account, observedAt) => ({ account, observedAt }) })
  const values = listed.values.map(({ account, observedAt }): GcpServiceAccount => ({
    email: account.email.toLowerCase(), uniqueId: account.uniqueId, project, displayName: account.displayName ?? account.email, isDisabled: account.disabled === true,
    keys: readList(reading, { path: `${folder}/service-account-keys/${encodeArgument(account.email)}`, field: 'keys', shape: keyShape, toValue: toKey }), observedAt,
  }))
  return { ...listed, values }
}

const NEVER = 9999
function toKey(key: z.output<typeof keyShape>, observedAt: Instant): GcpServiceAccountKey {
  const expires = key.validBeforeTime !== undefined && new Date(key.validBeforeTime).getUTCFullYear() < NEVER ? key.validBeforeTime : null
  return { id: lastSegment(key.name), kind: key.keyType === 'SYSTEM_MANAGED' ? 'system-managed' : 'user-managed', createdAt: key.validAfterTime, expiresAt: expires, isDisabled: key.disabled === true, observedAt }
}

/** The members of every group that is named in `emails` or was exported, and of the groups inside them. */
export function readGroups(reading: Reading, top: string, emails: ReadonlySet<string>): readonly GcpGroup[] {
  const folder = `${top}/group-memberships`
  const exported = reading.source.list(folder).map((email) => email.toLowerCase())
  const isGroup = (email: string): boolean => exported.includes(email) || emails.has(email)
  const groups = new Map<string, GcpGroup>()
  const queue = [...new Set([...exported, ...emails])].sort()
  for (let email = queue.shift(); email !== undefined; email = queue.shift()) {
    if (groups.has(email)) continue
    const members = readList(reading, { path: `${folder}/${encodeArgument(email)}`, field: 'memberships', shape: membershipShape,
      toValue: ({ preferredMemberKey, type }) => memberOfKey(preferredMemberKey.id, type ?? null, isGroup) })
    groups.set(email, { email, members })
    queue.push(...members.values.filter((member) => member.startsWith('group:')).map((member) => member.slice('group:'.length)))
  }
  return [...groups.values()]
}

/** The newest entry of every caller. The log is optional: where it was not exported that is no gap of the scan. */
export function readActivity(reading: Reading, folder: string): Known<GcpActivity> {
  const path = `${folder}/audit-log`
  if (reading.source.read(path).kind === 'not-exported') return unreadable('not-exported', `\`${path}.json\` was not exported`)
  const entries = readList(reading, { path, field: 'entries', shape: logEntryShape, toValue: ({ timestamp, protoPayload }) =>
    ({ at: timestamp, method: protoPayload?.methodName ?? '', email: protoPayload?.authenticationInfo?.principalEmail?.toLowerCase() ?? null }) })
  const gap = entries.gaps[0]
  const times = entries.values.map(({ at }) => at).sort()
  if (gap !== undefined && entries.values.length === 0) return unreadable(gap.why, gap.reason)
  const lastSeen = new Map<string, { email: string; at: Instant; method: string }>()
  for (const { email, at, method } of entries.values.toSorted((a, b) => (a.at < b.at ? -1 : 1))) if (email !== null) lastSeen.set(email, { email, at, method })
  return present({ from: times[0] ?? entries.observedAt, until: times.at(-1) ?? entries.observedAt, lastSeen: [...lastSeen.values()] }, entries.observedAt)
}
