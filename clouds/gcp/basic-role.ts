export const basicRoles: readonly string[] = ['roles/owner', 'roles/editor', 'roles/viewer']

/** What every basic role leaves out: acting as a service account by its credentials, and what belongs to folders and organizations. */
const inNone = /^(iam\.serviceAccounts\.(getAccessToken|getOpenIdToken|signBlob|signJwt|implicitDelegation)|resourcemanager\.(organizations|folders)\.(setIamPolicy|update|delete|create|move|undelete)|iam\.denypolicies\.(create|update|delete))$/
/** Managing access is Owner's alone. */
const ownerOnly = /^(resourcemanager\.projects\.(setIamPolicy|delete|undelete|updateLiens)|iam\.roles\.(create|update|delete|undelete)|iam\.serviceAccounts\.setIamPolicy)$/
const editorAndOwner = /^(iam\.serviceAccounts\.(actAs|create|delete|update|enable|disable)|iam\.serviceAccountKeys\.(create|delete|enable|disable)|resourcemanager\.projects\.update)$/
const all = /^(resourcemanager\.projects\.(get|getIamPolicy)|iam\.serviceAccounts\.(get|list|getIamPolicy)|iam\.serviceAccountKeys\.(get|list)|iam\.roles\.(get|list))$/

/**
 * Whether a basic role has `permission`, by what Google defines of it: true or false for the permissions that decide over access (projects' policies,
 * roles, service accounts and their credentials), null for every other: Google changes the thousands of those without notice, so they are known
 * only where the role itself was exported. Decided so that estates without `gcloud iam roles describe roles/owner` can still be judged.
 * @see https://cloud.google.com/iam/docs/roles-overview#basic
 */
export function basicRoleHas(role: string, permission: string): boolean | null {
  if (inNone.test(permission)) return false
  if (ownerOnly.test(permission)) return role === 'roles/owner'
  if (editorAndOwner.test(permission)) return role !== 'roles/viewer'
  return all.test(permission) ? true : null
}
