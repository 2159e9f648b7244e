import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeArgument } from '../../../clouds/estate-directory.ts'
import { administratorVerdict, evaluateGcp, grantsAdministrator } from '../../../clouds/gcp/evaluate/index.ts'
import { type Answers, type Binding, gcpEstate, inFolder, inOrganization, inProject, now, organization, policy, role, top } from '../../builders/gcp.ts'

const binding = z.object({ role: z.string(), members: z.array(z.string()), condition: z.object({ title: z.string(), expression: z.string() }).exactOptional() })
const caseSchema = z.strictObject({
  name: z.string(), member: z.string(), permission: z.string(), resource: z.string(), project: z.array(binding).optional(), folder: z.array(binding).optional(), organization: z.array(binding).optional(),
  denies: z.array(z.json()).optional(), groups: z.record(z.string(), z.array(z.union([z.string(), z.object({ id: z.string(), type: z.string() })]))).optional(), roles: z.record(z.string(), z.array(z.string())).optional(),
  unexported: z.array(z.enum(['folder', 'organization', 'denies'])).optional(), expect: z.enum(['allowed', 'conditional', 'denied', 'denied-explicit', 'unknown']), unread: z.boolean().default(false),
})
const cases = z.array(caseSchema).parse(JSON.parse(readFileSync(new URL('../../cases/gcp/evaluate.json', import.meta.url), 'utf8')))

function answersOf({ project = [], folder = [], organization: above = [], denies = [], groups = {}, roles = {}, unexported = [] }: (typeof cases)[number]): Answers {
  const memberships = Object.entries(groups).map(([email, ids]) => [`${top}/group-memberships/${encodeArgument(email)}`,
    ids.map((each) => typeof each === 'string' ? { preferredMemberKey: { id: each } } : { preferredMemberKey: { id: each.id }, type: each.type })] as const)
  return {
    ...inProject(...project), ...Object.fromEntries(memberships), [`${top}/roles`]: Object.entries(roles).map(([name, permissions]) => role(name, ...permissions)),
    [`${top}/folders/400000000001/iam-policy`]: unexported.includes('folder') ? undefined : policy(...folder), [`${top}/iam-policy`]: unexported.includes('organization') ? undefined : policy(...above),
    [`${top}/deny-policies`]: unexported.includes('denies') ? undefined : denies,
  }
}

test.each(cases.map((each) => [each.name, each] as const))('%s', (_name, each) => {
  const verdict = evaluateGcp(gcpEstate(answersOf(each)), { member: each.member, permission: each.permission, resource: each.resource, at: now })
  expect(verdict.kind === 'denied' && verdict.how === 'explicit' ? 'denied-explicit' : verdict.kind).toBe(each.expect)
  if (verdict.kind === 'allowed') expect(verdict.unread.length > 0).toBe(each.unread)
})

describe('laws', () => {
  const names = ['user:alice@acme.example', 'user:bob@acme.example', 'allUsers', 'domain:acme.example', 'group:g@acme.example']
  const bindings = fc.array(fc.record({ role: fc.constantFrom('roles/owner', 'roles/editor', 'roles/odd'), members: fc.subarray(names, { minLength: 1 }) }), { maxLength: 4 })
  const ids = ['principalSet://goog/public:all', 'principal://goog/subject/alice@acme.example', 'principalSet://goog/group/g@acme.example']
  const denyRule = fc.record({ deniedPrincipals: fc.subarray(ids, { minLength: 1 }), exceptionPrincipals: fc.subarray(ids), deniedPermissions: fc.constant(['cloudresourcemanager.googleapis.com/projects.*']) })
  const strength = { denied: 0, unknown: 1, conditional: 2, allowed: 3 }
  const ask = (answers: Answers) => evaluateGcp(gcpEstate(answers), { member: 'user:alice@acme.example', permission: 'resourcemanager.projects.setIamPolicy', resource: 'projects/acme-prod', at: null })

  test('a deny policy never allows', () => {
    fc.assert(fc.property(bindings, denyRule, (granted, rule) => {
      const before = ask(inProject(...granted))
      const after = ask({ ...inProject(...granted), [`${top}/deny-policies`]: [{ name: 'policies/x/denypolicies/d', rules: [{ denyRule: rule }] }] })
      expect(strength[after.kind]).toBeLessThanOrEqual(strength[before.kind])
    }))
  })
  test('one more binding, here or above, never takes away', () => {
    fc.assert(fc.property(bindings, bindings, fc.constantFrom(inProject, inFolder, inOrganization), (granted, more, where) => {
      const before = where(...granted)
      const after = where(...granted, ...more)
      expect(strength[ask(after).kind]).toBeGreaterThanOrEqual(strength[ask(before).kind])
    }))
  })
})

describe('administrator', () => {
  const alice = 'user:alice@acme.example'
  const granted = (role: string): Binding => ({ role, members: [alice] })
  const iamAdmin = { [`${top}/roles`]: [role('roles/resourcemanager.organizationAdmin', 'resourcemanager.organizations.setIamPolicy'), role('roles/plain', 'storage.buckets.get')] }
  test.each([
    ['owner of a project', inProject(granted('roles/owner')), 'projects/acme-prod', 'allowed'],
    ['owner of the folder, asked of the project', inFolder(granted('roles/owner')), 'projects/acme-prod', 'allowed'],
    ['owner of a folder administers the projects in it', inFolder(granted('roles/owner')), 'folders/400000000001', 'allowed'],
    ['who may change the policy of the organization', { ...inOrganization(granted('roles/resourcemanager.organizationAdmin')), ...iamAdmin }, `organizations/${organization}`, 'allowed'],
    ['a role called administrator without the permission', { ...inProject(granted('roles/plain')), ...iamAdmin }, 'projects/acme-prod', 'denied'],
    ['editor', inProject(granted('roles/editor')), 'projects/acme-prod', 'denied'],
  ])('%s', (_name, answers, container, kind) => { expect(administratorVerdict(gcpEstate(answers), { member: alice, resource: container, at: now }).kind).toBe(kind) })

  test('a role that was not exported leaves it open whether it makes an administrator', () => {
    const estate = gcpEstate(iamAdmin)
    expect(grantsAdministrator(estate, 'roles/resourcemanager.organizationAdmin', `organizations/${organization}`)).toBe(true)
    expect(grantsAdministrator(estate, 'roles/resourcemanager.organizationAdmin', 'projects/acme-prod')).toBe(false)
    expect(grantsAdministrator(estate, 'roles/other', 'projects/acme-prod')).toMatchObject({ why: 'not-exported' })
  })
})
