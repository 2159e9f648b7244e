import type { Answer } from '../../model/answer.ts'
import { answersInMemory, encodeArgument } from '../../clouds/estate-directory.ts'
import { daysBefore, now } from './clock.ts'

export const accountId = '100000000001'
export const iam = `aws/${accountId}/global/iam`
export const arn = (kind: string, name: string, account = accountId) => `arn:aws:iam::${account}:${kind}/${name}`

export const statement = (effect: 'Allow' | 'Deny', action: string | string[], over: Record<string, unknown> = {}) => ({ Effect: effect, Action: action, Resource: '*', ...over })
export const document = (...statements: unknown[]) => ({ Version: '2012-10-17', Statement: statements })
export const inline = (...statements: unknown[]) => [{ PolicyName: 'inline', PolicyDocument: document(...statements) }]
export const trusting = (principal: unknown, over: Record<string, unknown> = {}) => document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...over })
export const attach = (...arns: string[]) => arns.map((one) => ({ PolicyArn: one, PolicyName: one.split('/').at(-1) }))

export const userDetail = (name: string, over: Record<string, unknown> = {}) =>
  ({ Path: '/', UserName: name, UserId: `AIDA${name.toUpperCase()}`, Arn: arn('user', name), CreateDate: daysBefore(400), GroupList: [], AttachedManagedPolicies: [], UserPolicyList: [], Tags: [], ...over })
export const groupDetail = (name: string, over: Record<string, unknown> = {}) =>
  ({ Path: '/', GroupName: name, GroupId: `AGPA${name.toUpperCase()}`, Arn: arn('group', name), CreateDate: daysBefore(400), AttachedManagedPolicies: [], GroupPolicyList: [], ...over })
export const roleDetail = (name: string, over: Record<string, unknown> = {}) => ({
  Path: '/', RoleName: name, RoleId: `AROA${name.toUpperCase()}`, Arn: arn('role', name), CreateDate: daysBefore(400), AttachedManagedPolicies: [], RolePolicyList: [], Tags: [],
  InstanceProfileList: [], AssumeRolePolicyDocument: trusting({ Service: 'ec2.amazonaws.com' }), RoleLastUsed: {}, ...over })
export const policyDetail = (policyArn: string, doc: unknown, over: Record<string, unknown> = {}) => ({
  PolicyName: policyArn.split('/').at(-1), PolicyId: `ANPA${policyArn.length}${policyArn.split('/').at(-1)?.toUpperCase() ?? ''}`, Arn: policyArn, DefaultVersionId: 'v1',
  PolicyVersionList: [{ Document: doc, VersionId: 'v1', IsDefaultVersion: true, CreateDate: daysBefore(400) }], ...over })
export const details = (lists: { users?: unknown[]; groups?: unknown[]; roles?: unknown[]; policies?: unknown[] }) =>
  ({ UserDetailList: lists.users ?? [], GroupDetailList: lists.groups ?? [], RoleDetailList: lists.roles ?? [], Policies: lists.policies ?? [] })

export type Row = { password?: string; passwordUsed?: string; mfa?: boolean; key1?: [active: boolean, created: string, used: string]; key2?: [active: boolean, created: string, used: string] }
const header = 'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated'
/** A credential report; `<root_account>` names the root user. */
export function report(rows: Record<string, Row>) {
  const lines = Object.entries(rows).map(([name, row]) => {
    const key = ([isActive, created, used]: [boolean, string, string] = [false, 'N/A', 'N/A']) => [isActive, created, used, 'N/A', 'N/A'].join(',')
    const owner = name === '<root_account>' ? `arn:aws:iam::${accountId}:root` : arn('user', name)
    return [name, owner, daysBefore(400), row.password ?? 'false', row.passwordUsed ?? 'N/A', 'N/A', 'N/A', row.mfa ?? false, key(row.key1), key(row.key2), 'false,N/A,false,N/A'].join(',')
  })
  return { Content: Buffer.from([header, ...lines].join('\n')).toString('base64'), ReportFormat: 'text/csv', GeneratedTime: now }
}

export const organization = 'aws/organization'
export const FullAWSAccess = { Id: 'p-FullAWSAccess', Name: 'FullAWSAccess', Type: 'SERVICE_CONTROL_POLICY', AwsManaged: true }
/** An organization of 100000000000 with the account below one unit; `scps` by target (`r-1`, `ou-1`, the account) beside FullAWSAccess. */
export function organizationAnswers(scps: Record<string, Record<string, unknown>> = {}, options: { isOn?: boolean; isFullAccessAt?: (target: string) => boolean } = {}): Record<string, unknown> {
  const targets = ['r-1', 'ou-1', accountId, '100000000000']
  const policiesOf = (target: string) => [...(options.isFullAccessAt?.(target) === false ? [] : [FullAWSAccess]),
    ...Object.keys(scps[target] ?? {}).map((name) => ({ Id: `p-${name}`, Name: name, Type: 'SERVICE_CONTROL_POLICY', AwsManaged: false }))]
  const contents: [string, unknown][] = [['FullAWSAccess', document(statement('Allow', '*'))], ...Object.values(scps).flatMap((byName) => Object.entries(byName))]
  return {
    [`${organization}/describe-organization`]: { Organization: { Id: 'o-acme', MasterAccountId: '100000000000', FeatureSet: 'ALL' } },
    [`${organization}/list-accounts`]: { Accounts: [{ Id: '100000000000', Name: 'Management', Status: 'ACTIVE' }, { Id: accountId, Name: 'Production', Status: 'ACTIVE' }, { Id: '100000000002', Name: 'Staging', Status: 'ACTIVE' }] },
    [`${organization}/list-roots`]: { Roots: [{ Id: 'r-1', Name: 'Root', PolicyTypes: options.isOn === false ? [] : [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] }] },
    [`${organization}/list-organizational-units-for-parent/r-1`]: { OrganizationalUnits: [{ Id: 'ou-1', Name: 'Workloads' }] },
    [`${organization}/list-organizational-units-for-parent/ou-1`]: { OrganizationalUnits: [] },
    [`${organization}/list-accounts-for-parent/r-1`]: { Accounts: [{ Id: '100000000000' }] },
    [`${organization}/list-accounts-for-parent/ou-1`]: { Accounts: [{ Id: accountId }, { Id: '100000000002' }] },
    ...Object.fromEntries(targets.map((target) => [`${organization}/list-policies-for-target/${target}/SERVICE_CONTROL_POLICY`, { Policies: policiesOf(target) }])),
    ...Object.fromEntries(contents.map(([name, doc]) => [`${organization}/describe-policy/p-${name}`, { Policy: { PolicySummary: { Id: `p-${name}`, Name: name, Type: 'SERVICE_CONTROL_POLICY' }, Content: JSON.stringify(doc) } }])),
  }
}

export const refused = (code: string): Answer => ({ kind: 'error', code, message: 'no', observedAt: now })
const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && 'kind' in value
/** A source of these answers: plain values are complete single pages. */
export const sourceOf = (answers: Record<string, unknown>) => answersInMemory(new Map(Object.entries(answers).map(([path, value]): [string, Answer] =>
  [path, isAnswer(value) ? value : { kind: 'present', pages: [value], isComplete: true, observedAt: now }])), now)
export { encodeArgument }
