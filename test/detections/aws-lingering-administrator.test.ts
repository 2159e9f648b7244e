import { expect, test } from 'vitest'
import { awsRoleLingeringAdministrator } from '../../detections/aws-role-lingering-administrator.ts'
import { awsUserLingeringAdministrator } from '../../detections/aws-user-lingering-administrator.ts'
import { attach, arn, iam, refused, report, roleDetail, type Row, userDetail } from '../builders/aws-answers.ts'
import { administrator, awsEstateOf, kindsOf, noOrganization } from '../builders/aws-estate.ts'
import { daysBefore } from '../builders/clock.ts'

const key = (used: string): [boolean, string, string] => [true, daysBefore(300), used]
const judge = (user: Record<string, unknown>, row: Row | null) => kindsOf(awsUserLingeringAdministrator,
  awsEstateOf({ users: [userDetail('alice', user)] }, { ...noOrganization, [`${iam}/get-credential-report`]: row === null ? refused('AccessDenied') : report({ alice: row }) }))

test.each<[string, Record<string, unknown>, Row | null, string]>([
  ['an administrator idle for exactly the limit violates', administrator, { password: 'true', passwordUsed: daysBefore(90) }, 'violation certain'],
  ['one day less passes', administrator, { password: 'true', passwordUsed: daysBefore(89) }, 'pass'],
  ['a key used lately passes, whatever the password', administrator, { password: 'true', passwordUsed: daysBefore(400), key1: key(daysBefore(2)) }, 'pass'],
  ['never seen since creation violates', administrator, { password: 'true', passwordUsed: 'no_information', key1: key('N/A') }, 'violation certain'],
  ['never seen but new is too young', { ...administrator, CreateDate: daysBefore(10) }, { password: 'true', passwordUsed: 'no_information' }, 'not-applicable'],
  ['idle, but no administrator, passes', {}, { password: 'true', passwordUsed: daysBefore(400) }, 'pass'],
  ['unknown use is unknown, never none', administrator, null, 'unknown'],
  ['unknown policies are unknown', { AttachedManagedPolicies: attach(arn('policy', 'lost')) }, { password: 'true', passwordUsed: daysBefore(400) }, 'unknown'],
])('%s', (_name, user, row, expected) => { expect(judge(user, row)).toEqual([expected]) })

test('the days are an option', () => {
  const estate = awsEstateOf({ users: [userDetail('alice', administrator)] }, { ...noOrganization, [`${iam}/get-credential-report`]: report({ alice: { password: 'true', passwordUsed: daysBefore(40) } }) })
  expect(kindsOf(awsUserLingeringAdministrator, estate, { inactiveDays: 30 })).toEqual(['violation certain'])
})

test.each<[string, Record<string, unknown>, string]>([
  ['a role used long ago violates', { ...administrator, RoleLastUsed: { LastUsedDate: daysBefore(200) } }, 'violation certain'],
  ['a role never used violates', { ...administrator, RoleLastUsed: {} }, 'violation certain'],
  ['a role used lately passes', { ...administrator, RoleLastUsed: { LastUsedDate: daysBefore(2) } }, 'pass'],
  ['a role of which no use was exported is unknown', { ...administrator, RoleLastUsed: undefined }, 'unknown'],
  ['a young role is too young', { ...administrator, CreateDate: daysBefore(5) }, 'not-applicable'],
  ['a role that is no administrator passes', { RoleLastUsed: {} }, 'pass'],
])('%s', (_name, role, expected) => { expect(kindsOf(awsRoleLingeringAdministrator, awsEstateOf({ roles: [roleDetail('app', role)] }))).toEqual([expected]) })
