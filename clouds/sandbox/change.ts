import type { ChangeDriver, ChangeKind } from '../../model/change.ts'
import { type Instant, instantOf } from '../../model/instant.ts'
import { azureAssignmentOnFiles } from '../azure/change/on-files.ts'
import { gcpBindingOnFiles } from '../gcp/change/on-files.ts'
import { awsAccessKeyOnFiles } from './aws-access-key.ts'

/**
 * Reads and writes targets of `kind` in the files below `estateDir`, each file whole or not at all, so that the next reading of the estate shows what a
 * scan after the same change in the cloud would show. What is written is dated by `now`.
 */
export function sandboxChangeDriver(kind: ChangeKind, estateDir: string, now: () => Instant = () => instantOf(Date.now())): ChangeDriver {
  switch (kind) {
    case 'aws.access-key.status': return awsAccessKeyOnFiles(estateDir, now)
    case 'gcp.policy-binding': return gcpBindingOnFiles(estateDir, now)
    case 'azure.role-assignment': return azureAssignmentOnFiles(estateDir, now)
  }
}
