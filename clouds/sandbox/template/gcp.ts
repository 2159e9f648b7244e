export const organizationId = '100000000009'
export const customerId = 'C00acme01'
const user = (name: string): string => `user:${name}@acme.example`
const group = (name: string): string => `group:${name}@acme.example`
const account = (name: string, project: string): string => `serviceAccount:${name}@${project}.iam.gserviceaccount.com`

export type SandboxCondition = { readonly title: string; readonly expression: string; readonly description?: string }
/** `untilDays`: the binding holds until so many days after the estate's day (before it when negative). */
export type SandboxBinding = { readonly role: string; readonly members: readonly string[]; readonly condition?: SandboxCondition; readonly untilDays?: number }
export type SandboxServiceKey = { readonly createdDays: number; readonly isDisabled?: boolean }
export type SandboxServiceAccount = { readonly name: string; readonly title: string; readonly email?: string; readonly isDisabled?: boolean; readonly keys?: readonly SandboxServiceKey[] }
export type SandboxProject = { readonly id: string; readonly number: string; readonly name: string; readonly parent: string; readonly bindings: readonly SandboxBinding[]; readonly serviceAccounts: readonly SandboxServiceAccount[] }

export const folders = [
  { id: '200000000001', name: 'Production', parent: `organizations/${organizationId}`, bindings: [{ role: 'roles/logging.viewer', members: [group('responders')] }] },
  { id: '200000000002', name: 'Development', parent: `organizations/${organizationId}`, bindings: [{ role: 'roles/editor', members: [group('developers')] }] },
  { id: '200000000003', name: 'Data', parent: 'folders/200000000001', bindings: [{ role: 'roles/bigquery.dataViewer', members: [group('analysts')] }] },
] as const satisfies readonly { id: string; name: string; parent: string; bindings: readonly SandboxBinding[] }[]

export const organizationBindings: readonly SandboxBinding[] = [
  { role: 'roles/resourcemanager.organizationAdmin', members: [user('maya.okafor')] },
  { role: 'roles/viewer', members: [group('auditors')] },
  { role: 'roles/iam.securityReviewer', members: [account('whittle-scanner', 'acme-shared')] },
]

export const groupMembers: Readonly<Record<string, readonly string[]>> = {
  developers: ['lucia.romano', 'omar.haddad', 'nina.kovac'], analysts: ['hana.sato', 'yuki.tanaka'], auditors: ['ruth.adler'], responders: ['hana.sato', 'sven.berg'],
}

export const projects: readonly SandboxProject[] = [
  { id: 'acme-shop-prod', number: '300000000001', name: 'Shop (production)', parent: '200000000001', bindings: [
    { role: 'roles/owner', members: [user('lena.fischer')] },
    { role: 'roles/editor', members: ['serviceAccount:300000000001-compute@developer.gserviceaccount.com'] },
    { role: 'roles/iam.serviceAccountTokenCreator', members: [user('tess.moreno')] },
    { role: 'roles/run.developer', members: [account('deploy', 'acme-shop-prod')] },
    { role: 'roles/iam.serviceAccountUser', members: [account('deploy', 'acme-shop-prod')], condition: { title: 'only the shop', expression: "resource.name.endsWith('/serviceAccounts/shop@acme-shop-prod.iam.gserviceaccount.com')" } },
    { role: 'roles/editor', members: [user('priya.nair')], untilDays: -12 },
    { role: 'roles/viewer', members: [user('priya.nair'), user('diego.santos')] },
  ], serviceAccounts: [
    { name: 'deploy', title: 'Deployment', keys: [{ createdDays: 402 }] },
    { name: 'shop', title: 'Shop' },
    { name: 'compute', title: 'Compute Engine default service account', email: '300000000001-compute@developer.gserviceaccount.com' },
  ] },
  { id: 'acme-data-prod', number: '300000000002', name: 'Data (production)', parent: '200000000003', bindings: [
    { role: 'roles/bigquery.dataEditor', members: [account('importer', 'acme-data-prod')] },
    { role: 'roles/bigquery.jobUser', members: [group('analysts'), account('reports', 'acme-data-prod')] },
    { role: 'projects/acme-data-prod/roles/tableSteward', members: [user('yuki.tanaka')] },
  ], serviceAccounts: [
    { name: 'importer', title: 'Nightly import', keys: [{ createdDays: 20 }] },
    { name: 'reports', title: 'Reports', keys: [{ createdDays: 500, isDisabled: true }] },
    { name: 'scheduler', title: 'Scheduler' },
  ] },
  { id: 'acme-shop-dev', number: '300000000003', name: 'Shop (development)', parent: '200000000002', bindings: [
    { role: 'roles/run.developer', members: [group('developers')] },
  ], serviceAccounts: [{ name: 'shop', title: 'Shop' }] },
  { id: 'acme-lab', number: '300000000004', name: 'Lab', parent: '200000000002', bindings: [
    { role: 'roles/owner', members: [account('lab-automation', 'acme-lab')] },
    { role: 'roles/viewer', members: ['user:kai.weber@partner.example'] },
  ], serviceAccounts: [{ name: 'lab-automation', title: 'Lab automation', keys: [{ createdDays: 121 }] }, { name: 'old-experiment', title: 'Old experiment', isDisabled: true }] },
  { id: 'acme-shared', number: '300000000005', name: 'Shared services', parent: '', bindings: [
    { role: 'roles/logging.viewer', members: [user('hana.sato')] },
  ], serviceAccounts: [{ name: 'whittle-scanner', title: 'Whittle scanner' }] },
]

/** Allow policies of what lies in projects. */
export const resourcePolicies: readonly { readonly name: string; readonly kind: string; readonly project: string; readonly bindings: readonly SandboxBinding[] }[] = [
  { name: '//storage.googleapis.com/acme-press-kit', kind: 'storage.googleapis.com/Bucket', project: 'acme-shop-prod', bindings: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] },
  { name: '//storage.googleapis.com/acme-orders', kind: 'storage.googleapis.com/Bucket', project: 'acme-shop-prod', bindings: [{ role: 'roles/storage.objectViewer', members: [account('shop', 'acme-shop-prod')] }] },
  { name: '//bigquery.googleapis.com/projects/acme-data-prod/datasets/customers', kind: 'bigquery.googleapis.com/Dataset', project: 'acme-data-prod', bindings: [{ role: 'roles/bigquery.dataViewer', members: ['allAuthenticatedUsers'] }] },
  { name: '//iam.googleapis.com/projects/acme-shop-prod/serviceAccounts/shop@acme-shop-prod.iam.gserviceaccount.com', kind: 'iam.googleapis.com/ServiceAccount', project: 'acme-shop-prod',
    bindings: [{ role: 'roles/iam.serviceAccountTokenCreator', members: [user('diego.santos')] }] },
  { name: '//iam.googleapis.com/projects/acme-data-prod/serviceAccounts/importer@acme-data-prod.iam.gserviceaccount.com', kind: 'iam.googleapis.com/ServiceAccount', project: 'acme-data-prod',
    bindings: [{ role: 'roles/iam.serviceAccountTokenCreator', members: [account('scheduler', 'acme-data-prod')] }] },
]

const basics = ['resourcemanager.projects.get', 'storage.buckets.list', 'bigquery.datasets.get', 'run.services.get', 'run.services.list', 'compute.instances.get', 'compute.instances.list', 'logging.logEntries.list', 'iam.serviceAccounts.get', 'iam.serviceAccounts.list',
  'iam.roles.get', 'iam.roles.list', 'resourcemanager.projects.getIamPolicy']
const writes = ['storage.buckets.create', 'storage.buckets.delete', 'storage.buckets.update', 'bigquery.datasets.create', 'bigquery.tables.create', 'run.services.create', 'run.services.update', 'compute.instances.create', 'compute.instances.delete',
  'compute.instances.setMetadata', 'cloudfunctions.functions.create', 'deploymentmanager.deployments.create', 'iam.serviceAccounts.actAs', 'iam.serviceAccounts.create', 'iam.serviceAccounts.delete', 'iam.serviceAccounts.update', 'iam.serviceAccountKeys.create']
const grants = ['resourcemanager.projects.setIamPolicy', 'iam.serviceAccounts.setIamPolicy', 'iam.roles.create', 'iam.roles.update', 'resourcemanager.projects.delete', 'storage.buckets.setIamPolicy']
/** What the roles that Acme grants permit; of the basic ones, which have thousands, the permissions of the services that Acme uses. */
export const roles: Readonly<Record<string, { readonly title: string; readonly permissions: readonly string[] }>> = {
  'roles/owner': { title: 'Owner', permissions: [...basics, ...writes, ...grants] },
  'roles/editor': { title: 'Editor', permissions: [...basics, ...writes] },
  'roles/viewer': { title: 'Viewer', permissions: basics },
  'roles/resourcemanager.organizationAdmin': { title: 'Organization Administrator', permissions: ['resourcemanager.folders.get', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.folders.list', 'resourcemanager.folders.setIamPolicy', 'resourcemanager.organizations.get',
    'resourcemanager.organizations.getIamPolicy', 'resourcemanager.organizations.setIamPolicy', 'resourcemanager.projects.get', 'resourcemanager.projects.getIamPolicy', 'resourcemanager.projects.list', 'resourcemanager.projects.setIamPolicy'] },
  'roles/iam.securityReviewer': { title: 'Security Reviewer', permissions: ['iam.roles.get', 'iam.roles.list', 'iam.serviceAccounts.get', 'iam.serviceAccounts.getIamPolicy', 'iam.serviceAccounts.list', 'resourcemanager.organizations.getIamPolicy', 'resourcemanager.projects.getIamPolicy'] },
  'roles/iam.serviceAccountTokenCreator': { title: 'Service Account Token Creator', permissions: ['iam.serviceAccounts.get', 'iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken', 'iam.serviceAccounts.implicitDelegation', 'iam.serviceAccounts.list', 'iam.serviceAccounts.signBlob', 'iam.serviceAccounts.signJwt'] },
  'roles/iam.serviceAccountUser': { title: 'Service Account User', permissions: ['iam.serviceAccounts.actAs', 'iam.serviceAccounts.get', 'iam.serviceAccounts.list', 'resourcemanager.projects.get', 'resourcemanager.projects.list'] },
  'roles/logging.viewer': { title: 'Logs Viewer', permissions: ['logging.logEntries.list', 'logging.logs.list', 'logging.sinks.get', 'resourcemanager.projects.get'] },
  'roles/run.developer': { title: 'Cloud Run Developer', permissions: ['run.services.create', 'run.services.get', 'run.services.list', 'run.services.update', 'resourcemanager.projects.get'] },
  'roles/storage.objectViewer': { title: 'Storage Object Viewer', permissions: ['resourcemanager.projects.get', 'resourcemanager.projects.list', 'storage.objects.get', 'storage.objects.list'] },
  'roles/bigquery.dataViewer': { title: 'BigQuery Data Viewer', permissions: ['bigquery.datasets.get', 'bigquery.tables.export', 'bigquery.tables.get', 'bigquery.tables.getData', 'bigquery.tables.list'] },
  'roles/bigquery.dataEditor': { title: 'BigQuery Data Editor', permissions: ['bigquery.datasets.create', 'bigquery.datasets.get', 'bigquery.tables.create', 'bigquery.tables.getData', 'bigquery.tables.updateData'] },
  'roles/bigquery.jobUser': { title: 'BigQuery Job User', permissions: ['bigquery.jobs.create', 'resourcemanager.projects.get'] },
}
export const customRoles: Readonly<Record<string, Readonly<Record<string, { readonly title: string; readonly permissions: readonly string[] }>>>> = {
  'acme-data-prod': { tableSteward: { title: 'Table steward', permissions: ['bigquery.tables.get', 'bigquery.tables.list', 'bigquery.tables.update'] } },
}
