import { gapOf } from '../analysis/aws-identity.ts'
import { cannotTell, detection, pass, violation } from '../model/detection.ts'

/** Accounts whose root user has access keys. */
export const awsRootAccessKey = detection({
  id: 'aws-root-access-key', cloud: 'aws', title: 'Root user has an access key',
  why: 'A key of the root user can do everything in the account, closing it included; no policy and no boundary of the account can hold it back.',
  likelihood: 3, impact: 4,
  readsWith: ['iam:GetAccountSummary', 'iam:GetCredentialReport'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.4' }, { framework: 'NIST 800-53 r5', control: 'AC-6(9)' }, { framework: 'MCSB v1', control: 'PA-1' }],
  blindSpots: ['whether the key is active, where only the account summary was read'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html',
  options: {},
  subjects: (estate) => estate.aws.accounts,
  identify: ({ id, root }, estate) => ({
    id: `arn:aws:iam::${id}:root`, part: '', principal: `arn:aws:iam::${id}:root`, resource: null, account: id, observedAt: root.hasAccessKeys.kind === 'unreadable' ? estate.asOf : root.hasAccessKeys.observedAt }),
  judge({ id, root: { hasAccessKeys, hasMfa } }) {
    if (hasAccessKeys.kind === 'unreadable') return cannotTell(hasAccessKeys.reason, gapOf(hasAccessKeys, `arn:aws:iam::${id}:root`, 'get-credential-report'))
    if (hasAccessKeys.kind === 'absent' || !hasAccessKeys.value) return pass
    return violation(`the root user of account \`${id}\` has an access key`, { hasMfa: hasMfa.kind === 'present' ? hasMfa.value : null })
  },
})
