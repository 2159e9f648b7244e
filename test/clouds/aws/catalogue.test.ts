import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { administratorActions } from '../../../clouds/aws/catalogue/administrator-actions.ts'
import { printAdministratorActions } from '../../../clouds/aws/catalogue/generate.ts'

test('the administrator list is what the generator makes of the installed catalogue', async () => {
  expect(readFileSync(new URL('../../../clouds/aws/catalogue/administrator-actions.ts', import.meta.url), 'utf8')).toBe(await printAdministratorActions())
})
test('it holds what makes an administrator, and not what organizations take from everybody', () => {
  expect(administratorActions).toEqual(expect.arrayContaining(['iam:CreateUser', 'iam:PassRole', 'iam:TagRole', 's3:PutBucketPolicy', 's3:GetObject', 'kms:PutKeyPolicy', 'lambda:AddPermission', 'sts:AssumeRole']))
  for (const action of ['organizations:LeaveOrganization', 'cloudtrail:StopLogging', 's3:PutAccountPublicAccessBlock', 'iam:ListUsers']) expect(administratorActions).not.toContain(action)
  expect(administratorActions.length).toBeGreaterThan(400)
})
