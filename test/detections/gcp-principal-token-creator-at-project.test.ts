import { expect, test } from 'vitest'
import { gcpPrincipalTokenCreatorAtProject as rule } from '../../detections/gcp-principal-token-creator-at-project.ts'
import { type Answers, estateWithGcp, inFolder, inProject, refused, robot, robotId, role, top } from '../builders/gcp.ts'

const alice = 'user:alice@acme.example'
const roles = { [`${top}/roles`]: [role('roles/iam.serviceAccountTokenCreator', 'iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.signBlob'), role('roles/iam.serviceAccountUser', 'iam.serviceAccounts.actAs'),
  role('projects/acme-prod/roles/plain', 'iam.serviceAccounts.signJwt'), role('roles/run.developer', 'run.services.update')] }
const creator = (members: readonly string[], expression?: string) => ({ role: 'roles/iam.serviceAccountTokenCreator', members, ...(expression === undefined ? {} : { condition: { title: 'c', expression } }) })
const judge = (answers: Answers) => rule.run(estateWithGcp({ ...roles, ...answers })).map(({ judgement }) => judgement)
const deny = (permission: string) => ({ [`${top}/deny-policies`]: [{ name: 'policies/x/denypolicies/d', rules: [{ denyRule: { deniedPrincipals: ['principalSet://goog/public:all'], deniedPermissions: [permission] } }] }] })

test.each([
  ['a token creator violates', inProject(creator([alice])), { kind: 'violation', certainty: 'certain', likelihood: 3, impact: 3 }],
  ['a custom role with one of the permissions violates, whatever its name', inProject({ role: 'projects/acme-prod/roles/plain', members: [alice] }), { kind: 'violation', evidence: { permissions: ['iam.serviceAccounts.signJwt'] } }],
  ['a service account user violates, less likely to be used', inProject({ role: 'roles/iam.serviceAccountUser', members: [alice] }), { kind: 'violation', likelihood: 2 }],
  ['a group violates', inProject(creator(['group:g@acme.example'])), { kind: 'violation' }],
  ['on a folder it reaches every project in it', inFolder(creator([alice])), { kind: 'violation', impact: 4 }],
  ['a role without the permissions passes', inProject({ role: 'roles/run.developer', members: [alice] }), { kind: 'pass' }],
  ['owners are judged by another rule', inProject({ role: 'roles/owner', members: [alice] }), { kind: 'pass' }],
  ['a role that was not exported is unknown', inProject({ role: 'roles/odd', members: [alice] }), { kind: 'unknown' }],
  ['limited to one service account by a condition it passes', inProject(creator([alice], "resource.name.endsWith('/serviceAccounts/shop@acme-prod.iam.gserviceaccount.com')")), { kind: 'pass' }],
  ['under another condition', inProject(creator([alice], "resource.matchTag('1/env', 'test')")), { kind: 'violation', certainty: 'conditional' }],
  ['one permission denied leaves the others', { ...inProject(creator([alice])), ...deny('iam.googleapis.com/serviceAccounts.getAccessToken') }, { kind: 'violation', evidence: { permissions: ['iam.serviceAccounts.signBlob'] } }],
  ['all of them denied passes', { ...inProject(creator([alice])), ...deny('iam.googleapis.com/serviceAccounts.*') }, { kind: 'pass' }],
  ['deny policies that were refused could deny', { ...inProject(creator([alice])), [`${top}/deny-policies`]: refused }, { kind: 'violation', certainty: 'assumed' }],
  ['an agent of Google is not judged', inProject(creator(['serviceAccount:service-500000000001@gcp-sa-pubsub.iam.gserviceaccount.com'])), { kind: 'not-applicable' }],
  ['a policy that was refused is unknown', { [`${top}/acme-prod/iam-policy`]: refused }, { kind: 'unknown' }],
])('%s', (_name, answers, expected) => { expect(judge(answers)).toMatchObject([expected]) })

test('the subject is the member where it is granted', () => {
  expect(rule.run(estateWithGcp({ ...roles, ...inProject(creator([`serviceAccount:${robot}`])) }))).toMatchObject([{ subject: { id: robotId, part: 'projects/acme-prod', resource: 'projects/acme-prod' } }])
})
