import type { ChangeKind, ChangeKindAbout } from '../model/change.ts'
import { WhittleError } from '../model/error.ts'
import { awsAccessKeyStatus } from './aws/change/access-key.ts'
import { gcpPolicyBinding } from './gcp/change/policy-binding.ts'

/** Every kind of change, one line each. */
const table: Partial<Record<ChangeKind, ChangeKindAbout>> = {
  'aws.access-key.status': awsAccessKeyStatus,
  // azure
  // gcp
  'gcp.policy-binding': gcpPolicyBinding,
}

/** What everyone must know of a kind of change. @throws WhittleError `change.unsupported` */
export function changeKindAbout(kind: ChangeKind): ChangeKindAbout {
  const about = table[kind]
  if (about === undefined) throw new WhittleError('change.unsupported', `the kind of change \`${kind}\` is not known to this version`)
  return about
}
export const changeKindAbouts: readonly ChangeKindAbout[] = Object.values(table)
