import { expect, test } from 'vitest'
import { gcpServiceAccountAdministrator as rule } from '../../detections/gcp-service-account-administrator.ts'
import { encodeArgument } from '../../clouds/estate-directory.ts'
import { type Answers, estateWithGcp, inFolder, inOrganization, inProject, members, refused, robot, robotId, role, top } from '../builders/gcp.ts'

const account = `serviceAccount:${robot}`
const roles = { [`${top}/roles`]: [role('roles/resourcemanager.projectIamAdmin', 'resourcemanager.projects.setIamPolicy'), role('projects/acme-prod/roles/administrator', 'storage.buckets.get')] }
const judged = (answers: Answers) => rule.run(estateWithGcp({ ...roles, ...answers }))
const memberships = (email: string) => `${top}/group-memberships/${encodeArgument(email)}`

test.each([
  ['an owner violates', inProject({ role: 'roles/owner', members: [account] }), ['projects/acme-prod violation']],
  ['a role with the permission violates', inProject({ role: 'roles/resourcemanager.projectIamAdmin', members: [account] }), ['projects/acme-prod violation']],
  ['a role called administrator without it passes', inProject({ role: 'projects/acme-prod/roles/administrator', members: [account] }), ['projects/acme-prod pass']],
  ['an editor passes', inProject({ role: 'roles/editor', members: [account] }), ['projects/acme-prod pass']],
  ['nothing granted passes', {}, ['projects/acme-prod pass']],
  ['an owner of the folder violates there', inFolder({ role: 'roles/owner', members: [account] }), ['folders/400000000001 violation']],
  ['an owner of the organization violates there', inOrganization({ role: 'roles/owner', members: [account] }), ['organizations/300000000001 violation']],
  ['through a group in a group', { ...inProject({ role: 'roles/owner', members: ['group:a@acme.example'] }), [memberships('a@acme.example')]: members('b@acme.example'), [memberships('b@acme.example')]: members(robot) }, ['projects/acme-prod violation']],
  ['an account of another organization is a subject, too', inProject({ role: 'roles/owner', members: ['serviceAccount:x@other.iam.gserviceaccount.com'] }), ['projects/acme-prod violation', 'projects/acme-prod pass']],
  ['a role that was not exported is unknown', inProject({ role: 'roles/odd', members: [account] }), ['projects/acme-prod unknown']],
  ['a policy above that was refused is unknown, never a pass', { [`${top}/iam-policy`]: refused }, ['projects/acme-prod unknown']],
  ['a disabled account is not judged', { ...inProject({ role: 'roles/owner', members: [account] }), [`${top}/acme-prod/service-accounts`]: [{ email: robot, uniqueId: robotId, disabled: true }] }, ['projects/acme-prod not-applicable']],
  ['a deny policy undoes it', { ...inProject({ role: 'roles/owner', members: [account] }), [`${top}/acme-prod/deny-policies`]: [{ name: 'policies/x/denypolicies/d', rules: [{ denyRule: { deniedPrincipals: [`principal://iam.googleapis.com/projects/-/serviceAccounts/${robot}`], deniedPermissions: ['cloudresourcemanager.googleapis.com/projects.setIamPolicy'] } }] }] }, ['projects/acme-prod pass']],
])('%s', (_name, answers, expected) => { expect(judged(answers).map(({ subject, judgement }) => `${subject.resource ?? ''} ${judgement.kind}`)).toEqual(expected) })

test('evidence names the bindings and what they go through; a key that people hold makes it likelier', () => {
  const key = { [`${top}/acme-prod/service-account-keys/${encodeArgument(robot)}`]: [{ name: 'a/keys/k1', keyType: 'USER_MANAGED', validAfterTime: '2026-01-01T00:00:00Z' }] }
  expect(judged({ ...inProject({ role: 'roles/owner', members: [account] }), ...key })).toMatchObject([{ subject: { id: robotId, part: 'projects/acme-prod' }, judgement: {
    likelihood: 4, certainty: 'certain', evidence: { through: [account], bindings: [{ resource: 'projects/acme-prod', role: 'roles/owner', member: account, condition: null }] } } }])
})
