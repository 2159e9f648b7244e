import { gapOf } from '../analysis/aws-identity.ts'
import { cannotTell, detection, pass, violation } from '../model/detection.ts'

/** Accounts whose root user has no MFA device. */
export const awsRootWithoutMfa = detection({
  id: 'aws-root-without-mfa', cloud: 'aws', title: 'Root user has no MFA',
  why: 'Whoever reads the mail of the root user can reset its password; without a second factor the account is theirs.',
  likelihood: 2, impact: 4,
  readsWith: ['iam:GetAccountSummary', 'iam:GetCredentialReport'],
  fixedBy: [],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.5' }, { framework: 'NIST 800-53 r5', control: 'IA-2(1)' }, { framework: 'MCSB v1', control: 'IM-6' }],
  blindSpots: ['member accounts whose root credentials the organization has removed, which need no MFA'],
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html',
  options: {},
  subjects: (estate) => estate.aws.accounts,
  identify: ({ id, root }, estate) => ({
    id: `arn:aws:iam::${id}:root`, part: '', principal: `arn:aws:iam::${id}:root`, resource: null, account: id, observedAt: root.hasMfa.kind === 'unreadable' ? estate.asOf : root.hasMfa.observedAt }),
  judge({ id, root: { hasMfa, lastUsedAt } }) {
    if (hasMfa.kind === 'unreadable') return cannotTell(hasMfa.reason, gapOf(hasMfa, `arn:aws:iam::${id}:root`, 'get-credential-report'))
    if (hasMfa.kind === 'present' && hasMfa.value) return pass
    return violation(`the root user of account \`${id}\` signs in without MFA`, { lastSignInAt: lastUsedAt.kind === 'present' ? lastUsedAt.value : null })
  },
})
