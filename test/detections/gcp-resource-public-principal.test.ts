import { expect, test } from 'vitest'
import { gcpResourcePublicPrincipal as rule } from '../../detections/gcp-resource-public-principal.ts'
import { type Binding, estateWithGcp, inProject, refused, role, top } from '../builders/gcp.ts'

const roles = { [`${top}/roles`]: [role('roles/storage.objectViewer', 'storage.objects.get'), role('roles/storage.objectAdmin', 'storage.objects.create', 'storage.objects.delete'), role('roles/run.invoker', 'run.routes.invoke')] }
const found = (name: string, assetType: string, ...bindings: readonly Binding[]) => ({ ...roles, [`${top}/iam-policies`]: [{ resource: name, assetType, project: 'projects/500000000001', policy: { bindings } }] })
const bucket = (...bindings: readonly Binding[]) => found('//storage.googleapis.com/acme-logs', 'storage.googleapis.com/Bucket', ...bindings)
const judged = (answers: Parameters<typeof estateWithGcp>[0]) => rule.run(estateWithGcp(answers)).filter(({ judgement }) => judgement.kind !== 'pass')
const everybody = ['allUsers']

test('containers and resources that are granted to named members pass', () => {
  const all = rule.run(estateWithGcp(bucket({ role: 'roles/storage.objectViewer', members: ['domain:acme.example', 'user:a@acme.example'] })))
  expect(all.map(({ subject, judgement }) => [subject.id, judgement.kind])).toEqual([
    ['organizations/300000000001', 'pass'], ['folders/400000000001', 'pass'], ['projects/acme-prod', 'pass'], ['//storage.googleapis.com/acme-logs', 'pass']])
})

test.each([
  ['a public bucket violates, as long as nothing keeps it private', bucket({ role: 'roles/storage.objectViewer', members: everybody }), { kind: 'violation', certainty: 'assumed', impact: 3 }],
  ['a bucket that everybody may write to is worse', bucket({ role: 'roles/storage.objectAdmin', members: everybody }), { kind: 'violation', impact: 4 }],
  ['a service that everybody may call is less', found('//run.googleapis.com/projects/acme-prod/locations/x/services/shop', 'run.googleapis.com/Service', { role: 'roles/run.invoker', members: everybody }), { kind: 'violation', certainty: 'certain', impact: 2 }],
  ['every Google account is nearly everybody', found('//x.googleapis.com/y', 'x/Y', { role: 'roles/storage.objectViewer', members: ['allAuthenticatedUsers'] }), { kind: 'violation', summary: '`//x.googleapis.com/y` gives `roles/storage.objectViewer` to everybody with a Google account' }],
  ['a project that everybody may view', inProject({ role: 'roles/viewer', members: everybody }), { kind: 'violation', certainty: 'certain', impact: 4 }],
  ['under a condition', inProject({ role: 'roles/viewer', members: everybody, condition: { title: 'c', expression: "resource.matchTag('1/env', 'test')" } }), { kind: 'violation', certainty: 'conditional' }],
  ['a policy that was refused is unknown', { [`${top}/acme-prod/iam-policy`]: refused }, { kind: 'unknown' }],
])('%s', (_name, answers, expected) => { expect(judged(answers).map(({ judgement }) => judgement)).toMatchObject([expected]) })

test('a grant to everybody whose time is over is none', () => {
  expect(judged(bucket({ role: 'roles/storage.objectViewer', members: everybody, condition: { title: 'c', expression: 'request.time < timestamp("2026-01-01T00:00:00Z")' } }))).toEqual([])
})
