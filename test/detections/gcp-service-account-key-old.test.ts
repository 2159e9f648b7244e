import { expect, test } from 'vitest'
import { encodeArgument } from '../../clouds/estate-directory.ts'
import { gcpServiceAccountKeyOld as rule } from '../../detections/gcp-service-account-key-old.ts'
import { daysAfter } from '../../model/instant.ts'
import { estateWithGcp, now, refused, robot, robotId, top } from '../builders/gcp.ts'

const path = `${top}/acme-prod/service-account-keys/${encodeArgument(robot)}`
const key = (days: number, over = {}) => ({ [path]: [{ name: `projects/acme-prod/serviceAccounts/${robot}/keys/k1`, keyType: 'USER_MANAGED', validAfterTime: daysAfter(now, -days), validBeforeTime: '9999-12-31T23:59:59Z', ...over }] })

test.each([
  ['a key of exactly the limit passes', key(90), ['pass']],
  ['a key one day past the limit violates', key(91), ['violation']],
  ["Google's own key is not a subject", key(900, { keyType: 'SYSTEM_MANAGED' }), []],
  ['a disabled key is not judged', key(900, { disabled: true }), ['not-applicable']],
  ['an expired key is not judged', key(900, { validBeforeTime: daysAfter(now, -1) }), ['not-applicable']],
  ['a key that ends one day is old all the same', key(900, { validBeforeTime: daysAfter(now, 30) }), ['violation']],
  ['a key of a disabled account is not judged', { ...key(900), [`${top}/acme-prod/service-accounts`]: [{ email: robot, uniqueId: robotId, disabled: true }] }, ['not-applicable']],
  ['keys that were refused are unknown, never a pass', { [path]: refused }, ['unknown']],
  ['keys that were not exported are unknown', { [path]: undefined }, ['unknown']],
  ['accounts that were refused are unknown', { [`${top}/acme-prod/service-accounts`]: refused }, ['unknown']],
  ['no key, no subject', {}, []],
])('%s', (_name, answers, kinds) => { expect(rule.run(estateWithGcp(answers)).map(({ judgement }) => judgement.kind)).toEqual(kinds) })

test('the limit is an option, the subject is the account and the key', () => {
  expect(rule.run(estateWithGcp(key(91)), { maxAgeDays: 100 })).toMatchObject([{ judgement: { kind: 'pass' } }])
  expect(rule.run(estateWithGcp(key(400)))).toMatchObject([{ subject: { id: robotId, part: 'k1', principal: `serviceAccount:${robot}`, account: 'acme-prod' }, judgement: { evidence: { ageDays: 400 }, likelihood: 4 } }])
})
