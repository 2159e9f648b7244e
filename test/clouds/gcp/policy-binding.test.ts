import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canonicalHash } from '../../../clouds/canonical.ts'
import { changeKindAbout } from '../../../clouds/change-kinds.ts'
import { readEstateDirectory, writeAnswer } from '../../../clouds/estate-directory.ts'
import { gcpBindingOnFiles } from '../../../clouds/gcp/change/on-files.ts'
import { bindingChange, bindingTarget, type BindingState, findBinding, gcpPolicyBinding, parseBindingTarget, type RawBinding, withChange } from '../../../clouds/gcp/change/policy-binding.ts'
import { interpretGcp } from '../../../clouds/gcp/collect/index.ts'
import { inProject, now, quiet, role, top } from '../../builders/gcp.ts'

const state = (over: Partial<BindingState> = {}): BindingState => ({ resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', condition: null, grantsAdministrator: false, ...over })
const condition = { title: 'office hours', expression: 'request.time.getHours() < 18', description: '' }

test('the kind is registered and can be undone', () => { expect(changeKindAbout('gcp.policy-binding')).toBe(gcpPolicyBinding); expect(gcpPolicyBinding.isReversible).toBe(true) })

test('a target names its binding, and is parsed back', () => {
  expect(bindingTarget(state())).toBe('projects/acme-prod|roles/iam.serviceAccountTokenCreator|user:tess@acme.example|-')
  expect(parseBindingTarget(bindingTarget(state({ condition })))).toEqual({ resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', conditionHash: canonicalHash(condition) })
})
test.each(['', 'projects/acme-prod', 'projects/acme-prod|roles/owner|tess|-', 'buckets/x|roles/owner|user:t@x.example|-', 'projects/acme-prod|roles/owner|user:t@x.example|other'])('`%s` is no target', (target) => {
  expect(() => parseBindingTarget(target)).toThrow(/names no policy binding/)
})

test('the canonical form knows no case of addresses, no missing description and no other field', () => {
  const canonical = gcpPolicyBinding.canonical({ ...state(), member: 'user:Tess@Acme.example', condition: { title: 'office hours', expression: condition.expression } })
  expect(canonical).toEqual(state({ condition }))
  expect(gcpPolicyBinding.canonical(null)).toBeNull()
  expect(() => gcpPolicyBinding.canonical({ ...state(), etag: 'BwX=' })).toThrow(/is not understood/)
})

test.each([
  ['a Token Creator member of a project', {}, 'medium'],
  ['a role that makes an administrator', { grantsAdministrator: true }, 'high'],
  ['a folder', { resource: 'folders/400000000001' }, 'high'],
  ['the organization', { resource: 'organizations/300000000001' }, 'high'],
  ['everybody', { member: 'allUsers' }, 'high'],
  ['a whole domain', { member: 'domain:acme.example' }, 'high'],
  ['a service account', { member: 'serviceAccount:x@acme-prod.iam.gserviceaccount.com' }, 'medium'],
])('tier of %s', (_name, over, tier) => {
  expect([true, false].map((isThere) => gcpPolicyBinding.tier(bindingChange(state(over), isThere)))).toEqual([tier, tier])
})

test('people read what will be different, what is called, and who is touched', () => {
  const removal = bindingChange(state(), false)
  expect(gcpPolicyBinding.describe(removal)).toBe('`user:tess@acme.example` loses `roles/iam.serviceAccountTokenCreator` on `projects/acme-prod`')
  expect(gcpPolicyBinding.apiCalls(removal)).toHaveLength(2)
  expect(gcpPolicyBinding.affects(removal)).toEqual(['user:tess@acme.example'])
  expect([removal, bindingChange(state(), true)].map((change) => gcpPolicyBinding.reducesOnly(change))).toEqual([true, false])
  expect(gcpPolicyBinding.affects(bindingChange(state({ member: 'deleted:user:bob@acme.example?uid=12' }), false))).toEqual(['deleted:user:bob@acme.example?uid=12', '12'])
})

describe('the delta', () => {
  const tess = 'user:tess@acme.example'
  const roleName = 'roles/iam.serviceAccountTokenCreator'
  test.each<[string, readonly RawBinding[], readonly RawBinding[]]>([
    ['one of several members goes', [{ role: roleName, members: ['user:a@acme.example', tess] }], [{ role: roleName, members: ['user:a@acme.example'] }]],
    ['the last member goes with its binding', [{ role: roleName, members: [tess] }, { role: 'roles/viewer', members: [tess] }], [{ role: 'roles/viewer', members: [tess] }]],
    ['a conditional binding of the same role stays', [{ role: roleName, members: [tess], condition }, { role: roleName, members: [tess] }], [{ role: roleName, members: [tess], condition }]],
    ['it is gone already', [{ role: 'roles/viewer', members: [tess] }], [{ role: 'roles/viewer', members: [tess] }]],
    ['it stands twice', [{ role: roleName, members: [tess] }, { role: roleName, members: ['user:Tess@acme.example'] }], []],
  ])('%s', (_name, before, after) => { expect(withChange(before, bindingChange(state(), false))).toEqual(after) })

  const members = fc.constantFrom('user:a@acme.example', 'user:b@acme.example', tess, 'allUsers')
  const bindings = fc.array(fc.record({ role: fc.constantFrom(roleName, 'roles/viewer'), members: fc.uniqueArray(members, { minLength: 1 }), condition: fc.constantFrom(undefined, condition) }), { maxLength: 5 })
  const facts = (list: readonly RawBinding[]) => [...new Set(list.flatMap((each) => each.members.map((member) => bindingTarget({ resource: 'projects/acme-prod', role: each.role, member, condition: each.condition ?? null }))))].sort()
  test('applied then undone is as before, and nothing else ever changes', () => {
    fc.assert(fc.property(bindings, fc.boolean(), (before, hasCondition) => {
      const named = state(hasCondition ? { condition } : {})
      const target = bindingTarget(named)
      const gone = withChange(before, bindingChange(named, false))
      expect(facts(gone)).toEqual(facts(before).filter((fact) => fact !== target))
      expect(facts(withChange(gone, bindingChange(named, true)))).toEqual([...new Set([...facts(before), target])].sort())
      expect(findBinding(gone, parseBindingTarget(target))).toBeNull()
    }))
  })
})

describe('on the files of an estate', () => {
  let dir = ''
  beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'whittle-gcp-')) })
  afterEach(() => { rmSync(dir, { recursive: true }) })
  const lay = (over: Readonly<Record<string, unknown>>): void => { for (const [path, page] of Object.entries({ ...quiet, ...over })) writeAnswer(dir, path, { kind: 'present', pages: [page], isComplete: true, observedAt: now }) }
  const tokenCreator = { [`${top}/roles`]: [role('roles/iam.serviceAccountTokenCreator', 'iam.serviceAccounts.getAccessToken')] }

  test('the binding is read, taken out and put back, and the estate is as before', async () => {
    lay({ ...tokenCreator, ...inProject({ role: 'roles/iam.serviceAccountTokenCreator', members: ['user:tess@acme.example'] }, { role: 'roles/viewer', members: ['user:a@acme.example'] }) })
    const before = interpretGcp(readEstateDirectory(dir)).value
    const driver = gcpBindingOnFiles(dir, () => now)
    const removal = bindingChange(state(), false)
    expect(await driver.read(removal.target)).toEqual(removal.before)
    await driver.write(removal)
    await driver.write(removal)
    expect(await driver.read(removal.target)).toBeNull()
    expect(interpretGcp(readEstateDirectory(dir)).value.accounts[0]?.policy).toMatchObject({ value: { bindings: [{ role: 'roles/viewer' }] } })
    await driver.write(bindingChange(state(), true))
    const bindings = (estate: typeof before) => estate.accounts.map(({ policy }) => (policy.kind === 'present' ? policy.value.bindings.toSorted((a, b) => (a.role < b.role ? -1 : 1)) : []))
    expect(bindings(interpretGcp(readEstateDirectory(dir)).value)).toEqual(bindings(before))
  })
  test('what else the policy has stays, the etag is new', async () => {
    lay({ [`${top}/acme-prod/iam-policy`]: { version: 1, etag: 'BwOLD', auditConfigs: [{ service: 'allServices' }], bindings: [{ role: 'roles/viewer', members: ['user:a@acme.example'] }] } })
    await gcpBindingOnFiles(dir, () => now).write(bindingChange(state({ condition }), true))
    const written: unknown = JSON.parse(readFileSync(join(dir, `${top}/acme-prod/iam-policy.json`), 'utf8'))
    expect(written).toMatchObject({ version: 3, auditConfigs: [{ service: 'allServices' }], bindings: [{ role: 'roles/viewer' }, { condition: { title: 'office hours' } }] })
    expect(written).not.toMatchObject({ etag: 'BwOLD' })
  })
  test('a role that cannot be read counts as one of an administrator; a project that is not there is named', async () => {
    lay(inProject({ role: 'roles/odd', members: ['user:tess@acme.example'] }))
    const driver = gcpBindingOnFiles(dir, () => now)
    expect(await driver.read(bindingTarget(state({ role: 'roles/odd' })))).toMatchObject({ grantsAdministrator: true })
    await expect(driver.read(bindingTarget(state({ resource: 'projects/acme-gone' })))).rejects.toMatchObject({ code: 'cloud.not-found' })
  })
})
