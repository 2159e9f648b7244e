import type { Detection } from '../model/detection.ts'
import { awsAccessKeyUnused } from './aws-access-key-unused.ts'
import { awsRoleAdministrator } from './aws-role-administrator.ts'
import { awsRoleExternalTrustWithoutExternalId } from './aws-role-external-trust-without-external-id.ts'
import { awsRoleLingeringAdministrator } from './aws-role-lingering-administrator.ts'
import { awsRootAccessKey } from './aws-root-access-key.ts'
import { awsRootWithoutMfa } from './aws-root-without-mfa.ts'
import { awsUserAdministrator } from './aws-user-administrator.ts'
import { awsUserConsoleWithoutMfa } from './aws-user-console-without-mfa.ts'
import { awsUserLingeringAdministrator } from './aws-user-lingering-administrator.ts'
import { azureCustomRoleCanAssignRoles } from './azure-custom-role-can-assign-roles.ts'
import { azureDisabledUserWithAccess } from './azure-disabled-user-with-access.ts'
import { azureGuestWithWrite } from './azure-guest-with-write.ts'
import { azurePrincipalInactiveWithAccess } from './azure-principal-inactive-with-access.ts'
import { azurePrincipalOwnerAtSubscription } from './azure-principal-owner-at-subscription.ts'
import { gcpPrincipalBasicRole } from './gcp-principal-basic-role.ts'
import { gcpPrincipalTokenCreatorAtProject } from './gcp-principal-token-creator-at-project.ts'
import { gcpResourcePublicPrincipal } from './gcp-resource-public-principal.ts'
import { gcpServiceAccountAdministrator } from './gcp-service-account-administrator.ts'
import { gcpServiceAccountKeyOld } from './gcp-service-account-key-old.ts'

/** Every detection, one line each, sorted by id; `test/architecture/registry.test.ts` holds that every file of this folder is here. */
export const detections: readonly Detection[] = [
  // aws
  awsAccessKeyUnused,
  awsRoleAdministrator,
  awsRoleExternalTrustWithoutExternalId,
  awsRoleLingeringAdministrator,
  awsRootAccessKey,
  awsRootWithoutMfa,
  awsUserAdministrator,
  awsUserConsoleWithoutMfa,
  awsUserLingeringAdministrator,

  // azure
  azureCustomRoleCanAssignRoles,
  azureDisabledUserWithAccess,
  azureGuestWithWrite,
  azurePrincipalInactiveWithAccess,
  azurePrincipalOwnerAtSubscription,

  // gcp
  gcpPrincipalBasicRole,
  gcpPrincipalTokenCreatorAtProject,
  gcpResourcePublicPrincipal,
  gcpServiceAccountAdministrator,
  gcpServiceAccountKeyOld,

]
