import { expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { encodeArgument } from '../../clouds/estate-directory.ts'
import { gcpPolicyBinding } from '../../clouds/gcp/change/policy-binding.ts'
import { gcpPrincipalBasicRole } from '../../detections/gcp-principal-basic-role.ts'
import { gcpPrincipalTokenCreatorAtProject } from '../../detections/gcp-principal-token-creator-at-project.ts'
import { gcpResourcePublicPrincipal } from '../../detections/gcp-resource-public-principal.ts'
import { gcpServiceAccountAdministrator } from '../../detections/gcp-service-account-administrator.ts'
import type { Detection } from '../../model/detection.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Draft } from '../../model/plan.ts'
import type { Result } from '../../model/result.ts'
import { removePolicyBinding } from '../../remediations/remove-policy-binding.ts'
import { type Answers, estateWithGcp, inFolder, inOrganization, inProject, members, robot, robotId, role, top } from '../builders/gcp.ts'

const tess = 'user:tess@acme.example'
const roles = { [`${top}/roles`]: [role('roles/iam.serviceAccountTokenCreator', 'iam.serviceAccounts.getAccessToken'), role('roles/storage.objectViewer', 'storage.objects.get')] }
function proposed(detection: Detection, answers: Answers, later: Answers = answers): Result<Draft, string> {
  const finding = analyze(estateWithGcp({ ...roles, ...answers }), [detection]).findings[0]
  if (finding === undefined) throw new Error('the case has no finding')
  return removePolicyBinding.propose(finding, estateWithGcp({ ...roles, ...later }), {})
}
const creator = inProject({ role: 'roles/iam.serviceAccountTokenCreator', members: [tess, 'user:other@acme.example'] })

test('a Token Creator member is one change of medium tier, with its inverse, and touches nobody else', () => {
  const draft = proposed(gcpPrincipalTokenCreatorAtProject, inProject({ role: 'roles/iam.serviceAccountTokenCreator', members: [tess] }))
  expect(draft).toMatchObject({ ok: true, value: { account: 'acme-prod', tier: 'medium', reducesOnly: true, irreversible: [], affects: [tess], title: `\`${tess}\` loses \`roles/iam.serviceAccountTokenCreator\` on \`projects/acme-prod\`` } })
  if (!draft.ok) return
  const [change, inverse] = [draft.value.changes[0], draft.value.inverse[0]]
  expect(change).toMatchObject({ kind: 'gcp.policy-binding', target: `projects/acme-prod|roles/iam.serviceAccountTokenCreator|${tess}|-`, after: null })
  expect(inverse).toMatchObject({ target: change?.target, before: null, after: change?.before, base: canonicalHash(null) })
  expect(change?.base).toBe(canonicalHash(gcpPolicyBinding.canonical(change?.before ?? null)))
})

test('Owner and Editor of one member are two changes of high tier, undone in the other order', () => {
  const both = { ...inProject({ role: 'roles/owner', members: [tess] }, { role: 'roles/editor', members: [tess] }), ...inOrganization({ role: 'roles/owner', members: ['user:root@acme.example'] }) }
  const draft = proposed(gcpPrincipalBasicRole, { ...inProject({ role: 'roles/owner', members: [tess] }, { role: 'roles/editor', members: [tess] }) }, both)
  expect(draft).toMatchObject({ ok: true, value: { tier: 'high' } })
  if (draft.ok) expect(draft.value.inverse.map(({ target }) => target)).toEqual(draft.value.changes.map(({ target }) => target).reverse())
})

test.each<[string, JsonObject, RegExp]>([['one of the roles', { role: 'roles/editor' }, /^1 change$/], ['a role of somebody else', { role: 'roles/viewer' }, /none of the roles/], ['an option that there is not', { force: true }, /only option/]])('chosen: %s', (_name, options, expected) => {
  const answers = { ...inProject({ role: 'roles/owner', members: [tess] }, { role: 'roles/editor', members: [tess] }), ...inOrganization({ role: 'roles/owner', members: ['user:root@acme.example'] }) }
  const finding = analyze(estateWithGcp(answers), [gcpPrincipalBasicRole]).findings.find(({ resource }) => resource === 'projects/acme-prod')
  if (finding === undefined) throw new Error('the case has no finding')
  const draft = removePolicyBinding.propose(finding, estateWithGcp(answers), options)
  expect(draft.ok ? `${String(draft.value.changes.length)} change` : draft.error).toMatch(expected)
})

test('a service account is touched by its unique id, too', () => {
  const draft = proposed(gcpPrincipalBasicRole, inProject({ role: 'roles/editor', members: [`serviceAccount:${robot}`] }))
  expect(draft).toMatchObject({ ok: true, value: { affects: [`serviceAccount:${robot}`, robotId], tier: 'medium' } })
})

test('a group touches everybody in it, also through another group', () => {
  const inGroups = { [`${top}/group-memberships/${encodeArgument('robots@acme.example')}`]: members('inner@acme.example', robot), [`${top}/group-memberships/${encodeArgument('inner@acme.example')}`]: members('sven@acme.example') }
  const draft = proposed(gcpPrincipalTokenCreatorAtProject, { ...inProject({ role: 'roles/iam.serviceAccountTokenCreator', members: ['group:robots@acme.example'] }), ...inGroups })
  expect(draft).toMatchObject({ ok: true, value: { affects: ['group:robots@acme.example', 'group:inner@acme.example', `serviceAccount:${robot}`, 'user:sven@acme.example', robotId] } })
})

const memberships = `${top}/group-memberships/${encodeArgument('robots@acme.example')}`
const bucket = { [`${top}/iam-policies`]: [{ resource: '//storage.googleapis.com/acme-logs', assetType: 'storage.googleapis.com/Bucket', project: 'projects/500000000001', policy: { bindings: [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] } }] }
test.each<[string, Result<Draft, string>, RegExp]>([
  ['the last owner', proposed(gcpPrincipalBasicRole, inProject({ role: 'roles/owner', members: [tess] })), /last way in which a person administers `projects\/acme-prod`/],
  ['the last owner, beside one whose time is limited', proposed(gcpPrincipalBasicRole, inProject({ role: 'roles/owner', members: [tess] }, { role: 'roles/owner', members: ['user:b@acme.example'], condition: { title: 'c', expression: 'request.time < timestamp("2027-01-01T00:00:00Z")' } })), /last way in which a person/],
  ['the last owner, beside a service account', proposed(gcpPrincipalBasicRole, inProject({ role: 'roles/owner', members: [tess] }, { role: 'projects/acme-prod/roles/keeper', members: [`serviceAccount:${robot}`] }), { ...inProject({ role: 'roles/owner', members: [tess, `serviceAccount:${robot}`] }) }), /last way in which a person/],
  ['the last owner, beside a group that nobody is known to be in', proposed(gcpPrincipalBasicRole, inProject({ role: 'roles/owner', members: [tess, 'group:robots@acme.example'] })), /last way in which a person/],
  ['what a group holds', proposed(gcpServiceAccountAdministrator, { ...inProject({ role: 'roles/owner', members: ['group:robots@acme.example'] }), [memberships]: members(robot) }), /through `group:robots@acme.example`/],
  ['a bucket', proposed(gcpResourcePublicPrincipal, bucket), /only those of projects, folders and organizations/],
  ['what is gone meanwhile', proposed(gcpPrincipalTokenCreatorAtProject, creator, {}), /no longer there/],
  ['a policy that is not readable any more', proposed(gcpPrincipalTokenCreatorAtProject, creator, { [`${top}/acme-prod/iam-policy`]: undefined }), /was not read/],
])('refuses %s and says why', (_name, draft, why) => {
  expect(draft.ok ? 'proposed' : draft.error).toMatch(why)
})

test('refuses what the finding\'s place inherits', () => {
  const estate = estateWithGcp({ ...roles, ...inFolder({ role: 'roles/editor', members: [tess] }) })
  const finding = analyze(estate, [gcpPrincipalBasicRole]).findings[0]
  if (finding === undefined) throw new Error('the case has no finding')
  const draft = removePolicyBinding.propose({ ...finding, resource: 'projects/acme-prod' }, estate, {})
  expect(draft.ok ? 'proposed' : draft.error).toMatch(/is inherited by `projects\/acme-prod`/)
})
