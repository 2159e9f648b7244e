import { expect, test } from 'vitest'
import { azurePrincipalInactiveWithAccess as rule } from '../../detections/azure-principal-inactive-with-access.ts'
import { daysAfter } from '../../model/instant.ts'
import { assignment, type AzureAnswers, azureEstate, azureNow, role, user } from '../builders/azure.ts'

const signedIn = (daysAgo: number) => ({ signInActivity: { lastSuccessfulSignInDateTime: daysAfter(azureNow, -daysAgo) } })
const run = (row: Record<string, unknown>, over: AzureAnswers = {}, options = {}) =>
  rule.run(azureEstate({ 'graph/users': [user(1, row)], 'role-definitions': [role(1, ['*']), role(2, ['*/read'])], 'role-assignments': [assignment(1, 1, 1)], ...over }), options)

test.each<[string, Record<string, unknown>, AzureAnswers, readonly string[]]>([
  ['one day short of the limit passes', signedIn(89), {}, ['pass']],
  ['exactly the limit violates', signedIn(90), {}, ['violation']],
  ['activity that was not answered is unknown, never "never signed in"', { signInActivity: undefined }, {}, ['unknown']],
  ['activity that is null is unknown as well', { signInActivity: null }, {}, ['unknown']],
  ['a disabled user is judged elsewhere', { ...signedIn(400), accountEnabled: false }, {}, ['not-applicable']],
  ['a young account is too young to judge', { ...signedIn(400), createdDateTime: daysAfter(azureNow, -30) }, {}, ['not-applicable']],
  ['a user without any role is no subject', signedIn(400), { 'role-assignments': [] }, []],
  ['users that were not exported are unknown', {}, { 'graph/users': undefined }, ['unknown']],
  ['role assignments that were not exported are unknown', {}, { 'role-assignments': undefined }, ['unknown']],
])('%s', (_name, row, over, expected) => {
  expect(run(row, over).map(({ judgement }) => judgement.kind)).toEqual(expected)
})

test('the limit is an option, and who may only read weighs less', () => {
  const judgements = [run(signedIn(40), {}, { inactiveDays: 30 }), run(signedIn(400), { 'role-assignments': [assignment(1, 1, 2)] })].flatMap((judged) => judged.map(({ judgement }) => judgement))
  expect(judgements).toMatchObject([{ kind: 'violation', evidence: { idleDays: 40, mayWrite: true }, likelihood: 3 }, { kind: 'violation', evidence: { mayWrite: false }, impact: 2 }])
})
