import { expect, test } from 'vitest'
import { awsAnswerKinds, interpretAws, principalsOfAws } from '../../../../clouds/aws/collect/index.ts'
import { accountId, arn, details, document, encodeArgument, iam, groupDetail, inline, organizationAnswers, policyDetail, refused, report, roleDetail, sourceOf, statement, userDetail } from '../../../builders/aws-answers.ts'
import { daysBefore, now } from '../../../builders/clock.ts'

const interpret = (answers: Record<string, unknown>) => interpretAws(sourceOf(answers))
const accountOf = (answers: Record<string, unknown>) => interpret(answers).value.accounts[0]
const gaad = `${iam}/get-account-authorization-details`
const alice = userDetail('alice')

test('users, groups, roles and policies come with their documents, and all but policies are principals', () => {
  const policy = arn('policy', 'readers')
  const { value, problems } = interpret({ [gaad]: details({
    users: [userDetail('alice', { GroupList: ['team'], UserPolicyList: inline(statement('Allow', 's3:*')), PermissionsBoundary: { PermissionsBoundaryArn: policy } })],
    groups: [groupDetail('team')], roles: [roleDetail('app', { RoleLastUsed: { LastUsedDate: daysBefore(3) } })], policies: [policyDetail(policy, document(statement('Allow', 's3:Get*')))] }) })
  const [account] = value.accounts
  expect(problems).toEqual([])
  expect(account?.users.values[0]).toMatchObject({ name: 'alice', groups: ['team'], boundary: policy, inlinePolicies: [{ name: 'inline', document: { statements: [{ actions: { patterns: ['s3:*'] } }] } }] })
  expect(account?.roles.values[0]?.lastUsedAt).toEqual({ kind: 'present', value: daysBefore(3), observedAt: now })
  expect(account?.policies.values[0]?.versions[0]?.document.statements).toHaveLength(1)
  expect(principalsOfAws(value).map(({ kind, name, subjectId }) => [kind, name, subjectId])).toEqual([['user', 'alice', 'AIDAALICE'], ['group', 'team', 'AGPATEAM'], ['role', 'app', 'AROAAPP']])
})

test('a user that does not fit is a problem with its pointer and leaves the list incomplete; the others stay', () => {
  const { value, problems } = interpret({ [gaad]: details({ users: [alice, { ...userDetail('bob'), UserId: 7 }, { ...userDetail('eve'), Arn: arn('user', 'eve', '100000000009') }] }) })
  expect(problems.map(({ position }) => position)).toEqual(['/UserDetailList/1/UserId', '/UserDetailList/2/Arn'])
  expect(value.accounts[0]?.users).toMatchObject({ values: [{ name: 'alice' }], gaps: [{ why: 'broken' }] })
})

test.each([
  ['not exported', {}, 'not-exported'], ['refused', { [gaad]: refused('AccessDenied') }, 'refused'],
  ['cut off', { [gaad]: { kind: 'present', pages: [details({ users: [alice] })], isComplete: false, observedAt: now } }, 'incomplete'],
  ['broken', { [gaad]: { kind: 'broken', reason: 'is not valid JSON' } }, 'broken'],
])('authorization details that were %s leave every list with that gap, and are unread', (_name, answers, why) => {
  const { value, unread } = interpret({ [`${iam}/get-account-summary`]: {}, ...answers })
  expect(value.accounts[0]?.roles.gaps).toMatchObject([{ what: gaad, why }])
  expect(unread).toContainEqual(expect.objectContaining({ what: gaad, why }))
})

test('pages are one list in which a repeated entry counts once', () => {
  const pages = [details({ users: [alice, userDetail('bob')] }), details({ users: [userDetail('bob'), userDetail('carol')] })]
  expect(accountOf({ [gaad]: { kind: 'present', pages, isComplete: true, observedAt: now } })?.users.values.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol'])
})

const created = daysBefore(300)
const withReport = { [gaad]: details({ users: [alice] }), [`${iam}/get-credential-report`]: report({ '<root_account>': { mfa: true }, alice: { password: 'true', passwordUsed: 'no_information', key1: [true, created, daysBefore(120)] } }) }
const listed = { AccessKeyMetadata: [{ UserName: 'alice', AccessKeyId: 'AKIAALICE1', Status: 'Active', CreateDate: created }] }

test.each([
  ['the report alone gives keys without ids', {}, { id: null, slot: 1, lastUsedAt: { kind: 'present', value: daysBefore(120) } }],
  ['the list gives ids, the report their last use', { [`${iam}/list-access-keys/alice`]: listed }, { id: 'AKIAALICE1', slot: 1, lastUsedAt: { kind: 'present', value: daysBefore(120) } }],
  ['the call for the last use goes before the report', { [`${iam}/list-access-keys/alice`]: listed, [`${iam}/get-access-key-last-used/AKIAALICE1`]: { AccessKeyLastUsed: { LastUsedDate: daysBefore(5) } } }, { lastUsedAt: { kind: 'present', value: daysBefore(5) } }],
  ['a key that was never used has no last use', { [`${iam}/list-access-keys/alice`]: listed, [`${iam}/get-access-key-last-used/AKIAALICE1`]: { AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } } }, { lastUsedAt: { kind: 'absent' } }],
])('%s', (_name, answers, key) => {
  const user = accountOf({ ...withReport, ...answers })?.users.values[0]
  expect(user?.accessKeys).toMatchObject({ values: [{ status: 'Active', createdAt: created, ...key }], gaps: [] })
  expect(user).toMatchObject({ hasMfa: { kind: 'present', value: false }, password: { kind: 'present', value: { lastUsedAt: { kind: 'absent' } } } })
})

test('keys and passwords that nothing tells of are unknown, never none', () => {
  const user = accountOf({ [gaad]: details({ users: [alice] }) })?.users.values[0]
  expect(user).toMatchObject({ accessKeys: { values: [], gaps: [{ why: 'not-exported' }] }, password: { kind: 'unreadable' }, hasMfa: { kind: 'unreadable' } })
  const gone = accountOf({ [gaad]: details({ users: [alice] }), [`${iam}/list-access-keys/alice`]: refused('NoSuchEntity') })?.users.values[0]
  expect(gone?.accessKeys.gaps).toEqual([])
  const broken = interpret({ [gaad]: details({ users: [alice] }), [`${iam}/get-credential-report`]: { Content: 'aGVsbG8=' } })
  expect(broken.problems).toMatchObject([{ position: '/Content' }])
})

test('user names with commas and dots are found in the report and among the files', () => {
  const odd = userDetail('a,b', { UserName: 'a,b', Arn: arn('user', 'a,b') })
  const dotted = userDetail('c.d@x', { UserName: 'c.d@x', Arn: arn('user', 'c.d@x') })
  const account = accountOf({ [gaad]: details({ users: [odd, dotted] }), [`${iam}/get-credential-report`]: report({ 'a,b': { mfa: true } }), [`${iam}/list-access-keys/${encodeArgument('c.d@x')}`]: listed })
  expect(account?.users.values[0]?.hasMfa).toMatchObject({ kind: 'present', value: true })
  expect(account?.users.values[1]?.accessKeys.values[0]?.id).toBe('AKIAALICE1')
})

test('the root user is told by the summary, else by the report', () => {
  const summary = { SummaryMap: { AccountAccessKeysPresent: 1, AccountMFAEnabled: 0, Users: 3 } }
  expect(accountOf(withReport)?.root).toMatchObject({ hasAccessKeys: { kind: 'present', value: false }, hasMfa: { kind: 'present', value: true } })
  expect(accountOf({ ...withReport, [`${iam}/get-account-summary`]: summary })?.root).toMatchObject({ hasAccessKeys: { kind: 'present', value: true }, hasMfa: { kind: 'present', value: false } })
  expect(accountOf({ [gaad]: details({}) })?.root.hasAccessKeys.kind).toBe('unreadable')
  expect(accountOf({ [gaad]: details({}), [`${iam}/get-account-password-policy`]: refused('NoSuchEntity') })?.passwordPolicy.kind).toBe('absent')
  expect(accountOf({ [gaad]: details({}), [`${iam}/get-account-password-policy`]: refused('AccessDenied') })?.passwordPolicy.kind).toBe('unreadable')
})

test('an organization has its tree, its policies at every target, and names for the accounts', () => {
  const { value, problems, unread } = interpret({ [gaad]: details({}), ...organizationAnswers({ 'ou-1': { guard: document(statement('Deny', 'iam:*')) } }) })
  expect(problems).toEqual([])
  expect(unread.filter(({ what }) => what.startsWith('aws/organization'))).toEqual([])
  expect(value.accounts[0]).toMatchObject({ id: accountId, name: 'Production' })
  expect(value.organization).toMatchObject({ kind: 'present', value: {
    managementAccountId: '100000000000', hasServiceControlPolicies: { kind: 'present', value: true }, parents: { gaps: [], values: expect.arrayContaining([{ child: accountId, parent: 'ou-1', parentName: 'Workloads' }, { child: 'ou-1', parent: 'r-1', parentName: 'Root' }]) } } })
  const scps = value.organization.kind === 'present' ? value.organization.value.serviceControlPolicies : []
  expect(scps.map(({ name, document: one }) => [name, one.kind])).toEqual([['FullAWSAccess', 'present'], ['guard', 'present']])
})

test('an account in no organization, one whose organization is not readable and one where it was not exported are three things', () => {
  const describe = 'aws/organization/describe-organization'
  const kind = (answers: Record<string, unknown>) => { const { organization } = interpret({ [gaad]: details({}), ...answers }).value; return organization.kind === 'unreadable' ? organization.why : organization.kind }
  expect([kind({ [describe]: refused('AWSOrganizationsNotInUseException') }), kind({ [describe]: refused('AccessDeniedException') }), kind({})]).toEqual(['absent', 'refused', 'not-exported'])
})

test('nothing but the fields that are used is kept', () => {
  const canary = 'canary-5f1'
  const { value } = interpret({ [gaad]: details({ users: [{ ...alice, Secret: canary }], roles: [roleDetail('app', { Description: canary })] }), [`${iam}/list-access-keys/alice`]: { AccessKeyMetadata: [{ ...listed.AccessKeyMetadata[0], SecretAccessKey: canary }] } })
  expect(JSON.stringify(value)).not.toContain(canary)
})

test('every kind of answer has a command, permissions and a reason of its own', () => {
  expect(new Set(awsAnswerKinds.map(({ path }) => path)).size).toBe(awsAnswerKinds.length)
  for (const kind of awsAnswerKinds) expect(kind.permissions.length * kind.why.length * kind.command.length).toBeGreaterThan(0)
})
