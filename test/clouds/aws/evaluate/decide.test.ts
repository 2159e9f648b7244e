import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide } from '../../../../clouds/aws/evaluate/decide.ts'
import { indexAccount, policiesOf } from '../../../../clouds/aws/evaluate/index-estate.ts'
import { arn, document, groupDetail, inline, organizationAnswers, policyDetail, statement, userDetail } from '../../../builders/aws-answers.ts'
import { awsEstateOf, noOrganization } from '../../../builders/aws-estate.ts'

type Case = { user?: Record<string, unknown>; groups?: unknown[]; policies?: unknown[]; more?: Record<string, unknown> }
function verdict({ user = {}, more = noOrganization, ...lists }: Case, action = 's3:GetObject', resource = 'arn:aws:s3:::b/k') {
  const { aws } = awsEstateOf({ ...lists, users: [userDetail('alice', user)] }, more)
  const [account] = aws.accounts
  const alice = account?.users.values[0]
  if (account === undefined || alice === undefined) throw new TypeError('no alice')
  return decide(policiesOf(indexAccount(aws, account), alice), { action, resource })
}
const own = (...statements: unknown[]) => ({ UserPolicyList: inline(...statements) })
const allow = statement('Allow', 's3:Get*')
const boundary = arn('policy', 'boundary')
const bounded = (doc: unknown): Case => ({ user: { ...own(allow), PermissionsBoundary: { PermissionsBoundaryArn: boundary } }, policies: [policyDetail(boundary, doc)] })
const scp = (target: string, ...statements: unknown[]): Case => ({ user: own(allow), more: organizationAnswers({ [target]: { guard: document(...statements) } }) })
const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }

test.each<[string, Case, string]>([
  ['nothing grants: denied', {}, 'denied implicit'],
  ['an inline policy allows', { user: own(allow) }, 'allowed'],
  ['case of an action does not count', { user: own(statement('Allow', 'S3:getobject')) }, 'allowed'],
  ['a group allows', { user: { GroupList: ['team'] }, groups: [groupDetail('team', { GroupPolicyList: inline(allow) })] }, 'allowed'],
  ['an explicit deny beats an allow', { user: own(allow, statement('Deny', '*')) }, 'denied explicit'],
  ['a deny of a group beats an own allow', { user: { ...own(allow), GroupList: ['team'] }, groups: [groupDetail('team', { GroupPolicyList: inline(statement('Deny', 's3:*')) })] }, 'denied explicit'],
  ['NotAction allows the others', { user: own({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }) }, 'allowed'],
  ['NotAction leaves its own out', { user: own({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }) }, 'denied implicit'],
  ['NotResource allows the others', { user: own({ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::other/*' }) }, 'allowed'],
  ['NotResource leaves its own out', { user: own({ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::b/*' }) }, 'denied implicit'],
  ['another resource is not allowed', { user: own(statement('Allow', 's3:*', { Resource: 'arn:aws:s3:::other/*' })) }, 'denied implicit'],
  ['an allow under a condition is conditional', { user: own(statement('Allow', 's3:*', mfa)) }, 'conditional'],
  ['an allow under a conditional deny is conditional', { user: own(allow, statement('Deny', 's3:*', mfa)) }, 'conditional'],
  ['a condition over the principal that holds is none', { user: own(statement('Allow', 's3:*', { Condition: { StringEquals: { 'aws:username': 'alice' } } })) }, 'allowed'],
  ['a condition over the principal that fails takes the statement away', { user: own(allow, statement('Deny', '*', { Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/ali*' } } })) }, 'allowed'],
  ['a boundary that allows lets through', bounded(document(statement('Allow', 's3:*'))), 'allowed'],
  ['a boundary that does not allow denies', bounded(document(statement('Allow', 'ec2:*'))), 'denied implicit'],
  ['a boundary alone grants nothing', { user: { PermissionsBoundary: { PermissionsBoundaryArn: boundary } }, policies: [policyDetail(boundary, document(statement('Allow', '*')))] }, 'denied implicit'],
  ['a boundary that was not read leaves it allowed and unread', { user: { ...own(allow), PermissionsBoundary: { PermissionsBoundaryArn: boundary } } }, 'allowed unread'],
  ['a deny by the root of the organization', scp('r-1', statement('Deny', 's3:*')), 'denied explicit'],
  ['a deny by the unit', scp('ou-1', statement('Deny', 's3:GetObject')), 'denied explicit'],
  ['each level must allow', { user: own(allow), more: organizationAnswers({ 'ou-1': { narrow: document(statement('Allow', 'ec2:*')) } }, { isFullAccessAt: (target) => target !== 'ou-1' }) }, 'denied implicit'],
  ['service control policies that are off hold nobody', { user: own(allow), more: organizationAnswers({ 'r-1': { guard: document(statement('Deny', '*')) } }, { isOn: false }) }, 'allowed'],
  ['an organization that was not exported is unread', { user: own(allow), more: {} }, 'allowed unread'],
  ['a policy that was not exported could hold the only allow', { user: { AttachedManagedPolicies: [{ PolicyName: 'x', PolicyArn: arn('policy', 'x') }] } }, 'unknown'],
  ['a statement that is broken could deny', { user: own(allow, { Effect: 'Deni', Action: '*', Resource: '*' }) }, 'allowed unread'],
  ['a guardrail that was read denies whatever was not read', { ...bounded(document(statement('Deny', '*'))), user: { AttachedManagedPolicies: [{ PolicyName: 'x', PolicyArn: arn('policy', 'x') }], PermissionsBoundary: { PermissionsBoundaryArn: boundary } } }, 'denied explicit'],
])('%s', (_name, given, expected) => {
  const said = verdict(given)
  const how = said.kind === 'denied' ? ` ${said.how}` : said.kind === 'allowed' && said.unread.length > 0 ? ' unread' : ''
  expect(said.kind + how).toBe(expected)
})

test('a verdict says which statement of which policy decides', () => {
  expect(verdict({ user: own({ ...allow, Sid: 'ReadOnly' }) })).toEqual({ kind: 'allowed', because: [{ policy: `${arn('user', 'alice')}#inline`, statement: 'ReadOnly' }], unread: [] })
  expect(verdict({ user: own(allow, statement('Deny', '*')) })).toMatchObject({ by: [{ statement: '1' }] })
  expect(verdict({ user: own(statement('Allow', 's3:*', mfa)) })).toMatchObject({ when: ['Bool aws:MultiFactorAuthPresent = true'] })
})

const effect = fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Deny')
const action = fc.constantFrom('s3:*', 's3:GetObject', '*', 'iam:*', 's3:Put*')
const resource = fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::c/*')
const anyStatement = fc.record({ effect, action, resource }).map((one) => statement(one.effect, one.action, { Resource: one.resource }))

test('adding a deny never allows, and adding an allow never denies what was allowed', () => {
  const rank = { denied: 0, unknown: 1, conditional: 2, allowed: 3 } as const
  fc.assert(fc.property(fc.array(anyStatement, { maxLength: 5 }), anyStatement, (statements, added) => {
    const [before, after] = [verdict({ user: own(...statements) }), verdict({ user: own(...statements, added) })]
    if (added.Effect === 'Deny') expect(rank[after.kind]).toBeLessThanOrEqual(rank[before.kind])
    else expect(rank[after.kind]).toBeGreaterThanOrEqual(rank[before.kind])
  }), { numRuns: 300 })
})
