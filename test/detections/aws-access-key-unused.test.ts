import { expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { awsAccessKeyUnused } from '../../detections/aws-access-key-unused.ts'
import { iam, report, userDetail } from '../builders/aws-answers.ts'
import { administrator, awsEstateOf, kindsOf, noOrganization } from '../builders/aws-estate.ts'
import { daysBefore, now } from '../builders/clock.ts'

const keys = (...list: Record<string, unknown>[]) => ({ [`${iam}/list-access-keys/alice`]: { AccessKeyMetadata: list.map((key, index) => ({ AccessKeyId: `AKIAALICE${index}`, Status: 'Active', CreateDate: daysBefore(300), ...key })) } })
const lastUsed = (date?: string) => ({ [`${iam}/get-access-key-last-used/AKIAALICE0`]: { AccessKeyLastUsed: date === undefined ? {} : { LastUsedDate: date } } })
const estate = (answers: Record<string, unknown>, user = {}) => awsEstateOf({ users: [userDetail('alice', user)] }, { ...noOrganization, ...answers })

test.each<[string, Record<string, unknown>, string[]]>([
  ['idle exactly the limit passes', { ...keys({}), ...lastUsed(daysBefore(90)) }, ['pass']],
  ['idle one day past the limit violates', { ...keys({}), ...lastUsed(daysBefore(91)) }, ['violation certain']],
  ['a key never used is idle since its creation', { ...keys({ CreateDate: daysBefore(200) }), ...lastUsed() }, ['violation certain']],
  ['a young key that was never used is too young', { ...keys({ CreateDate: daysBefore(3) }), ...lastUsed() }, ['not-applicable']],
  ['an inactive key passes', { ...keys({ Status: 'Inactive' }), ...lastUsed(daysBefore(900)) }, ['pass']],
  ['a last use that was not read is unknown, never a pass', keys({}), ['unknown']],
  ['keys that were not read are unknown', {}, ['unknown']],
  ['a list that goes on is unknown beside what was read', { [`${iam}/list-access-keys/alice`]: { kind: 'present', pages: [keys({})[`${iam}/list-access-keys/alice`]], isComplete: false, observedAt: now }, ...lastUsed(daysBefore(5)) }, ['pass', 'unknown']],
  ['a user without keys has none to judge', keys(), []],
  ['the credential report is enough', { [`${iam}/get-credential-report`]: report({ alice: { key1: [true, daysBefore(400), daysBefore(100)], key2: [false, daysBefore(400), 'N/A'] } }) }, ['violation certain', 'pass']],
])('%s', (_name, answers, kinds) => { expect(kindsOf(awsAccessKeyUnused, estate(answers))).toEqual(kinds) })

test('with no days at all every key that is not in use this moment is unused', () => {
  expect(kindsOf(awsAccessKeyUnused, estate({ ...keys({ CreateDate: '2026-01-31T23:59:59Z' }), ...lastUsed() }), { unusedDays: 0 })).toEqual(['violation certain'])
})

test('the finding is about the key of the user, and worse where the user is an administrator', () => {
  const answers = { ...keys({}), ...lastUsed(daysBefore(200)) }
  const [plain] = analyze(estate(answers), [awsAccessKeyUnused]).findings
  const [grave] = analyze(estate(answers, administrator), [awsAccessKeyUnused]).findings
  expect(plain).toMatchObject({ severity: 'medium', resource: 'AKIAALICE0', principal: 'arn:aws:iam::100000000001:user/alice', fixes: ['deactivate-access-key'], evidence: { idleDays: 200 } })
  expect(grave).toMatchObject({ severity: 'high', id: plain?.id })
})
