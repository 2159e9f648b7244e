import { accountOf, serviceAccountMember } from '../analysis/gcp-access.ts'
import { cannotTell, detection, notApplicable, pass, violation } from '../model/detection.ts'
import type { Estate } from '../model/estate.ts'
import type { GcpServiceAccount, GcpServiceAccountKey } from '../model/gcp.ts'
import { daysBetween } from '../model/instant.ts'
import type { Gap } from '../model/known.ts'

type Key = { readonly project: string; readonly account: GcpServiceAccount | null; readonly key: GcpServiceAccountKey | null; readonly gap: Gap | null }

/** Keys that people downloaded, that are enabled, and that are older than `maxAgeDays` whole days. */
export const gcpServiceAccountKeyOld = detection({
  id: 'gcp-service-account-key-old', cloud: 'gcp',
  title: 'Old service account key',
  why: 'A downloaded key works from anywhere, without a second factor and by default for ever. The older it is, the more laptops, pipelines and backups hold a copy.',
  likelihood: 3, impact: 3,
  readsWith: ['iam.serviceAccounts.list', 'iam.serviceAccountKeys.list'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS GCP 3.0', control: '1.7' }, { framework: 'CIS GCP 3.0', control: '1.4' }, { framework: 'NIST 800-53 r5', control: 'IA-5' }, { framework: 'NIST 800-53 r5', control: 'SC-12' }, { framework: 'MCSB v1', control: 'IM-3' }],
  blindSpots: ['whether the key is still used', 'HMAC keys of Cloud Storage and API keys', 'service accounts of projects that were not exported'],
  source: 'https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys',
  options: { maxAgeDays: 90 },
  subjects: keysOf,
  identify: ({ project, account, key }, estate) => ({
    id: account?.uniqueId ?? project, part: key?.id ?? '', principal: account === null ? null : serviceAccountMember(account.email), resource: project, account: accountOf(project),
    observedAt: key?.observedAt ?? account?.observedAt ?? estate.asOf,
  }),
  judge({ account, key, gap }: Key, { maxAgeDays }, estate) {
    if (account === null || key === null) return gap === null ? pass : cannotTell(`${account === null ? 'service accounts' : `keys of \`${account.email}\``} were not read: ${gap.reason}`, [gap])
    if (key.isDisabled) return notApplicable('the key is disabled')
    if (account.isDisabled) return notApplicable('the service account is disabled')
    if (key.expiresAt !== null && key.expiresAt <= estate.asOf) return notApplicable('the key has expired')
    const ageDays = daysBetween(key.createdAt, estate.asOf)
    if (ageDays <= maxAgeDays) return pass
    return violation(`key \`${key.id.slice(0, 12)}\` of \`${account.email}\` is ${ageDays} days old`, { key: key.id, createdAt: key.createdAt, expiresAt: key.expiresAt, ageDays, email: account.email }, 'certain', ageDays > 4 * maxAgeDays ? { likelihood: 4 } : {})
  },
})

function keysOf({ gcp }: Estate): readonly Key[] {
  return gcp.accounts.flatMap(({ name: project, serviceAccounts }) => [
    ...serviceAccounts.gaps.slice(0, 1).map((gap) => ({ project, account: null, key: null, gap })),
    ...serviceAccounts.values.flatMap((account): readonly Key[] => [
      ...account.keys.gaps.slice(0, 1).map((gap) => ({ project, account, key: null, gap })),
      ...account.keys.values.filter(({ kind }) => kind === 'user-managed').map((key) => ({ project, account, key, gap: null })),
    ]),
  ])
}
