import { expect, test } from 'vitest'
import { gcpPrincipalBasicRole as rule } from '../../detections/gcp-principal-basic-role.ts'
import { estateWithGcp, inFolder, inOrganization, inProject, quiet, refused, robot, robotId, top } from '../builders/gcp.ts'

const alice = 'user:alice@acme.example'
const account = `serviceAccount:${robot}`
const kinds = (answers: Parameters<typeof estateWithGcp>[0]) => rule.run(estateWithGcp(answers)).map(({ judgement }) => judgement.kind)
const until = (day: string) => ({ title: 'for now', expression: `request.time < timestamp("${day}")` })

test.each([
  ['an owner violates', inProject({ role: 'roles/owner', members: [alice] }), ['violation']],
  ['an editor violates', inProject({ role: 'roles/editor', members: [alice] }), ['violation']],
  ['an editor of a folder violates', inFolder({ role: 'roles/editor', members: [alice] }), ['violation']],
  ['a viewer passes', inProject({ role: 'roles/viewer', members: [alice] }), ['pass']],
  ['a custom role called owner passes', inProject({ role: 'projects/acme-prod/roles/owner', members: [alice] }), ['pass']],
  ['a group is not a subject', inProject({ role: 'roles/owner', members: ['group:admins@acme.example'] }), []],
  ['a deleted user is not a subject', inProject({ role: 'roles/owner', members: ['deleted:user:bob@acme.example?uid=1'] }), []],
  ['a grant whose time is over is none', inProject({ role: 'roles/owner', members: [alice], condition: until('2026-01-01T00:00:00Z') }), []],
  ['an agent of Google is not judged', inProject({ role: 'roles/editor', members: ['serviceAccount:500000000001@cloudservices.gserviceaccount.com'] }), ['not-applicable']],
  ['a policy that was refused is unknown, never a pass', { [`${top}/acme-prod/iam-policy`]: refused }, ['unknown']],
  ['nobody has anything', {}, []],
])('%s', (_name, answers, expected) => { expect(kinds(answers)).toEqual(expected) })

test('one finding per member and place, owner worse than editor, a service account worse than a person', () => {
  const judged = rule.run(estateWithGcp(inProject({ role: 'roles/owner', members: [alice, account] }, { role: 'roles/editor', members: [alice] })))
  expect(judged).toMatchObject([
    { subject: { id: robotId, part: 'projects/acme-prod', principal: account, account: 'acme-prod' }, judgement: { likelihood: 3, impact: 4 } },
    { subject: { id: alice, part: 'projects/acme-prod' }, judgement: { summary: '`user:alice@acme.example` is Owner and Editor of `projects/acme-prod`', likelihood: 2, impact: 4, evidence: { bindings: [{ role: 'roles/owner' }, { role: 'roles/editor' }] } } }])
})

test('a disabled service account is not judged; its account is the organization where the role is granted there', () => {
  const disabled = { [`${top}/acme-prod/service-accounts`]: [{ email: robot, uniqueId: robotId, disabled: true }] }
  expect(kinds({ ...inProject({ role: 'roles/owner', members: [account] }), ...disabled })).toEqual(['not-applicable'])
  expect(rule.run(estateWithGcp({ ...quiet, ...inOrganization({ role: 'roles/owner', members: [account] }) }))).toMatchObject([{ subject: { account: 'organizations/300000000001' }, judgement: { kind: 'violation' } }])
})
