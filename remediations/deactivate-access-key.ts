import { z } from 'zod'
import { awsAdministrators } from '../analysis/administrator.ts'
import { awsUsers } from '../analysis/aws-identity.ts'
import { accessKeyTarget, awsAccessKeyStatus } from '../clouds/aws/change/access-key.ts'
import { canonicalHash } from '../clouds/canonical.ts'
import type { AwsUser } from '../model/aws.ts'
import type { Change } from '../model/change.ts'
import type { Remediation } from '../model/remediation.ts'
import { err, ok } from '../model/result.ts'

const evidenceSchema = z.object({ accessKeyId: z.string().nullish(), activeAccessKeys: z.array(z.string()).optional() })
const kind = awsAccessKeyStatus.kind

/** The keys that the finding names are turned off; of a finding about a user, all active ones. They keep their secret, so undoing gives them back. */
export const deactivateAccessKey: Remediation = {
  id: 'deactivate-access-key',
  title: 'Deactivate the access key',
  effect: 'Whatever still uses the key is refused at once; undoing makes the same key work again.',
  kinds: [kind],
  propose(finding, estate) {
    const owned = awsUsers(estate.aws).find(({ identity }) => identity.arn === finding.principal)
    if (owned === undefined) return err(`the user \`${finding.principal ?? '?'}\` is not in the estate any more; scan again`)
    const { identity: user, account } = owned
    const evidence = evidenceSchema.safeParse(finding.evidence).data ?? {}
    const named = evidence.activeAccessKeys ?? (typeof evidence.accessKeyId === 'string' ? [evidence.accessKeyId] : [])
    if (named.length === 0) return err(`the finding names no access key by its id; give Whittle \`iam:ListAccessKeys\` (or export it) and scan again`)
    const keys = user.accessKeys.values.filter(({ id, status }) => id !== null && named.includes(id) && status === 'Active')
    if (keys.length === 0) return err(`no key of \`${user.name}\` that the finding names is active any more; scan again`)
    const changes = keys.map(({ id }): Change => change(user, id ?? '', 'Active', 'Inactive'))
    const inverse = changes.toReversed().map(({ target }): Change => change(user, target.split('#')[1] ?? '', 'Inactive', 'Active'))
    const verdict = awsAdministrators(estate.aws).get(user.arn)?.verdict.kind
    return ok({
      remediation: 'deactivate-access-key', cloud: 'aws', account: account.id, title: `Deactivate ${keys.map(({ id }) => `access key ${id ?? ''}`).join(' and ')} of ${user.name}`,
      reason: finding.summary, changes, inverse, irreversible: [], apiCalls: changes.flatMap(awsAccessKeyStatus.apiCalls), affects: [...new Set(changes.flatMap(awsAccessKeyStatus.affects))],
      // high where the credentials are an administrator's, or may be: what was not read could make them so
      tier: verdict === 'not' ? 'low' : 'high', reducesOnly: true,
    })
  },
}

function change(user: AwsUser, keyId: string, from: 'Active' | 'Inactive', to: 'Active' | 'Inactive'): Change {
  const before = { status: from, userId: user.id }
  return { kind, target: accessKeyTarget(user.arn, keyId), before, after: { status: to, userId: user.id }, base: canonicalHash(before) }
}
