import type { AnswerSource, Interpreted } from '../../../model/answer.ts'
import { type AwsAccount, type AwsEstate, noAwsEstate, type AwsOrganization, type AwsRootUser } from '../../../model/aws.ts'
import { type Known, mapKnown, present } from '../../../model/known.ts'
import type { Principal } from '../../../model/principal.ts'
import { readCredentialReport, rowFact } from './credential-report.ts'
import { readIdentities } from './identities.ts'
import { readOrganization } from './organization.ts'
import { openOne, type Reading } from './reading.ts'
import { accountSummary, passwordPolicy } from './schema.ts'

export { awsAnswerKinds, awsCollectScript } from './answer-kinds.ts'

/** The AWS part of the estate that the answers tell, with what is broken and what was not read. Pure; the same answers give the same estate. */
export function interpretAws(source: AnswerSource): Interpreted<AwsEstate> {
  const folders = source.list('aws')
  if (folders.length === 0) return { value: noAwsEstate, problems: [], unread: [] }
  const reading: Reading = { source, problems: [], unread: [] }
  const organization = readOrganization(reading)
  const accounts = folders.filter((name) => /^\d{12}$/.test(name)).map((id) => readAccount(reading, id, organization))
  for (const name of folders) {
    if (name !== 'organization' && !/^\d{12}$/.test(name)) reading.problems.push({ file: `aws/${name}`, position: '1:1', reason: 'is no account of twelve digits' })
  }
  return { value: { organization, accounts }, problems: reading.problems, unread: reading.unread }
}

function readAccount(reading: Reading, id: string, organization: Known<AwsOrganization>): AwsAccount {
  const folder = `aws/${id}/global/iam`
  const report = readCredentialReport(reading, id)
  const summary = mapKnown(openOne(reading, `${folder}/get-account-summary`, { schema: accountSummary }), ({ SummaryMap: map }) => ({
    users: map.Users, groups: map.Groups, roles: map.Roles, policies: map.Policies, rootAccessKeys: map.AccountAccessKeysPresent, rootMfa: map.AccountMFAEnabled > 0 }))
  const policy = openOne(reading, `${folder}/get-account-password-policy`, { schema: passwordPolicy, absentCodes: ['NoSuchEntity'] })
  const rootArn = report.kind === 'present' ? ([...report.value.rows.keys()].find((arn) => arn.endsWith(':root')) ?? `arn:aws:iam::${id}:root`) : ''
  const fromReport: AwsRootUser = {
    hasAccessKeys: rowFact(report, rootArn, (row) => row.keys.some((key) => key.isActive)), hasMfa: rowFact(report, rootArn, (row) => row.hasMfa), lastUsedAt: rowFact(report, rootArn, (row) => row.passwordLastUsedAt) }
  const root: AwsRootUser = summary.kind !== 'present' ? fromReport
    : { ...fromReport, hasAccessKeys: present(summary.value.rootAccessKeys > 0, summary.observedAt), hasMfa: present(summary.value.rootMfa, summary.observedAt) }
  const members = organization.kind === 'present' ? organization.value.accounts.values : []
  return {
    id, name: members.find((one) => one.id === id)?.name ?? null, ...readIdentities(reading, id, report), root, summary,
    passwordPolicy: mapKnown(policy, ({ PasswordPolicy: rules }) => ({
      minimumLength: rules.MinimumPasswordLength, maxAgeDays: rules.MaxPasswordAge ?? null, reusePrevention: rules.PasswordReusePrevention ?? null,
      requiresSymbols: rules.RequireSymbols, requiresNumbers: rules.RequireNumbers, requiresUppercase: rules.RequireUppercaseCharacters, requiresLowercase: rules.RequireLowercaseCharacters })),
  }
}

/** Every user, group and role, as all clouds list them. */
export function principalsOfAws(estate: AwsEstate): readonly Principal[] {
  return estate.accounts.flatMap((account) => ([['user', account.users], ['group', account.groups], ['role', account.roles]] as const)
    .flatMap(([kind, { values }]) => values.map(({ arn, id, name }): Principal => ({ cloud: 'aws', id: arn, subjectId: id, kind, name, account: account.id }))))
}
