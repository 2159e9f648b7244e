import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { azureRoleAssignment, isSameAssignment } from '../../clouds/azure/change/role-assignment.ts'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { renderSandbox } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import type { Finding } from '../../model/finding.ts'
import { instant } from '../../model/instant.ts'
import { removeRoleAssignment } from '../../remediations/remove-role-assignment.ts'

const dir = mkdtempSync(join(tmpdir(), 'whittle-remove-'))
afterAll(() => { rmSync(dir, { recursive: true, force: true }) })
renderSandbox(dir, instant('2026-11-20T00:00:00Z'))
const estate = interpretEstate(readEstateDirectory(dir))
const findingAbout = (detection: string, name: string): Finding => {
  const found = analyze(estate, detections).findings.find((finding) => finding.detection === detection && finding.summary.includes(name))
  if (found === undefined) throw new Error(`no ${detection} about ${name}`)
  return found
}

test('a guest loses exactly the named assignment, reversibly, in the medium tier, and is named by every id', () => {
  const finding = findingAbout('azure-guest-with-write', 'kai.weber')
  const drafted = removeRoleAssignment.propose(finding, estate, {})
  if (!drafted.ok) throw new Error(drafted.error)
  const { changes, inverse, tier, affects, reducesOnly } = drafted.value
  expect(changes).toHaveLength(1)
  expect([tier, reducesOnly, changes[0]?.after, inverse[0]?.before]).toEqual(['medium', true, null, null])
  expect(inverse[0]?.after).toEqual(changes[0]?.before)
  expect(affects).toContain(finding.principal)
})

test.each([
  ['what is inherited from a management group', 'azure-principal-owner-at-subscription', 'maya.okafor', 'inherited'],
])('%s is refused in words', (_name, detection, about, words) => {
  const drafted = removeRoleAssignment.propose(findingAbout(detection, about), estate, {})
  expect(drafted).toMatchObject({ ok: false })
  expect(drafted.ok ? '' : drafted.error).toContain(words)
})

test('an assignment at a whole subscription is high tier', () => {
  const drafted = removeRoleAssignment.propose(findingAbout('azure-principal-owner-at-subscription', 'lena.fischer'), estate, {})
  expect(drafted.ok ? drafted.value.tier : drafted.error).toBe('high')
})

test('a finding whose assignment is gone says so, and a group is not emptied for one member', () => {
  const finding = findingAbout('azure-guest-with-write', 'kai.weber')
  const row = { id: '/subscriptions/20000000-0000-4000-8000-000000000001/resourceGroups/rg-orders/providers/Microsoft.Authorization/roleAssignments/99999999-0000-4000-8000-000000000001', scope: '/subscriptions/20000000-0000-4000-8000-000000000001/resourceGroups/rg-orders', role: 'Contributor', group: null }
  const gone = removeRoleAssignment.propose({ ...finding, evidence: { assignments: [row] } }, estate, {})
  const grouped = removeRoleAssignment.propose({ ...finding, evidence: { assignments: [{ ...row, group: 'Platform Team' }] } }, estate, {})
  expect([gone.ok ? '' : gone.error, grouped.ok ? '' : grouped.error]).toEqual([expect.stringContaining('no longer there'), expect.stringContaining('through group `Platform Team`')])
})

test('the canonical form ignores order and case of operations and nothing else', () => {
  const finding = findingAbout('azure-guest-with-write', 'kai.weber')
  const drafted = removeRoleAssignment.propose(finding, estate, {})
  const change = drafted.ok ? drafted.value.changes[0] : undefined
  if (change === undefined) throw new Error('not drafted')
  const state = change.before
  if (state === null || typeof state !== 'object' || Array.isArray(state)) throw new Error('no state')
  expect(azureRoleAssignment.canonical({ ...state, role: [{ actions: ['B/write', 'a/read', 'A/read'], notActions: [], dataActions: [], notDataActions: [], condition: null, conditionVersion: null }] }))
    .toMatchObject({ role: [{ actions: ['a/read', 'b/write'] }] })
  expect(() => azureRoleAssignment.canonical({ ...state, principalId: '' })).toThrow(/not understood/)
  expect(isSameAssignment(change.target, change.target.toUpperCase().replace('/PROVIDERS/MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/', '/providers/Microsoft.Authorization/roleAssignments/'))).toBe(true)
})
