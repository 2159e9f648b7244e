import type { Remediation } from '../model/remediation.ts'
import { deactivateAccessKey } from './deactivate-access-key.ts'
import { removePolicyBinding } from './remove-policy-binding.ts'
import { removeRoleAssignment } from './remove-role-assignment.ts'

/** Every remediation, one line each, sorted by id; `test/architecture/registry.test.ts` holds that every file of this folder is here. */
export const remediations: readonly Remediation[] = [
  // aws
  deactivateAccessKey,

  // azure
  removeRoleAssignment,

  // gcp
  removePolicyBinding,

]
