import { expect, test } from 'vitest'
import { accountOfArn, isAwsManagedPolicy, isServiceLinkedRole, nameOfArn, parseArn, printArn } from '../../../clouds/aws/arn.ts'

test.each(['arn:aws:iam::100000000001:user/team/alice', 'arn:aws-cn:s3:::bucket/key:with:colons', 'arn:aws:sns:eu-west-1:100000000001:topic'])('printing what was parsed of %s gives it back', (text) => {
  const arn = parseArn(text)
  expect(arn === null ? null : printArn(arn)).toBe(text)
})
test.each(['', '*', 'arn:aws:iam', 'arn::iam::1:user/x', 'urn:aws:iam::1:user/x'])('`%s` is no ARN', (text) => { expect(parseArn(text)).toBeNull() })

test('an ARN tells its account, its name and whose it is', () => {
  expect(accountOfArn('arn:aws:iam::100000000001:user/team/alice')).toBe('100000000001')
  expect(accountOfArn('arn:aws:s3:::bucket')).toBeNull()
  expect(nameOfArn('arn:aws:iam::100000000001:user/team/alice')).toBe('alice')
  expect(isAwsManagedPolicy('arn:aws:iam::aws:policy/ReadOnlyAccess')).toBe(true)
  expect(isServiceLinkedRole('arn:aws:iam::100000000001:role/aws-service-role/x.amazonaws.com/X')).toBe(true)
})
