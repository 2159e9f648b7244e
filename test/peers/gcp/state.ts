/** What the stub of Google Cloud knows. Plain data, changed in place by the routes. */
export type StubBinding = { role: string; members: string[]; condition?: { title: string; expression: string; description?: string } }
export type StubPolicy = { bindings: StubBinding[]; version: number; revision: number; before: { bindings: StubBinding[]; version: number; revision: number } | null; staleReads: number }
export type StubAccount = { email: string; uniqueId: string; project: string; displayName: string; disabled: boolean; keys: { id: string; keyType: 'USER_MANAGED' | 'SYSTEM_MANAGED'; validAfterTime: string; validBeforeTime: string; disabled: boolean }[] }
export type StubRole = { name: string; title: string; includedPermissions: string[]; stage: 'GA' }
export type StubDenyPolicy = { attachment: string; id: string; displayName: string; rules: unknown[] }
export type StubState = {
  organizations: { number: string; displayName: string; customerId: string }[]
  folders: { number: string; displayName: string; parent: string }[]
  projects: { id: string; number: string; displayName: string; parent: string }[]
  policies: Map<string, StubPolicy>
  resources: { name: string; assetType: string; project: string; bindings: StubBinding[] }[]
  denyPolicies: StubDenyPolicy[]
  roles: StubRole[]
  accounts: StubAccount[]
  groups: Map<string, { id: string; type: 'USER' | 'GROUP' | 'SERVICE_ACCOUNT' }[]>
}

export const policyOf = (...bindings: StubBinding[]): StubPolicy => ({ bindings, version: bindings.some(({ condition }) => condition !== undefined) ? 3 : 1, revision: 1, before: null, staleReads: 0 })
export const etagOf = (policy: StubPolicy): string => Buffer.from(`rev-${String(policy.revision)}`).toString('base64')

const robot = 'deployer@acme-prod.iam.gserviceaccount.com'
/** Acme at the stub: two folders, two projects, groups in groups, a condition, a deny policy, a custom role, keys old and new. */
export const acme = (): StubState => ({
  organizations: [{ number: '300000000001', displayName: 'acme.example', customerId: 'C00000001' }],
  folders: [{ number: '400000000001', displayName: 'production', parent: 'organizations/300000000001' }, { number: '400000000002', displayName: 'data', parent: 'folders/400000000001' }, { number: '400000000003', displayName: 'lab', parent: 'organizations/300000000001' }],
  projects: [{ id: 'acme-prod', number: '500000000001', displayName: 'Production', parent: 'folders/400000000002' }, { id: 'acme-shared', number: '500000000002', displayName: 'Shared', parent: 'organizations/300000000001' }, { id: 'acme-lab', number: '500000000003', displayName: 'Lab', parent: 'folders/400000000003' }],
  policies: new Map([
    ['organizations/300000000001', policyOf({ role: 'roles/resourcemanager.organizationAdmin', members: ['user:maya@acme.example'] }, { role: 'roles/viewer', members: ['group:auditors@acme.example'] })],
    ['folders/400000000001', policyOf({ role: 'roles/logging.viewer', members: ['group:responders@acme.example'] })],
    ['folders/400000000002', policyOf()], ['folders/400000000003', policyOf()], ['projects/acme-shared', policyOf()],
    ['projects/acme-prod', policyOf(
      { role: 'roles/iam.serviceAccountTokenCreator', members: ['user:tess@acme.example', 'user:other@acme.example'] }, { role: 'roles/owner', members: ['user:lena@acme.example'] },
      { role: 'roles/iam.serviceAccountTokenCreator', members: ['user:tess@acme.example'], condition: { title: 'robots only', expression: 'resource.name.startsWith("robots")', description: 'until the pipeline is ready' } },
      { role: 'organizations/300000000001/roles/deployer', members: [`serviceAccount:${robot}`] })],
    ['projects/acme-lab', policyOf({ role: 'roles/editor', members: ['serviceAccount:500000000003-compute@developer.gserviceaccount.com'] })],
  ]),
  resources: [
    { name: '//storage.googleapis.com/acme-press', assetType: 'storage.googleapis.com/Bucket', project: 'acme-prod', bindings: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] },
    { name: '//storage.googleapis.com/acme-orders', assetType: 'storage.googleapis.com/Bucket', project: 'acme-prod', bindings: [{ role: 'roles/storage.objectViewer', members: ['group:responders@acme.example'] }] }],
  denyPolicies: [{ attachment: 'cloudresourcemanager.googleapis.com/projects/acme-prod', id: 'no-keys', displayName: 'no new keys', rules: [{ denyRule: {
    deniedPrincipals: ['principalSet://goog/public:all'], exceptionPrincipals: ['principal://goog/subject/maya@acme.example'], deniedPermissions: ['iam.googleapis.com/serviceAccountKeys.create'], denialCondition: { title: 'not in tests', expression: "!resource.matchTag('1/env', 'test')" } } }] }],
  roles: [
    { name: 'roles/owner', title: 'Owner', includedPermissions: ['resourcemanager.projects.get', 'resourcemanager.projects.setIamPolicy'], stage: 'GA' }, { name: 'roles/editor', title: 'Editor', includedPermissions: ['iam.serviceAccounts.actAs', 'resourcemanager.projects.get'], stage: 'GA' },
    { name: 'roles/viewer', title: 'Viewer', includedPermissions: ['resourcemanager.projects.get'], stage: 'GA' },
    { name: 'roles/resourcemanager.organizationAdmin', title: 'Organization Administrator', includedPermissions: ['resourcemanager.organizations.setIamPolicy', 'resourcemanager.folders.setIamPolicy', 'resourcemanager.projects.setIamPolicy'], stage: 'GA' },
    { name: 'roles/logging.viewer', title: 'Logs Viewer', includedPermissions: ['logging.logEntries.list'], stage: 'GA' }, { name: 'roles/storage.objectViewer', title: 'Storage Object Viewer', includedPermissions: ['storage.objects.get'], stage: 'GA' },
    { name: 'roles/iam.serviceAccountTokenCreator', title: 'Service Account Token Creator', includedPermissions: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.signBlob'], stage: 'GA' },
    { name: 'organizations/300000000001/roles/deployer', title: 'Deployer', includedPermissions: ['run.services.update'], stage: 'GA' },
    { name: 'projects/acme-prod/roles/steward', title: 'Steward', includedPermissions: ['bigquery.tables.update'], stage: 'GA' }],
  accounts: [
    { email: robot, uniqueId: '100000000000000000001', project: 'acme-prod', displayName: 'Deployer', disabled: false, keys: [
      { id: 'a000000000000000000000000000000000000001', keyType: 'USER_MANAGED', validAfterTime: '2025-01-01T00:00:00Z', validBeforeTime: '9999-12-31T23:59:59Z', disabled: false },
      { id: 'a000000000000000000000000000000000000002', keyType: 'SYSTEM_MANAGED', validAfterTime: '2026-01-01T00:00:00Z', validBeforeTime: '2028-01-01T00:00:00Z', disabled: false }] },
    { email: 'old@acme-prod.iam.gserviceaccount.com', uniqueId: '100000000000000000002', project: 'acme-prod', displayName: 'Old', disabled: true, keys: [] },
    { email: 'spare@acme-prod.iam.gserviceaccount.com', uniqueId: '100000000000000000003', project: 'acme-prod', displayName: 'Spare', disabled: false, keys: [] },
    { email: '500000000003-compute@developer.gserviceaccount.com', uniqueId: '100000000000000000004', project: 'acme-lab', displayName: 'Default', disabled: false, keys: [] }],
  groups: new Map([['auditors@acme.example', [{ id: 'ruth@acme.example', type: 'USER' }]], ['responders@acme.example', [{ id: 'auditors@acme.example', type: 'GROUP' }, { id: 'sven@acme.example', type: 'USER' }, { id: robot, type: 'SERVICE_ACCOUNT' }]]]),
})
