import { encodeArgument } from '../estate-path.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { printReport, type ReportRow } from './credential-report.ts'
import { awsManagedPolicies } from './template/aws-managed.ts'
import { type SandboxAccount, sandboxAccounts, type SandboxKey, type SandboxRole, type SandboxUser, sandboxUnits, serviceControlPolicies } from './template/aws.ts'
import { type Ago, inventedId } from './template/names.ts'

/** Vendor answers by their estate path. */
export type Printed = Readonly<Record<string, Json>>

/** What `aws` prints of Acme's organization and accounts. */
export function awsAnswers(ago: Ago): Printed {
  return Object.assign(organizationAnswers(ago), ...sandboxAccounts.map((account) => accountAnswers(account, ago)))
}

/** AWS prints times with an offset, never with `Z`. */
const time = (ago: Ago, days: number, seconds = 0): string => ago(days, seconds).replace('.000Z', '+00:00')
/** Hours after midnight are different for everybody, so that no two objects have one time. */
const secondsOf = (name: string): number => [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 3600, 7)

export const keyIdOf = (account: string, user: string, slot: number): string => `AKIA${inventedId(16, account, String(slot), user)}`
const userIdOf = (account: string, user: string): string => `AIDA${inventedId(17, account, user)}`
const arnOf = (account: string, kind: string, name: string): string => `arn:aws:iam::${account}:${kind}/${name}`

function accountAnswers(account: SandboxAccount, ago: Ago): Printed {
  const folder = `aws/${account.id}/global/iam`
  const used = new Set([...account.users, ...account.groups, ...account.roles].flatMap((identity) => identity.attached ?? []).filter((name) => !name.startsWith('policy:')))
  return {
    [`${folder}/get-account-authorization-details`]: {
      UserDetailList: account.users.map((user) => userDetail(account, user, ago)),
      GroupDetailList: account.groups.map((group) => ({ Path: '/', GroupName: group.name, GroupId: `AGPA${inventedId(17, account.id, group.name)}`, Arn: arnOf(account.id, 'group', group.name),
        CreateDate: time(ago, group.createdDays, secondsOf(group.name)), GroupPolicyList: inlineOf(group.inline), AttachedManagedPolicies: attachedOf(account.id, group.attached) })),
      RoleDetailList: account.roles.map((role) => roleDetail(account, role, ago)),
      Policies: [...Object.keys(account.policies).map((name) => customerPolicy(account, name, ago)), ...[...used].sort().map((name) => managedPolicy(account, name, ago))],
    },
    [`${folder}/get-credential-report`]: { Content: printReport([rootRow(account, ago), ...account.users.map((user) => reportRow(account, user, ago))]), ReportFormat: 'text/csv', GeneratedTime: time(ago, 0) },
    [`${folder}/get-account-summary`]: { SummaryMap: { Users: account.users.length, Groups: account.groups.length, Roles: account.roles.length, Policies: Object.keys(account.policies).length,
      UsersQuota: 5000, RolesQuota: 1000, AccountMFAEnabled: 1, AccountAccessKeysPresent: 0, AccountSigningCertificatesPresent: 0, MFADevices: account.users.filter(hasMfa).length, MFADevicesInUse: account.users.filter(hasMfa).length } },
    [`${folder}/get-account-password-policy`]: { PasswordPolicy: { MinimumPasswordLength: 14, RequireSymbols: true, RequireNumbers: true, RequireUppercaseCharacters: true, RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true, ExpirePasswords: false, PasswordReusePrevention: 24 } },
    ...Object.fromEntries(account.users.map((user) => [`${folder}/list-access-keys/${encodeArgument(user.name)}`, { AccessKeyMetadata: (user.keys ?? []).map((key, index) => ({
      UserName: user.name, AccessKeyId: keyIdOf(account.id, user.name, index + 1), Status: key.status ?? 'Active', CreateDate: keyTime(user, key, index, ago) })) }])),
    ...Object.fromEntries(account.users.flatMap((user) => (user.keys ?? []).map((key, index) => [`${folder}/get-access-key-last-used/${keyIdOf(account.id, user.name, index + 1)}`, { UserName: user.name,
      AccessKeyLastUsed: key.usedDays === null ? { ServiceName: 'N/A', Region: 'N/A' } : { LastUsedDate: time(ago, key.usedDays), ServiceName: 's3', Region: 'eu-central-1' } }]))),
  }
}

const hasMfa = (user: SandboxUser): boolean => user.password?.hasMfa === true
const keyTime = (user: SandboxUser, key: SandboxKey, index: number, ago: Ago): string => time(ago, key.createdDays, secondsOf(user.name) + index)

function userDetail(account: SandboxAccount, user: SandboxUser, ago: Ago): JsonObject {
  return {
    Path: '/', UserName: user.name, UserId: userIdOf(account.id, user.name), Arn: arnOf(account.id, 'user', user.name), CreateDate: time(ago, user.createdDays, secondsOf(user.name) + 60),
    ...(user.inline === undefined ? {} : { UserPolicyList: inlineOf(user.inline) }), GroupList: [...(user.groups ?? [])], AttachedManagedPolicies: attachedOf(account.id, user.attached),
    ...boundaryOf(account.id, user.boundary), Tags: tagsOf(user.tags),
  }
}

function roleDetail(account: SandboxAccount, role: SandboxRole, ago: Ago): JsonObject {
  const path = role.path ?? '/'
  const profile = role.instanceProfile
  const identity: JsonObject = { Path: path, RoleName: role.name, RoleId: `AROA${inventedId(17, account.id, role.name)}`, Arn: arnOf(account.id, 'role', `${path.slice(1)}${role.name}`),
    CreateDate: time(ago, role.createdDays, secondsOf(role.name)), AssumeRolePolicyDocument: role.trust }
  return {
    ...identity, InstanceProfileList: profile === undefined ? [] : [{ Path: '/', InstanceProfileName: profile, InstanceProfileId: `AIPA${inventedId(17, account.id, profile)}`, Arn: arnOf(account.id, 'instance-profile', profile),
      CreateDate: time(ago, role.createdDays), Roles: [identity] }],
    RolePolicyList: inlineOf(role.inline), AttachedManagedPolicies: attachedOf(account.id, role.attached), ...boundaryOf(account.id, role.boundary), Tags: tagsOf(role.tags),
    RoleLastUsed: role.usedDays === null ? {} : { LastUsedDate: time(ago, role.usedDays), Region: 'eu-central-1' },
  }
}

const policyArn = (account: string, name: string): string => (name.startsWith('policy:') ? arnOf(account, 'policy', name.slice(7)) : `arn:aws:iam::aws:policy/${name}`)
const attachedOf = (account: string, names: readonly string[] = []): Json => names.map((name) => ({ PolicyName: name.replace(/^policy:/, '').split('/').at(-1) ?? name, PolicyArn: policyArn(account, name) }))
const inlineOf = (inline: Readonly<Record<string, Json>> = {}): Json => Object.entries(inline).map(([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument }))
const tagsOf = (tags: Readonly<Record<string, string>> = {}): Json => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
const boundaryOf = (account: string, name: string | undefined): JsonObject => (name === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: policyArn(account, name) } })

const attachments = (account: SandboxAccount, name: string): number => [...account.users, ...account.groups, ...account.roles].filter(({ attached = [] }) => attached.includes(name)).length

function customerPolicy(account: SandboxAccount, name: string, ago: Ago): JsonObject {
  const created = time(ago, 420, secondsOf(name))
  const boundaries = [...account.users, ...account.roles].filter(({ boundary }) => boundary === `policy:${name}`).length
  return { PolicyName: name, PolicyId: `ANPA${inventedId(17, account.id, name)}`, Arn: arnOf(account.id, 'policy', name), Path: '/', DefaultVersionId: 'v1', AttachmentCount: attachments(account, `policy:${name}`),
    PermissionsBoundaryUsageCount: boundaries, IsAttachable: true, CreateDate: created, UpdateDate: created,
    PolicyVersionList: [{ Document: account.policies[name] ?? null, VersionId: 'v1', IsDefaultVersion: true, CreateDate: created }] }
}

function managedPolicy(account: SandboxAccount, name: string, ago: Ago): JsonObject {
  const version = `v${String(awsManagedPolicies[name]?.version ?? 1)}`
  const parts = name.split('/')
  return { PolicyName: parts.at(-1) ?? name, PolicyId: `ANPA${inventedId(17, 'aws', name)}`, Arn: policyArn(account.id, name), Path: parts.length > 1 ? `/${parts.slice(0, -1).join('/')}/` : '/', DefaultVersionId: version,
    AttachmentCount: attachments(account, name), PermissionsBoundaryUsageCount: 0, IsAttachable: true, CreateDate: time(ago, 4000), UpdateDate: time(ago, 1000),
    PolicyVersionList: [{ Document: awsManagedPolicies[name]?.document ?? null, VersionId: version, IsDefaultVersion: true, CreateDate: time(ago, 1000) }] }
}

function reportRow(account: SandboxAccount, user: SandboxUser, ago: Ago): ReportRow {
  const { password } = user
  return {
    user: user.name, arn: arnOf(account.id, 'user', user.name), user_creation_time: time(ago, user.createdDays, secondsOf(user.name) + 60), password_enabled: String(password !== undefined), mfa_active: String(hasMfa(user)),
    ...(password === undefined ? {} : { password_last_used: password.usedDays === null ? 'no_information' : time(ago, password.usedDays), password_last_changed: time(ago, Math.min(user.createdDays, 120)) }),
    ...keyCells(user, 1, ago), ...keyCells(user, 2, ago),
  }
}

function keyCells(user: SandboxUser, slot: 1 | 2, ago: Ago): ReportRow {
  const key = user.keys?.[slot - 1]
  if (key === undefined) return {}
  const used = key.usedDays === null ? {} : { [`access_key_${slot}_last_used_date`]: time(ago, key.usedDays), [`access_key_${slot}_last_used_region`]: 'eu-central-1', [`access_key_${slot}_last_used_service`]: 's3' }
  return { [`access_key_${slot}_active`]: String(key.status !== 'Inactive'), [`access_key_${slot}_last_rotated`]: keyTime(user, key, slot - 1, ago), ...used }
}

const rootRow = (account: SandboxAccount, ago: Ago): ReportRow => ({ user: '<root_account>', arn: `arn:aws:iam::${account.id}:root`, user_creation_time: time(ago, 1400), password_enabled: 'not_supported',
  password_last_used: time(ago, 300), password_last_changed: 'not_supported', password_next_rotation: 'not_supported', mfa_active: 'true' })

const organization = 'o-acme000001'
const managementId = sandboxAccounts[0]?.id ?? ''
const organizationArn = (kind: string, id: string): string => `arn:aws:organizations::${managementId}:${kind}/${organization}/${id}`

function organizationAnswers(ago: Ago): Printed {
  const folder = 'aws/organization'
  const member = ({ id, name }: SandboxAccount): JsonObject => ({ Id: id, Arn: organizationArn('account', id), Email: `${name}@acme.example`, Name: name, Status: 'ACTIVE', State: 'ACTIVE', JoinedMethod: id === managementId ? 'INVITED' : 'CREATED', JoinedTimestamp: time(ago, 1400) })
  const full: JsonObject = { Id: 'p-FullAWSAccess', Arn: 'arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess', Name: 'FullAWSAccess', Description: 'Allows access to every operation', Type: 'SERVICE_CONTROL_POLICY', AwsManaged: true }
  const own = (name: string): JsonObject => ({ Id: serviceControlPolicies[name]?.id ?? '', Arn: organizationArn('policy', `service_control_policy/${serviceControlPolicies[name]?.id ?? ''}`), Name: name,
    Description: serviceControlPolicies[name]?.description ?? '', Type: 'SERVICE_CONTROL_POLICY', AwsManaged: false })
  const units = Object.entries(sandboxUnits)
  const unitId = (key: string): string => sandboxUnits[key]?.id ?? ''
  const childUnits = (key: string): Json => ({ OrganizationalUnits: units.filter(([, unit]) => unit.parent === key).map(([, { id, name }]) => ({ Id: id, Arn: organizationArn('ou', id), Name: name })) })
  const answers: Record<string, Json> = {
    [`${folder}/describe-organization`]: { Organization: { Id: organization, Arn: `arn:aws:organizations::${managementId}:organization/${organization}`, FeatureSet: 'ALL', MasterAccountArn: organizationArn('account', managementId),
      MasterAccountId: managementId, MasterAccountEmail: 'aws@acme.example', AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] } },
    [`${folder}/list-roots`]: { Roots: [{ Id: unitId('root'), Arn: organizationArn('root', unitId('root')), Name: 'Root', PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] }] },
    [`${folder}/list-accounts`]: { Accounts: sandboxAccounts.map(member) },
    [`${folder}/describe-policy/p-FullAWSAccess`]: { Policy: { PolicySummary: full, Content: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }) } },
  }
  for (const [name, { id, document }] of Object.entries(serviceControlPolicies)) answers[`${folder}/describe-policy/${id}`] = { Policy: { PolicySummary: own(name), Content: JSON.stringify(document) } }
  for (const [key, unit] of units) {
    answers[`${folder}/list-organizational-units-for-parent/${unit.id}`] = childUnits(key)
    answers[`${folder}/list-accounts-for-parent/${unit.id}`] = { Accounts: sandboxAccounts.filter((account) => account.unit === key).map(member) }
    answers[`${folder}/list-policies-for-target/${unit.id}/SERVICE_CONTROL_POLICY`] = { Policies: [full, ...unit.policies.map(own)] }
  }
  for (const account of sandboxAccounts) answers[`${folder}/list-policies-for-target/${account.id}/SERVICE_CONTROL_POLICY`] = { Policies: [full] }
  return answers
}
