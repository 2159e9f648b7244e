import { expect, test } from 'vitest'
import { awsRoleExternalTrustWithoutExternalId } from '../../detections/aws-role-external-trust-without-external-id.ts'
import { arn, document, organizationAnswers, roleDetail, trusting } from '../builders/aws-answers.ts'
import { administrator, awsEstateOf, kindsOf } from '../builders/aws-estate.ts'

const vendor = { AWS: 'arn:aws:iam::100000000009:root' }
const when = (operator: string, key: string, value: unknown) => ({ Condition: { [operator]: { [key]: value } } })
const externalId = when('StringEquals', 'sts:ExternalId', 'acme-7f3')
const judge = (trust: unknown, more: Record<string, unknown> = organizationAnswers(), role = {}, options = {}) =>
  kindsOf(awsRoleExternalTrustWithoutExternalId, awsEstateOf({ roles: [roleDetail('app', { AssumeRolePolicyDocument: trust, ...role })] }, more), options)

test.each<[string, unknown, string]>([
  ['a foreign account without an external id violates', trusting(vendor), 'violation certain'],
  ['with an external id it passes', trusting(vendor, externalId), 'pass'],
  ['an account of twelve digits is one too', trusting({ AWS: '100000000009' }), 'violation certain'],
  ['a foreign role is of a foreign account', trusting({ AWS: arn('role', 'x', '100000000009') }), 'violation certain'],
  ['its own account passes', trusting({ AWS: arn('user', 'alice') }), 'pass'],
  ['an account of the organization passes', trusting({ AWS: '100000000002' }), 'pass'],
  ['services and identity providers are no accounts', trusting({ Service: 'ec2.amazonaws.com', Federated: 'cognito-identity.amazonaws.com' }), 'pass'],
  ['an external id that fits everything is none', trusting(vendor, when('StringLike', 'sts:ExternalId', '*')), 'violation certain'],
  ['an external id that is excluded is none', trusting(vendor, when('StringNotEquals', 'sts:ExternalId', 'x')), 'violation conditional'],
  ['a deny of everybody without the external id protects', document(...trusting(vendor).Statement, { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', ...when('StringNotEquals', 'sts:ExternalId', 'acme-7f3') }), 'pass'],
  ['anybody violates', trusting('*'), 'violation certain'],
  ['anybody but one violates', document({ Effect: 'Allow', NotPrincipal: vendor, Action: 'sts:*' }), 'violation certain'],
  ['anybody of the organization passes', trusting('*', when('StringEquals', 'aws:PrincipalOrgID', 'o-acme')), 'pass'],
  ['anybody of another organization violates', trusting('*', when('StringEquals', 'aws:PrincipalOrgID', 'o-other')), 'violation certain'],
  ['anybody by an ARN of ours passes', trusting('*', when('ArnLike', 'aws:PrincipalArn', arn('role', 'ci-*'))), 'pass'],
  ['MFA stands in the way, but is no external id', trusting(vendor, when('Bool', 'aws:MultiFactorAuthPresent', 'true')), 'violation conditional'],
  ['another action is no assuming', trusting(vendor, { Action: 'sts:TagSession' }), 'pass'],
  ['a broken statement is unknown', document({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'unknown'],
])('%s', (_name, trust, expected) => { expect(judge(trust)).toEqual([expected]) })

test('without the organization it is only assumed; an account that is known is no stranger', () => {
  expect(judge(trusting(vendor), {})).toEqual(['violation assumed'])
  expect(judge(trusting(vendor), organizationAnswers(), {}, { knownAccounts: '100000000008, 100000000009' })).toEqual(['pass'])
})

test('an administrator that anybody may assume is the worst of all', () => {
  const [judged] = awsRoleExternalTrustWithoutExternalId.run(awsEstateOf({ roles: [roleDetail('app', { AssumeRolePolicyDocument: trusting('*'), ...administrator })] }))
  expect(judged?.judgement).toMatchObject({ likelihood: 4, impact: 4, summary: expect.stringContaining('by anybody') })
})
