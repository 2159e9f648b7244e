import type { AzureCredential, AzureMember, AzureTenant, AzureUser } from '../../../model/azure.ts'
import { type Instant, instantOf } from '../../../model/instant.ts'
import { absent, type Collected, type Known, present, unreadable } from '../../../model/known.ts'
import { type Reading, readList } from './read.ts'
import {
  applicationShape, type CredentialShape, directoryRoleAssignmentShape, directoryRoleShape, groupShape, memberShape, servicePrincipalShape, type UserShape, userShape,
} from './shapes.ts'

/** What the tenant's directory (Microsoft Graph) answered: users, groups with direct members, workloads, Entra roles. */
export function readDirectory(reading: Reading, tenantId: string): Omit<AzureTenant, 'id' | 'managementGroups'> {
  const graph = (name: string): string => `azure/${tenantId}/graph/${name}`
  const groups = readList(reading, graph('groups'), groupShape, (group) => ({ id: group.id.toLowerCase(), file: group.id, name: group.displayName ?? group.id }))
  return {
    users: readList(reading, graph('users'), userShape, toUser),
    groups: { ...groups, values: groups.values.map(({ id, file, name }) => ({ id, name, members: readMembers(reading, graph(`group-members/${file}`)) })) },
    servicePrincipals: readList(reading, graph('service-principals'), servicePrincipalShape, (found, observedAt) => ({
      id: found.id.toLowerCase(), appId: found.appId ?? '', name: found.displayName ?? found.id, isManagedIdentity: found.servicePrincipalType === 'ManagedIdentity',
      isEnabled: knownFlag(found.accountEnabled, observedAt, 'accountEnabled'), homeTenantId: found.appOwnerOrganizationId ?? null,
      credentials: toCredentials(found.passwordCredentials, found.keyCredentials) })),
    applications: readList(reading, graph('applications'), applicationShape, (found) => ({
      id: found.id.toLowerCase(), appId: found.appId ?? '', name: found.displayName ?? found.id, credentials: toCredentials(found.passwordCredentials, found.keyCredentials) })),
    directoryRoles: readList(reading, graph('role-definitions'), directoryRoleShape, (role) => ({
      id: role.id.toLowerCase(), name: role.displayName ?? role.id, isBuiltIn: role.isBuiltIn ?? false,
      permissions: (role.rolePermissions ?? []).map((block) => ({ allowed: block.allowedResourceActions, excluded: block.excludedResourceActions, condition: block.condition ?? null })) })),
    directoryRoleAssignments: readList(reading, graph('role-assignments'), directoryRoleAssignmentShape, (found) => ({
      id: found.id, principalId: found.principalId.toLowerCase(), roleId: found.roleDefinitionId.toLowerCase(), scope: found.directoryScopeId ?? found.appScopeId ?? '/' })),
  }
}

const readMembers = (reading: Reading, path: string): Collected<AzureMember> => readList(reading, path, memberShape, (member) => ({ id: member.id.toLowerCase(), kind: memberKind(member['@odata.type']) }))

function memberKind(type: string | null | undefined): AzureMember['kind'] {
  switch (type?.replace('#microsoft.graph.', '')) {
    case 'user': return 'user'
    case 'group': return 'group'
    case 'servicePrincipal': return 'service-principal'
    default: return 'other'
  }
}

const toUser = (user: UserShape, observedAt: Instant): AzureUser => ({
  id: user.id.toLowerCase(), name: user.userPrincipalName ?? user.displayName ?? user.id,
  isGuest: user.userType === undefined ? unreadable('not-exported', '`userType` was not exported: ask for it with `$select`') : present(user.userType?.toLowerCase() === 'guest', observedAt),
  isEnabled: knownFlag(user.accountEnabled, observedAt, 'accountEnabled'),
  createdAt: knownInstant(user.createdDateTime, observedAt),
  lastSignInAt: lastSignIn(user, observedAt),
})

/**
 * The newest sign-in that the directory names. Never *absent*: without a licence or permission the directory leaves the activity out in the same
 * way as for somebody who never signed in, so nothing follows from its absence.
 */
function lastSignIn({ signInActivity }: UserShape, observedAt: Instant): Known<Instant> {
  const missing = unreadable('refused', '`signInActivity` was not answered: it needs Entra ID P1 or P2 and `AuditLog.Read.All`, and is never proof that nobody signed in')
  if (signInActivity === null || signInActivity === undefined) return missing
  const { lastSuccessfulSignInDateTime, lastSignInDateTime, lastNonInteractiveSignInDateTime } = signInActivity
  const attempts = typeof lastSuccessfulSignInDateTime === 'string' ? [lastSuccessfulSignInDateTime] : [lastSignInDateTime, lastNonInteractiveSignInDateTime]
  const times = attempts.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time))
  return times.length === 0 ? missing : present(instantOf(Math.max(...times)), observedAt)
}

const knownFlag = (flag: boolean | null | undefined, observedAt: Instant, field: string): Known<boolean> =>
  flag === undefined || flag === null ? unreadable('not-exported', `\`${field}\` was not exported: ask for it with \`$select\``) : present(flag, observedAt)

function knownInstant(text: string | null | undefined, observedAt: Instant): Known<Instant> {
  if (text === undefined) return unreadable('not-exported', 'the date was not exported')
  const time = instantOrNull(text)
  return time === null ? absent(observedAt) : present(time, observedAt)
}

const instantOrNull = (text: string | null | undefined): Instant | null => (Number.isNaN(Date.parse(text ?? '')) ? null : instantOf(Date.parse(text ?? '')))

const toCredentials = (passwords: readonly CredentialShape[] | null | undefined, keys: readonly CredentialShape[] | null | undefined): readonly AzureCredential[] => [
  ...(passwords ?? []).map((found) => toCredential(found, 'password')), ...(keys ?? []).map((found) => toCredential(found, 'certificate'))]
const toCredential = (found: CredentialShape, kind: AzureCredential['kind']): AzureCredential =>
  ({ keyId: found.keyId ?? '', kind, startsAt: instantOrNull(found.startDateTime), endsAt: instantOrNull(found.endDateTime) })
