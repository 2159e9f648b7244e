import type { Json, JsonObject } from '../../../model/json.ts'

/** Days are counted back from the estate's day; `usedDays` null = never used. */
export type SandboxKey = { readonly createdDays: number; readonly usedDays: number | null; readonly status?: 'Active' | 'Inactive' }
export type SandboxUser = {
  readonly name: string; readonly createdDays: number; readonly groups?: readonly string[]; readonly attached?: readonly string[]; readonly inline?: Readonly<Record<string, Json>>
  readonly boundary?: string; readonly keys?: readonly SandboxKey[]; readonly password?: { readonly usedDays: number | null; readonly hasMfa: boolean }; readonly tags?: Readonly<Record<string, string>>
}
export type SandboxGroup = { readonly name: string; readonly createdDays: number; readonly attached?: readonly string[]; readonly inline?: Readonly<Record<string, Json>> }
export type SandboxRole = {
  readonly name: string; readonly createdDays: number; readonly path?: string; readonly trust: JsonObject; readonly attached?: readonly string[]; readonly inline?: Readonly<Record<string, Json>>
  readonly boundary?: string; readonly usedDays: number | null; readonly instanceProfile?: string; readonly tags?: Readonly<Record<string, string>>
}
export type SandboxAccount = {
  readonly id: string; readonly name: string; readonly unit: string; readonly users: readonly SandboxUser[]; readonly groups: readonly SandboxGroup[]; readonly roles: readonly SandboxRole[]
  /** Policies of the customer by name. */
  readonly policies: Readonly<Record<string, Json>>
}

export const allow = (action: Json, resource: Json = '*', more: JsonObject = {}): JsonObject => ({ Effect: 'Allow', Action: action, Resource: resource, ...more })
export const deny = (action: Json, resource: Json = '*', more: JsonObject = {}): JsonObject => ({ Effect: 'Deny', Action: action, Resource: resource, ...more })
export const document = (...statements: readonly Json[]): JsonObject => ({ Version: '2012-10-17', Statement: statements })

const trustsService = (...services: readonly string[]): JsonObject => document({ Effect: 'Allow', Principal: { Service: services.length === 1 ? services[0] ?? '' : services }, Action: 'sts:AssumeRole' })
const trusts = (principal: string, condition?: JsonObject): JsonObject => document({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...(condition === undefined ? {} : { Condition: condition }) })
const trustsSso = (account: string): JsonObject => document({ Effect: 'Allow', Principal: { Federated: `arn:aws:iam::${account}:saml-provider/acme-entra` }, Action: 'sts:AssumeRoleWithSAML',
  Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } } })
const root = (account: string): string => `arn:aws:iam::${account}:root`

const [management, production, development, security] = ['100000000001', '100000000002', '100000000003', '100000000004']
/** Companies that Acme works with: accounts outside its organization. */
const [analyticsVendor, monitoringVendor, auditor] = ['100000000097', '100000000098', '100000000099']

const managementAccount: SandboxAccount = {
  id: management, name: 'acme-management', unit: 'root',
  groups: [{ name: 'Administrators', createdDays: 1400, attached: ['AdministratorAccess'] }, { name: 'Finance', createdDays: 1400, attached: ['job-function/Billing'] }],
  users: [
    { name: 'maya.okafor', createdDays: 1390, groups: ['Administrators'], password: { usedDays: 1, hasMfa: true }, tags: { owner: 'maya.okafor@acme.example' } },
    { name: 'break-glass', createdDays: 1390, attached: ['AdministratorAccess'], password: { usedDays: 212, hasMfa: true }, tags: { owner: 'security@acme.example' } },
    { name: 'tomas.lind', createdDays: 800, groups: ['Finance'], password: { usedDays: 3, hasMfa: true } },
    { name: 'cost-reporter', createdDays: 600, inline: { 'read-costs': document(allow(['ce:Get*', 'ce:Describe*'])) }, keys: [{ createdDays: 80, usedDays: 1 }] },
  ],
  roles: [
    { name: 'AWSServiceRoleForOrganizations', path: '/aws-service-role/organizations.amazonaws.com/', createdDays: 1400, trust: trustsService('organizations.amazonaws.com'),
      attached: ['aws-service-role/AWSOrganizationsServiceTrustPolicy'], usedDays: 30 },
    { name: 'whittle-scanner', createdDays: 40, trust: trusts(root(security), { StringEquals: { 'sts:ExternalId': 'whittle-acme' } }), inline: { 'read-identities': document(allow(['iam:Get*', 'iam:List*', 'organizations:Describe*', 'organizations:List*'])) }, usedDays: 0 },
  ],
  policies: {},
}

const productionAccount: SandboxAccount = {
  id: production, name: 'acme-production', unit: 'workloads',
  groups: [{ name: 'Developers', createdDays: 900, attached: ['AmazonS3ReadOnlyAccess', 'CloudWatchReadOnlyAccess'] }, { name: 'Operators', createdDays: 900, attached: ['policy:operate-everything-but-identities'] }],
  users: [
    { name: 'deploy-bot', createdDays: 700, attached: ['policy:deploy-web'], keys: [{ createdDays: 690, usedDays: 214 }], tags: { owner: 'diego.santos@acme.example', service: 'web' } },
    { name: 'legacy-backup', createdDays: 1100, attached: ['AmazonS3ReadOnlyAccess'], keys: [{ createdDays: 410, usedDays: null }] },
    { name: 'release-bot', createdDays: 300, attached: ['policy:deploy-web'], keys: [{ createdDays: 60, usedDays: 1 }, { createdDays: 300, usedDays: 62, status: 'Inactive' }] },
    { name: 'ci-runner', createdDays: 500, attached: ['policy:deploy-web'], keys: [{ createdDays: 500, usedDays: 200, status: 'Inactive' }] },
    { name: 'priya.nair', createdDays: 850, groups: ['Operators'], attached: ['policy:manage-identities'], password: { usedDays: 2, hasMfa: true }, tags: { owner: 'priya.nair@acme.example' } },
    { name: 'sven.berg', createdDays: 845, groups: ['Operators'], attached: ['policy:manage-identities'], inline: { 'no-identity-writes': document(deny(['iam:Put*', 'iam:Attach*', 'iam:Create*', 'iam:Update*'])) }, password: { usedDays: 5, hasMfa: true } },
    { name: 'admin-tools', createdDays: 640, groups: ['Developers'], attached: ['policy:AdministratorAccess-readonly'], keys: [{ createdDays: 75, usedDays: 4 }] },
    { name: 'lucia.romano', createdDays: 200, groups: ['Developers'], password: { usedDays: 6, hasMfa: false } },
  ],
  roles: [
    { name: 'AcmeAdministrator', path: '/sso/', createdDays: 900, trust: trustsSso(production), attached: ['AdministratorAccess'], usedDays: 1 },
    { name: 'old-migration-admin', createdDays: 980, trust: trusts(root(production)), attached: ['AdministratorAccess'], usedDays: 301, tags: { project: 'datacenter-exit' } },
    { name: 'platform-builder', createdDays: 420, trust: trustsSso(production), attached: ['AdministratorAccess'], boundary: 'policy:workload-boundary', usedDays: 2 },
    { name: 'data-export', createdDays: 510, trust: trusts(root(analyticsVendor)), inline: { 'read-exports': document(allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::acme-exports', 'arn:aws:s3:::acme-exports/*'])) }, usedDays: 9 },
    { name: 'yearly-audit', createdDays: 330, trust: trusts(`arn:aws:iam::${auditor}:role/auditor`), attached: ['AdministratorAccess'], usedDays: 320 },
    { name: 'monitoring', createdDays: 260, trust: trusts(root(monitoringVendor), { StringEquals: { 'sts:ExternalId': 'acme-7c1f' } }), attached: ['CloudWatchReadOnlyAccess'], usedDays: 0 },
    { name: 'cross-account-deploy', createdDays: 700, trust: trusts(root(development)), attached: ['policy:deploy-web'], usedDays: 1 },
    { name: 'orders-service', createdDays: 600, trust: trustsService('lambda.amazonaws.com'), attached: ['service-role/AWSLambdaBasicExecutionRole'], inline: { orders: document(allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], `arn:aws:dynamodb:eu-central-1:${production}:table/orders`)) }, usedDays: 0 },
    { name: 'payments-service', createdDays: 580, trust: trustsService('ec2.amazonaws.com'), attached: ['AmazonS3ReadOnlyAccess'], usedDays: 0, instanceProfile: 'payments-service' },
  ],
  policies: {
    'deploy-web': document(allow(['s3:PutObject', 's3:DeleteObject', 's3:ListBucket'], ['arn:aws:s3:::acme-web', 'arn:aws:s3:::acme-web/*']), allow('cloudfront:CreateInvalidation')),
    'operate-everything-but-identities': document({ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }),
    'manage-identities': document(allow(['iam:*', 'organizations:*', 'account:*'])),
    'AdministratorAccess-readonly': document(allow(['s3:ListAllMyBuckets', 'ec2:Describe*', 'rds:Describe*'])),
    'workload-boundary': document(allow(['s3:*', 'dynamodb:*', 'lambda:*', 'logs:*', 'cloudwatch:*']), deny(['iam:*', 'organizations:*'])),
  },
}

const developmentAccount: SandboxAccount = {
  id: development, name: 'acme-development', unit: 'sandboxes',
  groups: [{ name: 'Developers', createdDays: 700, attached: ['PowerUserAccess'] }],
  users: [
    { name: 'nina.kovac', createdDays: 500, groups: ['Developers'], keys: [{ createdDays: 85, usedDays: 12 }], password: { usedDays: 1, hasMfa: true } },
    { name: 'omar.haddad', createdDays: 620, groups: ['Developers'], keys: [{ createdDays: 400, usedDays: 121 }], password: { usedDays: 4, hasMfa: true }, tags: { owner: 'omar.haddad@acme.example' } },
    { name: 'intern-2026', createdDays: 10, groups: ['Developers'], keys: [{ createdDays: 10, usedDays: null }] },
    { name: 'dev-admin', createdDays: 690, attached: ['AdministratorAccess'], password: { usedDays: 1, hasMfa: true } },
    { name: 'load-test', createdDays: 380, attached: ['AmazonS3ReadOnlyAccess'], keys: [{ createdDays: 380, usedDays: 181, status: 'Inactive' }, { createdDays: 88, usedDays: 2 }] },
  ],
  roles: [
    { name: 'OrganizationAccountAccessRole', createdDays: 700, trust: trusts(root(management)), attached: ['AdministratorAccess'], usedDays: 150 },
    { name: 'preview-environments', createdDays: 240, trust: trustsService('ecs-tasks.amazonaws.com'), inline: { preview: document(allow('ssm:GetParameter', `arn:aws:ssm:eu-central-1:${development}:parameter/preview/*`)) }, usedDays: 1 },
    { name: 'chat-integration', createdDays: 190, trust: trusts(root(monitoringVendor), { StringEquals: { 'sts:ExternalId': ['acme-7c1f', 'acme-7c1f-next'] } }), attached: ['CloudWatchReadOnlyAccess'], usedDays: null },
  ],
  policies: {},
}

const securityAccount: SandboxAccount = {
  id: security, name: 'acme-security', unit: 'security',
  groups: [{ name: 'Responders', createdDays: 700, attached: ['IAMReadOnlyAccess'] }],
  users: [
    { name: 'forensics-bot', createdDays: 300, groups: ['Responders'], keys: [{ createdDays: 290, usedDays: 95 }] },
    { name: 'scanner-bot', createdDays: 290, groups: ['Responders'], keys: [{ createdDays: 280, usedDays: 90 }] },
    { name: 'hana.sato', createdDays: 410, groups: ['Responders'], password: { usedDays: 1, hasMfa: true } },
  ],
  roles: [
    { name: 'incident-responder', createdDays: 420, trust: trustsSso(security), attached: ['IAMReadOnlyAccess'], inline: { 'read-logs': document(allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::acme-logs', 'arn:aws:s3:::acme-logs/*'])) }, usedDays: 5 },
    { name: 'identity-manager', createdDays: 420, trust: trustsSso(security), attached: ['IAMFullAccess'], usedDays: 3 },
    { name: 'log-archiver', createdDays: 430, trust: trustsService('lambda.amazonaws.com'), inline: { archive: document(allow(['s3:PutObject'], 'arn:aws:s3:::acme-logs/*')) }, usedDays: 0 },
  ],
  policies: {},
}

export const sandboxAccounts: readonly SandboxAccount[] = [managementAccount, productionAccount, developmentAccount, securityAccount]

/** Units of the organization by their key: parent, name and the service control policies on them. */
export const sandboxUnits: Readonly<Record<string, { readonly id: string; readonly name: string; readonly parent: string | null; readonly policies: readonly string[] }>> = {
  root: { id: 'r-acme', name: 'Root', parent: null, policies: [] },
  workloads: { id: 'ou-acme-workload', name: 'Workloads', parent: 'root', policies: ['no-root-user'] },
  sandboxes: { id: 'ou-acme-sandboxes', name: 'Sandboxes', parent: 'workloads', policies: ['no-identity-writes'] },
  security: { id: 'ou-acme-security', name: 'Security', parent: 'root', policies: [] },
}
export const serviceControlPolicies: Readonly<Record<string, { readonly id: string; readonly description: string; readonly document: JsonObject }>> = {
  'no-root-user': { id: 'p-norootuser', description: 'the root user of an account does nothing', document: document(deny('*', '*', { Sid: 'NoRootUser', Condition: { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } } })) },
  'no-identity-writes': { id: 'p-noidentity', description: 'identities of development accounts come from the pipeline', document: document(deny(['iam:Create*', 'iam:Put*', 'iam:Attach*', 'iam:Update*', 'iam:Set*', 'iam:Add*', 'iam:PassRole'], '*', { Sid: 'NoIdentityWrites' })) },
}
