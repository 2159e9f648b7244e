import { expect, test } from 'vitest'
import { awsRoleAdministrator } from '../../detections/aws-role-administrator.ts'
import { awsUserAdministrator } from '../../detections/aws-user-administrator.ts'
import { arn, attach, document, groupDetail, inline, organizationAnswers, policyDetail, roleDetail, statement, trusting, userDetail } from '../builders/aws-answers.ts'
import { admin, administrator, awsEstateOf, kindsOf, noOrganization } from '../builders/aws-estate.ts'

type Case = { user: Record<string, unknown>; groups?: unknown[]; policies?: unknown[]; more?: Record<string, unknown> }
const own = (...statements: unknown[]) => ({ UserPolicyList: inline(...statements) })
const boundary = arn('policy', 'boundary')
const bounded = { ...administrator, PermissionsBoundary: { PermissionsBoundaryArn: boundary } }
const everythingButIam = { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }

const cases: readonly [string, Case, string][] = [
  ['AdministratorAccess makes an administrator', { user: administrator }, 'violation certain'],
  ['any policy that allows everything does, whatever its name', { user: own(statement('Allow', '*')) }, 'violation certain'],
  ['a policy that is only called so does not', { user: { AttachedManagedPolicies: attach(arn('policy', 'AdministratorAccess')) }, policies: [policyDetail(arn('policy', 'AdministratorAccess'), document(statement('Allow', 's3:*')))] }, 'pass'],
  ['two policies together do', { user: { ...own(everythingButIam), GroupList: ['iam'] }, groups: [groupDetail('iam', { GroupPolicyList: inline(statement('Allow', 'iam:*')) })] }, 'violation certain'],
  ['everything but IAM does not', { user: own(everythingButIam) }, 'pass'],
  ['IAM alone does not: it can escalate', { user: own(statement('Allow', 'iam:*')) }, 'pass'],
  ['everything on one resource does not', { user: own(statement('Allow', '*', { Resource: 'arn:aws:s3:::b/*' })) }, 'pass'],
  ['everything under a condition does not', { user: own(statement('Allow', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })) }, 'pass'],
  ['a deny of one action of the list undoes it', { user: { ...administrator, ...own(statement('Deny', 's3:PutBucketPolicy')) } }, 'pass'],
  ['a deny of an action that is not in the list does not', { user: { ...administrator, ...own(statement('Deny', 'cloudtrail:StopLogging')) } }, 'violation certain'],
  ['a deny on one bucket makes it conditional', { user: { ...administrator, ...own(statement('Deny', 's3:*', { Resource: 'arn:aws:s3:::logs/*' })) } }, 'violation conditional'],
  ['a deny without MFA makes it conditional', { user: { ...administrator, ...own({ Effect: 'Deny', NotAction: 'iam:*MFADevice', Resource: '*', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }) } }, 'violation conditional'],
  ['a boundary undoes it', { user: bounded, policies: [policyDetail(boundary, document(everythingButIam))] }, 'pass'],
  ['a boundary that allows everything does not', { user: bounded, policies: [policyDetail(boundary, document(statement('Allow', '*')))] }, 'violation certain'],
  ['a boundary that was not read leaves it assumed', { user: bounded }, 'violation assumed'],
  ['a service control policy undoes it', { user: administrator, more: organizationAnswers({ 'ou-1': { guard: document(statement('Deny', 'iam:CreateUser')) } }) }, 'pass'],
  ['a service control policy for others does not', { user: administrator, more: organizationAnswers({ 'r-1': { guard: document(statement('Deny', '*', { Condition: { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } } })) } }) }, 'violation certain'],
  ['an organization that was not exported leaves it assumed', { user: administrator, more: {} }, 'violation assumed'],
  ['a policy that was not exported is unknown', { user: { AttachedManagedPolicies: attach(arn('policy', 'lost')) } }, 'unknown'],
  ['a broken statement beside nothing is unknown', { user: own({ Effect: 'Allow', Action: '*' }) }, 'unknown'],
  ['nothing at all passes', { user: {} }, 'pass'],
]

test.each(cases)('user: %s', (_name, { user, more, ...lists }, expected) => {
  expect(kindsOf(awsUserAdministrator, awsEstateOf({ ...lists, users: [userDetail('alice', user)] }, more))).toEqual([expected])
})

const asRole = ({ UserPolicyList, ...rest }: Record<string, unknown>) => ({ ...rest, ...(UserPolicyList === undefined ? {} : { RolePolicyList: UserPolicyList }) })
test.each(cases.filter(([, { groups }]) => groups === undefined))('role: %s', (_name, { user, more, ...lists }, expected) => {
  expect(kindsOf(awsRoleAdministrator, awsEstateOf({ ...lists, roles: [roleDetail('app', asRole(user))] }, more))).toEqual([expected])
})

test('service-linked roles are their services\' own', () => {
  expect(kindsOf(awsRoleAdministrator, awsEstateOf({ roles: [roleDetail('x', { ...administrator, Arn: arn('role', 'aws-service-role/x.amazonaws.com/x') })] }))).toEqual([])
})

test('the management account stands under no service control policy', () => {
  const answers = organizationAnswers({ 'r-1': { guard: document(statement('Deny', '*')) } })
  const own100 = { ...answers, 'aws/organization/describe-organization': { Organization: { Id: 'o-acme', MasterAccountId: '100000000001' } } }
  expect(kindsOf(awsUserAdministrator, awsEstateOf({ users: [userDetail('alice', administrator)] }, own100))).toEqual(['violation certain'])
})

test.each([
  ['a service', { Service: 'ec2.amazonaws.com' }, 2], ['its own account', { AWS: arn('user', 'alice') }, 1], ['another organization', { AWS: '100000000009' }, 3], ['anybody', '*', 4],
])('a role that %s may assume is as likely misused as that says', (_name, principal, likelihood) => {
  const [judged] = awsRoleAdministrator.run(awsEstateOf({ roles: [roleDetail('app', { ...administrator, AssumeRolePolicyDocument: trusting(principal) })] }, noOrganization))
  expect(judged?.judgement).toMatchObject({ likelihood, evidence: { grantedBy: [{ policy: admin, statement: '0' }] } })
})
