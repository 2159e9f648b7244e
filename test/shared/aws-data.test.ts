import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { awsAdministrators } from '../../analysis/administrator.ts'
import { readDocument } from '../../clouds/aws/collect/document.ts'
import { interpretAws } from '../../clouds/aws/collect/index.ts'
import type { Reading } from '../../clouds/aws/collect/reading.ts'
import { answersInMemory } from '../../clouds/estate-directory.ts'
import { awsAccessKeyUnused } from '../../detections/aws-access-key-unused.ts'
import { awsUserAdministrator } from '../../detections/aws-user-administrator.ts'
import type { Answer } from '../../model/answer.ts'
import { noAzureEstate } from '../../model/azure.ts'
import type { Estate } from '../../model/estate.ts'
import { noGcpEstate } from '../../model/gcp.ts'
import { type Instant, instant } from '../../model/instant.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../../shared/data/${path}`, import.meta.url), 'utf8'))
function estateOf(account: string, asOf: Instant, answers: Record<string, unknown>): Estate {
  const all = Object.entries(answers).map(([path, value]): [string, Answer] => [`aws/${account}/global/iam/${path}`, { kind: 'present', pages: [value], isComplete: true, observedAt: asOf }])
  const { value, problems, unread } = interpretAws(answersInMemory(new Map(all), asOf))
  return { asOf, label: null, aws: value, azure: noAzureEstate, gcp: noGcpEstate, principals: [], problems, unread }
}

const managedPolicies = Object.entries(z.record(z.string(), z.object({ document: z.unknown() })).parse(read('managed-policies/managed-policies.json')))

test('every document of AWS\'s own policies is read whole', () => {
  const reading: Reading = { source: answersInMemory(new Map(), instant('2026-01-01')), problems: [], unread: [] }
  const statements = managedPolicies.map(([name, { document }]) => readDocument(reading, document, { file: name, pointer: '', purpose: 'identity' }).statements.length)
  expect(managedPolicies.length).toBeGreaterThan(1500)
  expect(statements.filter((count) => count === 0)).toEqual([])
  expect(reading.problems).toEqual([])
})

test('of AWS\'s own policies, those that make an administrator by themselves', () => {
  const roles = managedPolicies.map(([name, { document }]) => ({
    RoleName: name, RoleId: `AROA${name}`, Arn: `arn:aws:iam::100000000001:role/${name}`, CreateDate: '2025-01-01', RolePolicyList: [{ PolicyName: name, PolicyDocument: document }],
    AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] } }))
  const estate = estateOf('100000000001', instant('2026-01-01'), { 'get-account-authorization-details': { UserDetailList: [], GroupDetailList: [], RoleDetailList: roles, Policies: [] } })
  expect([...awsAdministrators(estate.aws).values()].filter(({ verdict }) => verdict.kind === 'whole').map(({ principal }) => principal.name).sort()).toMatchInlineSnapshot(`
    [
      "AdministratorAccess",
    ]
  `)
})

const usage = z.object({ referenceDate: z.string(), authorizationDetails: z.unknown(), credentialReport: z.array(z.record(z.string(), z.string())) })
const expected = z.object({ principals: z.record(z.string(), z.object({ adminByGroup: z.boolean().optional() })) })
function airiam(): Estate {
  const data = usage.parse(read('airiam-usage/account.json'))
  const columns = [...new Set(['user', ...data.credentialReport.flatMap((row) => Object.keys(row))])]
  const csv = [columns.join(','), ...data.credentialReport.map((row) => columns.map((column) => row[column] ?? 'N/A').join(','))].join('\n')
  return estateOf('000000000000', instant(data.referenceDate), { 'get-account-authorization-details': data.authorizationDetails, 'get-credential-report': { Content: Buffer.from(csv).toString('base64') } })
}

test('a real account: administrators by group are found, and nobody else among its users', () => {
  const estate = airiam()
  const wanted = Object.entries(expected.parse(read('airiam-usage/expected.json')).principals).filter(([, { adminByGroup }]) => adminByGroup === true).map(([arn]) => arn)
  const found = awsUserAdministrator.run(estate).filter(({ judgement }) => judgement.kind === 'violation').map(({ subject }) => subject.principal)
  expect(wanted.length).toBeGreaterThan(0)
  expect(found.sort()).toEqual(wanted.sort())
  expect(awsUserAdministrator.run(estate).every(({ judgement }) => judgement.kind !== 'violation' || judgement.certainty === 'assumed')).toBe(true)
})

test('a real account: keys are unused exactly where the report says so', () => {
  const estate = airiam()
  const rows = usage.parse(read('airiam-usage/account.json')).credentialReport.filter(({ user }) => user !== '<root_account>')
  const idle = rows.flatMap((row) => [1, 2].filter((slot) => row[`access_key_${slot}_active`] === 'true' &&
    Date.parse(estate.asOf) - Date.parse(Number.isNaN(Date.parse(row[`access_key_${slot}_last_used_date`] ?? '')) ? (row[`access_key_${slot}_last_rotated`] ?? '') : (row[`access_key_${slot}_last_used_date`] ?? '')) > 90 * 86_400_000).map((slot) => `${row['arn'] ?? ''} slot-${slot}`))
  const judged = awsAccessKeyUnused.run(estate)
  expect(judged.length).toBeGreaterThan(3)
  expect(judged.filter(({ judgement }) => judgement.kind === 'violation').map(({ subject }) => `${subject.principal ?? ''} ${subject.part}`).sort()).toEqual(idle.sort())
})

const scenario = z.object({ id: z.string(), accountId: z.string(), authorizationDetails: z.object({ UserDetailList: z.array(z.unknown()), RoleDetailList: z.array(z.unknown()) }).loose() })
const scenarios = readdirSync(new URL('../../../shared/data/cloudgoat/scenarios', import.meta.url))

test.each(scenarios)('the account of %s is read whole, and every user and role has an answer', (file) => {
  const data = scenario.parse(read(`cloudgoat/scenarios/${file}`))
  const estate = estateOf(data.accountId, instant('2026-01-01'), { 'get-account-authorization-details': data.authorizationDetails })
  expect(estate.problems).toEqual([])
  const [account] = estate.aws.accounts
  expect([account?.users.values.length, account?.roles.values.length]).toEqual([data.authorizationDetails.UserDetailList.length, data.authorizationDetails.RoleDetailList.length])
  const verdicts = [...awsAdministrators(estate.aws).values()]
  expect(verdicts.length).toBe((account?.users.values.length ?? 0) + (account?.roles.values.length ?? 0))
})

test('of all those accounts, administrators are those who hold everything, by whatever policy', () => {
  const names = scenarios.flatMap((file) => {
    const data = scenario.parse(read(`cloudgoat/scenarios/${file}`))
    const estate = estateOf(data.accountId, instant('2026-01-01'), { 'get-account-authorization-details': data.authorizationDetails })
    return [...awsAdministrators(estate.aws).values()].filter(({ verdict }) => verdict.kind === 'whole').map(({ principal }) => `${data.id}: ${principal.name}`)
  })
  expect(names.sort()).toMatchInlineSnapshot(`
    [
      "beanstalk_secrets: cgid0001_admin_user",
      "iam_privesc_by_attachment: cg-ec2-mighty-role-cgid0001",
      "iam_privesc_by_ec2: cg_ec2_role_cgid0001",
      "lambda_privesc: cg-debug-role-cgid0001",
    ]
  `)
})
