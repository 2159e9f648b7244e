import { expect, test } from 'vitest'
import { awsRootAccessKey } from '../../detections/aws-root-access-key.ts'
import { awsRootWithoutMfa } from '../../detections/aws-root-without-mfa.ts'
import { awsUserConsoleWithoutMfa } from '../../detections/aws-user-console-without-mfa.ts'
import { iam, report, type Row, userDetail } from '../builders/aws-answers.ts'
import { administrator, awsEstateOf, kindsOf } from '../builders/aws-estate.ts'

const users = [userDetail('alice')]
const withReport = (rows: Record<string, Row>) => ({ [`${iam}/get-credential-report`]: report(rows) })
const summary = (keys: number, mfa: number) => ({ [`${iam}/get-account-summary`]: { SummaryMap: { AccountAccessKeysPresent: keys, AccountMFAEnabled: mfa } } })

test.each<[string, Record<string, unknown>, string]>([
  ['a password without MFA violates', withReport({ alice: { password: 'true', mfa: false } }), 'violation certain'],
  ['with MFA it passes', withReport({ alice: { password: 'true', mfa: true } }), 'pass'],
  ['without a password there is nothing to judge', withReport({ alice: {} }), 'not-applicable'],
  ['a user that the report does not know yet is unknown', withReport({}), 'unknown'],
  ['no report is unknown', {}, 'unknown'],
])('console: %s', (_name, answers, expected) => { expect(kindsOf(awsUserConsoleWithoutMfa, awsEstateOf({ users }, answers))).toEqual([expected]) })

test('an administrator without MFA is worse', () => {
  const [judged] = awsUserConsoleWithoutMfa.run(awsEstateOf({ users: [userDetail('alice', administrator)] }, withReport({ alice: { password: 'true' } })))
  expect(judged?.judgement).toMatchObject({ impact: 4 })
})

test.each<[string, Record<string, unknown>, string, string]>([
  ['keys and no MFA', summary(1, 0), 'violation certain', 'violation certain'],
  ['no keys, but MFA', summary(0, 1), 'pass', 'pass'],
  ['the report tells it too', withReport({ '<root_account>': { mfa: false, key1: [true, 'N/A', 'N/A'] } }), 'violation certain', 'violation certain'],
  ['nothing was read', {}, 'unknown', 'unknown'],
])('root: %s', (_name, answers, keys, mfa) => {
  const estate = awsEstateOf({ users }, answers)
  expect([kindsOf(awsRootAccessKey, estate), kindsOf(awsRootWithoutMfa, estate)]).toEqual([[keys], [mfa]])
})
