const aws = (account: number, kind: string, name: string): string => `arn:aws:iam::10000000000${String(account)}:${kind}/${name}`
const entra = (number: number): string => `azure:10000000-0000-4000-8000-000000000001/30000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`
const gcp = (name: string, project: string): string => `serviceAccount:${name}@${project}.iam.gserviceaccount.com`

/** Written by hand from the story of Acme, not from the output: whom each detection must name (a principal, else a resource), and nobody else. */
export const expected: Readonly<Record<string, readonly string[]>> = {
  'aws-user-administrator': [aws(1, 'user', 'maya.okafor'), aws(1, 'user', 'break-glass'), aws(2, 'user', 'priya.nair')],
  'aws-user-lingering-administrator': [aws(1, 'user', 'break-glass')],
  'aws-role-administrator': [aws(2, 'role', 'sso/AcmeAdministrator'), aws(2, 'role', 'old-migration-admin'), aws(2, 'role', 'yearly-audit')],
  'aws-role-lingering-administrator': [aws(2, 'role', 'old-migration-admin'), aws(2, 'role', 'yearly-audit')],
  'aws-access-key-unused': [aws(2, 'user', 'deploy-bot'), aws(2, 'user', 'legacy-backup'), aws(3, 'user', 'omar.haddad'), aws(4, 'user', 'forensics-bot')],
  'aws-role-external-trust-without-external-id': [aws(2, 'role', 'data-export'), aws(2, 'role', 'yearly-audit')],
  'aws-user-console-without-mfa': [aws(2, 'user', 'lucia.romano')],
  'azure-principal-owner-at-subscription': [entra(1), entra(2), entra(31)],
  'azure-guest-with-write': [entra(12), entra(13)],
  'azure-custom-role-can-assign-roles': ['/subscriptions/20000000-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleDefinitions/50000000-0000-4000-8000-000000000001'],
  'azure-principal-inactive-with-access': [entra(6)],
  'azure-disabled-user-with-access': [entra(15)],
  'gcp-principal-basic-role': ['user:lena.fischer@acme.example', 'serviceAccount:300000000001-compute@developer.gserviceaccount.com', gcp('lab-automation', 'acme-lab')],
  'gcp-principal-token-creator-at-project': ['user:tess.moreno@acme.example'],
  'gcp-resource-public-principal': ['//storage.googleapis.com/acme-press-kit', '//bigquery.googleapis.com/projects/acme-data-prod/datasets/customers'],
  'gcp-service-account-administrator': [gcp('lab-automation', 'acme-lab')],
  'gcp-service-account-key-old': [gcp('deploy', 'acme-shop-prod'), gcp('lab-automation', 'acme-lab')],
}

/** Near misses: whoever looks risky and is not, with the reason. None of them may have any finding. */
export const healthy: readonly (readonly [string, string])[] = [
  [aws(2, 'user', 'admin-tools'), 'carries `AdministratorAccess-readonly`: an administrator by name only'],
  [aws(2, 'user', 'sven.berg'), 'has the same policies as an administrator and a deny that takes identity writes away'],
  [aws(2, 'role', 'platform-builder'), 'has AdministratorAccess under a permissions boundary'],
  [aws(3, 'user', 'dev-admin'), 'has AdministratorAccess in an account whose service control policy takes identity writes away'],
  [aws(3, 'role', 'OrganizationAccountAccessRole'), 'trusts the management account of its own organization; same service control policy'],
  [aws(4, 'role', 'identity-manager'), 'may write identities (able to escalate), but is no administrator'],
  [aws(3, 'user', 'nina.kovac'), 'power user, whose key was used 12 days ago'],
  [aws(2, 'user', 'release-bot'), 'key used yesterday; its old key is inactive'],
  [aws(2, 'user', 'ci-runner'), 'its unused key is inactive'],
  [aws(3, 'user', 'intern-2026'), 'a key that was never used, but is ten days old'],
  [aws(4, 'user', 'scanner-bot'), 'key idle for exactly the limit'],
  [aws(3, 'user', 'load-test'), 'old key inactive, young key in use'],
  [aws(2, 'role', 'monitoring'), 'trusts another company WITH an external id'],
  [aws(3, 'role', 'chat-integration'), 'trusts another company with one of two external ids'],
  [aws(2, 'role', 'cross-account-deploy'), 'trusts an account of the same organization'],
  [aws(1, 'role', 'aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations'), 'a service-linked role'],
  [entra(14), 'guest with Reader'],
  [entra(3), 'Owner of one resource group'],
  [entra(7), 'inactive, but without any access'],
  [entra(9), 'has access for 18 days and signed in'],
  [entra(10), 'signed in 89 days ago'],
  [entra(22), 'custom role with everything but access writes'],
  [entra(25), 'managed identity with a storage role on one resource group'],
  ['user:priya.nair@acme.example', 'Editor under a condition that has run out'],
  ['user:diego.santos@acme.example', 'Token Creator on one service account only'],
  [gcp('scheduler', 'acme-data-prod'), 'Token Creator on one service account only'],
  [gcp('importer', 'acme-data-prod'), 'a user-managed key that is 20 days old'],
  [gcp('reports', 'acme-data-prod'), 'an old key that is disabled'],
  [gcp('shop', 'acme-shop-prod'), 'only keys that Google manages'],
  ['user:kai.weber@partner.example', 'Viewer from another organization'],
]
