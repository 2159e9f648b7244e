import { expect, test } from 'vitest'
import { encodeArgument } from '../../../clouds/estate-directory.ts'
import { gcpAnswerKinds, principalsOfGcp } from '../../../clouds/gcp/collect/index.ts'
import { absentCodesOf } from '../../../clouds/gcp/collect/answer-kinds.ts'
import { gcpEstate, inProject, interpreted, members, now, organization, policy, quiet, refused, robot, robotId, role, sourceOf, top } from '../../builders/gcp.ts'
import { interpretGcp } from '../../../clouds/gcp/collect/index.ts'

test('a complete export has nothing unread and nothing broken', () => {
  const { value, problems, unread } = interpreted()
  expect({ problems, unread }).toEqual({ problems: [], unread: [] })
  expect(value.organizations).toMatchObject([{ name: `organizations/${organization}`, customerId: 'C00000001', parent: { kind: 'absent' } }])
  expect(value.folders).toMatchObject([{ name: 'folders/400000000001', parent: { kind: 'present', value: `organizations/${organization}` } }])
  expect(value.accounts).toMatchObject([{ id: 'acme-prod', number: '500000000001', parent: { kind: 'present', value: 'folders/400000000001' } }])
  expect(value.accounts[0]?.serviceAccounts.values).toMatchObject([{ email: robot, uniqueId: robotId, isDisabled: false, keys: { values: [], gaps: [] } }])
})

test('version 3 of the API is read as version 1 is, which gcloud prints', () => {
  const third = interpretGcp(sourceOf({ ...quiet,
    [`${top}/organizations`]: { organizations: [{ name: `organizations/${organization}`, displayName: 'acme.example', state: 'ACTIVE', directoryCustomerId: 'C00000001', etag: 'x' }] },
    [`${top}/projects`]: { projects: [{ name: 'projects/500000000001', projectId: 'acme-prod', displayName: 'Acme production', state: 'ACTIVE', parent: 'folders/400000000001' }] } }))
  expect(third).toEqual(interpreted())
})

test('refused, not exported, broken, empty and absent are told apart', () => {
  const path = `${top}/acme-prod/iam-policy`
  const kinds = (answer: unknown) => interpreted({ [path]: answer }).value.accounts[0]?.policy
  expect(kinds(refused)).toMatchObject({ kind: 'unreadable', why: 'refused' })
  expect(kinds(undefined)).toMatchObject({ kind: 'unreadable', why: 'not-exported' })
  expect(kinds({ bindings: 'everybody' })).toMatchObject({ kind: 'unreadable', why: 'broken' })
  expect(kinds({ version: 1, etag: 'ACAB' })).toMatchObject({ kind: 'present', value: { bindings: [] } })
  const keys = (answer: unknown) => interpreted({ [`${top}/acme-prod/service-account-keys/${encodeArgument(robot)}`]: answer }).value.accounts[0]?.serviceAccounts.values[0]?.keys
  expect(keys({ ...refused, code: 'NOT_FOUND' })).toMatchObject({ values: [], gaps: [] })
  expect(keys(refused)).toMatchObject({ values: [], gaps: [{ why: 'refused' }] })
})

test('one broken key is named with its pointer and the others are kept', () => {
  const path = `${top}/acme-prod/service-account-keys/${encodeArgument(robot)}`
  const good = { name: 'projects/acme-prod/serviceAccounts/x/keys/k1', keyType: 'USER_MANAGED', validAfterTime: '2025-01-01T00:00:00Z', validBeforeTime: '9999-12-31T23:59:59Z' }
  const { value, problems } = interpreted({ [path]: [good, { ...good, validAfterTime: 'yesterday' }] })
  expect(problems).toEqual([{ file: `${path}.json`, position: '/1/validAfterTime', reason: 'is not a date' }])
  expect(value.accounts[0]?.serviceAccounts.values[0]?.keys).toMatchObject({ values: [{ id: 'k1', kind: 'user-managed', expiresAt: null }], gaps: [{ why: 'broken' }] })
})

test('a project that only has answers of its own is a project whose parent nothing says', () => {
  const { value } = interpretGcp(sourceOf({ 'gcp/none/acme-lab/iam-policy': policy() }))
  expect(value.accounts).toMatchObject([{ id: 'acme-lab', parent: { kind: 'unreadable', why: 'not-exported' }, policy: { kind: 'present' } }])
  expect(value.organizations).toEqual([])
})

test('projects of other organizations and those being deleted are left out', () => {
  const { value } = interpreted({ [`${top}/projects`]: [
    { projectId: 'acme-gone', lifecycleState: 'DELETE_REQUESTED', parent: { type: 'folder', id: '400000000001' } },
    { projectId: 'other-app', lifecycleState: 'ACTIVE', parent: { type: 'organization', id: '399999999999' } },
    { projectId: 'acme-prod', lifecycleState: 'ACTIVE' }] })
  expect(value.accounts.map(({ id }) => id)).toEqual(['acme-prod'])
})

test('the search of all policies gives resources, and a container policy only where that was not exported', () => {
  const search = [
    { resource: '//storage.googleapis.com/acme-logs', assetType: 'storage.googleapis.com/Bucket', project: 'projects/500000000001', policy: { bindings: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] } },
    { resource: '//cloudresourcemanager.googleapis.com/projects/acme-prod', assetType: 'cloudresourcemanager.googleapis.com/Project', project: 'projects/500000000001', policy: { bindings: [{ role: 'roles/viewer', members: ['user:old@acme.example'] }] } }]
  const { value } = interpreted({ [`${top}/iam-policies`]: search })
  expect(value.resources.values).toMatchObject([{ name: '//storage.googleapis.com/acme-logs', container: 'projects/acme-prod' }])
  expect(value.accounts[0]?.policy).toMatchObject({ value: { bindings: [] } })
  expect(interpreted({ [`${top}/iam-policies`]: search, [`${top}/acme-prod/iam-policy`]: undefined }).value.accounts[0]?.policy).toMatchObject({ value: { bindings: [{ role: 'roles/viewer' }] } })
})

test('deny policies that were only listed have unreadable rules until each is exported', () => {
  const name = 'policies/cloudresourcemanager.googleapis.com%2Fprojects%2F500000000001/denypolicies/no-keys'
  const listed = { [`${top}/acme-prod/deny-policies`]: { policies: [{ name, displayName: 'no keys', kind: 'DenyPolicy' }] } }
  expect(gcpEstate(listed).accounts[0]?.denyPolicies.values).toMatchObject([{ rules: { kind: 'unreadable' } }])
  const own = { [`${top}/acme-prod/deny-policies/no-keys`]: { name, displayName: 'no keys', rules: [{ denyRule: { deniedPrincipals: ['principalSet://goog/public:all'], deniedPermissions: ['iam.googleapis.com/serviceAccountKeys.create'] } }] } }
  expect(gcpEstate({ ...listed, ...own }).accounts[0]?.denyPolicies.values).toMatchObject([{ rules: { kind: 'present', value: [{ deniedPermissions: ['iam.googleapis.com/serviceAccountKeys.create'] }] } }])
})

test('roles and groups that are named but were not exported are gaps, basic roles are not', () => {
  const bindings = inProject({ role: 'roles/owner', members: ['group:admins@acme.example'] }, { role: 'roles/storage.admin', members: ['user:a@acme.example'] })
  expect(interpreted(bindings).unread).toEqual([
    { what: `${top}/roles/${encodeArgument('roles/storage.admin')}`, why: 'not-exported', reason: 'the permissions of `roles/storage.admin` were not exported' },
    { what: `${top}/group-memberships/admins%40acme%2Eexample`, why: 'not-exported', reason: `\`${top}/group-memberships/admins%40acme%2Eexample.json\` was not exported` }])
  const all = { ...bindings, [`${top}/roles`]: [role('roles/storage.admin', 'storage.buckets.list')], [`${top}/group-memberships/admins%40acme%2Eexample`]: members('alice@acme.example', robot) }
  expect(interpreted(all).unread).toEqual([])
  expect(gcpEstate(all).groups[0]?.members.values).toEqual(['user:alice@acme.example', `serviceAccount:${robot}`])
})

test('principals are everybody whom the estate names, once, with ids that are never reused', () => {
  const bindings = inProject({ role: 'roles/viewer', members: ['user:Alice@acme.example', 'user:alice@acme.example', 'allUsers', 'domain:acme.example', `serviceAccount:${robot}`, 'deleted:user:bob@acme.example?uid=123', 'projectOwner:acme-prod'] })
  expect(principalsOfGcp(gcpEstate(bindings)).map(({ id, subjectId, kind }) => [id, subjectId, kind])).toEqual([
    ['allUsers', 'allUsers', 'public'], ['deleted:user:bob@acme.example?uid=123', '123', 'user'], ['domain:acme.example', 'domain:acme.example', 'domain'],
    [`serviceAccount:${robot}`, robotId, 'service-account'], ['user:alice@acme.example', 'user:alice@acme.example', 'user']])
})

test('the newest entry of each caller is kept of an audit log, and nothing else of it', () => {
  const entry = (timestamp: string, methodName: string) => ({ timestamp, protoPayload: { methodName, authenticationInfo: { principalEmail: 'Alice@acme.example' }, request: { password: 'canary-1' } } })
  const { value } = interpreted({ [`${top}/acme-prod/audit-log`]: [entry('2026-01-02T00:00:00Z', 'SetIamPolicy'), entry('2026-01-01T00:00:00Z', 'GetProject')] })
  expect(value.accounts[0]?.activity).toEqual({ kind: 'present', observedAt: now, value: {
    from: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z', lastSeen: [{ email: 'alice@acme.example', at: '2026-01-02T00:00:00.000Z', method: 'SetIamPolicy' }] } })
  expect(JSON.stringify(value)).not.toContain('canary')
})

test('every answer kind has a command and a permission, and absence is per call', () => {
  for (const { path, command, permissions } of gcpAnswerKinds) expect([path, command.startsWith('gcloud '), permissions.length > 0]).toEqual([path, true, true])
  expect(absentCodesOf('gcp/1/group-memberships/a%40b%2Eexample')).toEqual(['NOT_FOUND'])
  expect(absentCodesOf('gcp/1/acme-prod/iam-policy')).toEqual([])
})
