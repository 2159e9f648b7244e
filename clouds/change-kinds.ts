import type { ChangeKind, ChangeKindAbout } from '../model/change.ts'
import { awsAccessKeyStatus } from './aws/change/access-key.ts'
import { azureRoleAssignment } from './azure/change/role-assignment.ts'
import { gcpPolicyBinding } from './gcp/change/policy-binding.ts'

/** Every kind of change, one line each. */
const table: Readonly<Record<ChangeKind, ChangeKindAbout>> = {
  'aws.access-key.status': awsAccessKeyStatus,
  // azure
  'azure.role-assignment': azureRoleAssignment,
  // gcp
  'gcp.policy-binding': gcpPolicyBinding,
}

/** What everyone must know of a kind of change */
export const changeKindAbout = (kind: ChangeKind): ChangeKindAbout => table[kind]
export const changeKindAbouts: readonly ChangeKindAbout[] = Object.values(table)
