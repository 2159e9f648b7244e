import type { Json, JsonObject } from '../../model/json.ts'
import { encodeArgument } from '../estate-path.ts'
import type { Printed } from './aws-answers.ts'
import { customerId, customRoles, folders, groupMembers, organizationBindings, organizationId, projects, resourcePolicies, roles, type SandboxBinding, type SandboxProject, type SandboxServiceAccount } from './template/gcp.ts'
import { type Ago, inventedHex } from './template/names.ts'

const time = (ago: Ago, days: number): string => ago(days).replace('.000Z', 'Z')
const etag = (...words: readonly string[]): string => `BwY${Buffer.from(inventedHex(6, ...words), 'hex').toString('base64')}A=`
const digits = (length: number, ...words: readonly string[]): string => BigInt(`0x${inventedHex(24, ...words)}`).toString().slice(0, length)

/** What `gcloud` prints of Acme's organization, folders and projects. */
export function gcpAnswers(ago: Ago): Printed {
  const top = `gcp/${organizationId}`
  return {
    [`${top}/organizations`]: [{ creationTime: time(ago, 1400), displayName: 'acme.example', lifecycleState: 'ACTIVE', name: `organizations/${organizationId}`, owner: { directoryCustomerId: customerId } }],
    [`${top}/folders`]: folders.map(({ id, name, parent }) => ({ createTime: time(ago, 1300), displayName: name, etag: etag('folder', id), name: `folders/${id}`, parent, state: 'ACTIVE' })),
    [`${top}/projects`]: projects.map(({ id, number, name, parent }) => ({ createTime: time(ago, 900), lifecycleState: 'ACTIVE', name, parent: parent === '' ? { id: organizationId, type: 'organization' } : { id: parent, type: 'folder' }, projectId: id, projectNumber: number })),
    [`${top}/iam-policy`]: policyOf(organizationBindings, ago, 'organization'),
    [`${top}/deny-policies`]: [],
    [`${top}/iam-policies`]: resourcePolicies.map(({ name, kind, project, bindings }) => ({ assetType: kind, folders: [], organization: `organizations/${organizationId}`, policy: { bindings: bindingsOf(bindings, ago) },
      project: `projects/${projects.find(({ id }) => id === project)?.number ?? ''}`, resource: name })),
    [`${top}/roles`]: [],
    ...Object.fromEntries(Object.entries(roles).map(([name, { title, permissions }]) => [`${top}/roles/${encodeArgument(name)}`, { etag: 'AA==', includedPermissions: [...permissions].sort(), name, stage: 'GA', title }])),
    ...Object.fromEntries(Object.entries(customRoles).flatMap(([project, own]) => Object.entries(own).map(([name, { title, permissions }]) => [`${top}/roles/${encodeArgument(`projects/${project}/roles/${name}`)}`,
      { etag: etag('role', name), includedPermissions: permissions, name: `projects/${project}/roles/${name}`, stage: 'GA', title }]))),
    ...Object.fromEntries(Object.entries(groupMembers).map(([group, members]) => [`${top}/group-memberships/${encodeArgument(`${group}@acme.example`)}`, members.map((member) => ({
      createTime: time(ago, 500), name: `groups/${inventedHex(15, group)}/memberships/${digits(21, group, member)}`, preferredMemberKey: { id: `${member}@${member === 'ruth.adler' ? 'audit' : 'acme'}.example` }, roles: [{ name: 'MEMBER' }], type: 'USER' }))])),
    ...Object.assign({}, ...folders.map(({ id, bindings }) => ({ [`${top}/folders/${id}/iam-policy`]: policyOf(bindings, ago, id), [`${top}/folders/${id}/deny-policies`]: [] }))),
    ...Object.assign({}, ...projects.map((project) => projectAnswers(`${top}/${project.id}`, project, ago))),
  }
}

const policyOf = (bindings: readonly SandboxBinding[], ago: Ago, name: string): JsonObject => ({ bindings: bindingsOf(bindings, ago), etag: etag('policy', name), version: bindings.some(isConditional) ? 3 : 1 })
const isConditional = ({ condition, untilDays }: SandboxBinding): boolean => condition !== undefined || untilDays !== undefined

/** gcloud prints bindings by role, members sorted, the condition first. */
function bindingsOf(bindings: readonly SandboxBinding[], ago: Ago): Json {
  return [...bindings].sort((a, b) => (a.role < b.role ? -1 : a.role > b.role ? 1 : 0)).map(({ role, members, condition, untilDays }) => ({
    ...(condition === undefined && untilDays === undefined ? {} : { condition: condition ?? { expression: `request.time < timestamp("${time(ago, -(untilDays ?? 0))}")`, title: 'for the incident' } }),
    members: [...members].sort(), role }))
}

function projectAnswers(folder: string, project: SandboxProject, ago: Ago): Printed {
  return {
    [`${folder}/iam-policy`]: policyOf(project.bindings, ago, project.id),
    [`${folder}/deny-policies`]: [],
    [`${folder}/roles`]: Object.entries(customRoles[project.id] ?? {}).map(([name, { title }]) => ({ etag: etag('role', name), name: `projects/${project.id}/roles/${name}`, stage: 'GA', title })),
    [`${folder}/service-accounts`]: project.serviceAccounts.map((account) => ({
      ...(account.isDisabled === true ? { disabled: true } : {}), displayName: account.title, email: emailOf(project, account), etag: etag('account', account.name), name: `projects/${project.id}/serviceAccounts/${emailOf(project, account)}`,
      oauth2ClientId: uniqueIdOf(project, account), projectId: project.id, uniqueId: uniqueIdOf(project, account) })),
    ...Object.fromEntries(project.serviceAccounts.map((account) => [`${folder}/service-account-keys/${encodeArgument(emailOf(project, account))}`, keysOf(project, account, ago)])),
  }
}

const emailOf = (project: SandboxProject, { name, email }: SandboxServiceAccount): string => email ?? `${name}@${project.id}.iam.gserviceaccount.com`
const uniqueIdOf = (project: SandboxProject, { name }: SandboxServiceAccount): string => `1${digits(20, project.id, name)}`

/** Google's own key, which rotates by itself, and those that people made. */
function keysOf(project: SandboxProject, account: SandboxServiceAccount, ago: Ago): Json {
  const name = (id: string): string => `projects/${project.id}/serviceAccounts/${emailOf(project, account)}/keys/${id}`
  const system = { keyAlgorithm: 'KEY_ALG_RSA_2048', keyOrigin: 'GOOGLE_PROVIDED', keyType: 'SYSTEM_MANAGED', name: name(inventedHex(40, project.id, account.name, 'system')), validAfterTime: time(ago, 200), validBeforeTime: time(ago, -540) }
  return [...(account.keys ?? []).map(({ createdDays, isDisabled }, index) => ({
    ...(isDisabled === true ? { disabled: true } : {}), keyAlgorithm: 'KEY_ALG_RSA_2048', keyOrigin: 'GOOGLE_PROVIDED', keyType: 'USER_MANAGED', name: name(inventedHex(40, project.id, account.name, String(index))),
    validAfterTime: time(ago, createdDays), validBeforeTime: '9999-12-31T23:59:59Z' })), system]
}
