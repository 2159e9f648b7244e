import { expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { detections } from '../../detections/index.ts'
import type { Estate } from '../../model/estate.ts'
import { deactivateAccessKey } from '../../remediations/deactivate-access-key.ts'
import { arn, iam, report, userDetail } from '../builders/aws-answers.ts'
import { administrator, awsEstateOf, noOrganization } from '../builders/aws-estate.ts'
import { daysBefore } from '../builders/clock.ts'

const keys = (...list: [string, string][]) => ({ [`${iam}/list-access-keys/alice`]: { AccessKeyMetadata: list.map(([AccessKeyId, Status]) => ({ AccessKeyId, Status, CreateDate: daysBefore(300) })) } })
const lastUsed = (...ids: string[]) => Object.fromEntries(ids.map((id) => [`${iam}/get-access-key-last-used/${id}`, { AccessKeyLastUsed: { LastUsedDate: daysBefore(200) } }]))
const [first, second] = ['AKIAALICE0000001', 'AKIAALICE0000002'] as const
const both = { ...keys([first, 'Active'], [second, 'Active']), ...lastUsed(first, second) }
const estateOf = (answers: Record<string, unknown>, user = {}) => awsEstateOf({ users: [userDetail('alice', user)] }, { ...noOrganization, [`${iam}/get-credential-report`]: report({ alice: {} }), ...answers })
function propose(found: Estate, id: string, later: Estate = found) {
  const finding = analyze(found, detections).findings.find(({ detection }) => detection === id)
  if (finding === undefined) throw new TypeError(`no finding of ${id}`)
  return deactivateAccessKey.propose(finding, later, {})
}

test('the key of the finding is turned off, and the inverse turns it on again', () => {
  const draft = propose(estateOf(both), 'aws-access-key-unused')
  if (!draft.ok) throw new TypeError(draft.error)
  const [change] = draft.value.changes
  expect(draft.value).toMatchObject({ cloud: 'aws', account: '100000000001', tier: 'low', reducesOnly: true, affects: [arn('user', 'alice'), 'AIDAALICE'] })
  expect(draft.value.changes).toHaveLength(1)
  expect(change).toMatchObject({ kind: 'aws.access-key.status', before: { status: 'Active' }, after: { status: 'Inactive' } })
  expect(draft.value.inverse).toMatchObject([{ target: change?.target, before: change?.after, after: change?.before }])
})

test('of a lingering administrator every active key goes, and that needs the higher tier', () => {
  const draft = propose(estateOf(both, administrator), 'aws-user-lingering-administrator')
  expect(draft).toMatchObject({ ok: true, value: { tier: 'high', changes: [{ target: expect.stringContaining(first) }, { target: expect.stringContaining(second) }], inverse: [{ target: expect.stringContaining(second) }, { target: expect.stringContaining(first) }] } })
})

test.each<[string, Estate, string]>([
  ['the key is off already', estateOf({ ...keys([first, 'Inactive'], [second, 'Inactive']) }), 'scan again'],
  ['the user is gone', awsEstateOf({}), 'not in the estate'],
])('it proposes nothing where %s', (_name, later, reason) => {
  expect(propose(estateOf(both), 'aws-access-key-unused', later)).toEqual({ ok: false, error: expect.stringContaining(reason) })
})

test('a key that only the credential report knows has no id to turn it off by', () => {
  const estate = estateOf({ [`${iam}/get-credential-report`]: report({ alice: { key1: [true, daysBefore(300), daysBefore(200)] } }) })
  expect(propose(estate, 'aws-access-key-unused')).toMatchObject({ ok: false, error: expect.stringContaining('iam:ListAccessKeys') })
})
