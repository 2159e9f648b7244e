import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { azureChangeDriver } from '../../clouds/azure/change/live.ts'
import { assignmentChange, assignmentStateIn, azureRoleAssignment } from '../../clouds/azure/change/role-assignment.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { runStep, type StepPorts } from '../../kernel/step.ts'
import type { Change, ChangeDriver } from '../../model/change.ts'
import { roleGuid } from '../builders/azure.ts'
import { acme, guestAssignment } from '../peers/azure/acme.ts'
import { sessionOf } from '../peers/azure/session.ts'
import type { AzureState } from '../peers/azure/state.ts'
import { type AzureStub, type Judge, startAzureStub } from '../peers/azure/stub.ts'
import { azureJudge } from './azure-judge.ts'

let judge: Judge
let state: AzureState
let stub: AzureStub
let driver: ChangeDriver
let removal: Change
let undo: Change
beforeAll(async () => { judge = await azureJudge() })
beforeEach(async () => {
  state = acme()
  stub = await startAzureStub(state, judge)
  driver = azureChangeDriver('azure.role-assignment', sessionOf(stub))
  const before = await driver.read(guestAssignment)
  removal = assignmentChange(guestAssignment, assignmentStateIn({ kind: 'azure.role-assignment', target: guestAssignment, before, after: null, base: '' }), false)
  undo = assignmentChange(guestAssignment, assignmentStateIn(removal), true)
})
// every call was right by the vendor's specification
afterEach(async () => { await stub.close(); expect(stub.verdicts).toEqual([]) })
const isThere = (): boolean => state.assignments.has(guestAssignment.toLowerCase())

/** The step protocol on the real driver, with nobody else in the world. */
function portsOf(change: Change): StepPorts {
  const records: ('intent' | 'done' | 'not-done' | 'unknown')[] = []
  return {
    lock: () => Promise.resolve(1), unlock: () => Promise.resolve(), holds: () => Promise.resolve(true), authority: () => Promise.resolve({ kind: 'may' }),
    read: () => driver.read(change.target), hash: (json) => canonicalHash(azureRoleAssignment.canonical(json)), write: () => driver.write(change),
    recorded: () => Promise.resolve(records.at(-1) ?? 'nothing'), recordIntent: () => { records.push('intent'); return Promise.resolve() }, recordResult: (result) => { records.push(result); return Promise.resolve() }, pause: () => Promise.resolve(),
  }
}

test('a step removes the assignment, and its inverse makes the same one again', async () => {
  const stored = state.assignments.get(guestAssignment.toLowerCase())?.properties ?? {}
  expect(await runStep(removal, portsOf(removal))).toEqual({ kind: 'done', wasAlready: false })
  expect(isThere()).toBe(false)
  expect(await runStep(undo, portsOf(undo))).toEqual({ kind: 'done', wasAlready: false })
  const made = state.assignments.get(guestAssignment.toLowerCase())?.properties ?? {}
  for (const field of ['scope', 'roleDefinitionId', 'principalId', 'principalType', 'condition', 'conditionVersion', 'description']) expect([field, made[field]]).toEqual([field, stored[field]])
  expect(stub.writes).toHaveLength(2)
})

test('reads that lag behind the write are waited for: one write, and done', async () => {
  state.faults.laggingReads = 6
  expect(await runStep(removal, portsOf(removal))).toMatchObject({ kind: 'done' })
  expect(stub.writes).toHaveLength(1)
})

test('a role that gives something else since the approval is drift: nothing is written', async () => {
  state.definitions.set(roleGuid(2), { ...state.definitions.get(roleGuid(2)), properties: { roleName: 'Contributor', type: 'BuiltInRole', assignableScopes: ['/'], permissions: [{ actions: ['*'], notActions: [] }] } })
  expect(await runStep(removal, portsOf(removal))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('drift') })
  expect([isThere(), stub.writes]).toEqual([true, []])
})

test('what is gone already is done without a write', async () => {
  state.assignments.delete(guestAssignment.toLowerCase())
  expect(await runStep(removal, portsOf(removal))).toEqual({ kind: 'done', wasAlready: true })
  expect(stub.writes).toEqual([])
})

test.each(['removed', 'made again'])('an answer that is lost after it was %s is found by reading', async (what) => {
  const change = what === 'removed' ? removal : undo
  if (change === undo) state.assignments.delete(guestAssignment.toLowerCase())
  const ports = portsOf(change)
  expect(await runStep(change, { ...ports, write: async () => { await ports.write(); throw new Error('socket hang up') } })).toEqual({ kind: 'done', wasAlready: false })
  expect(stub.writes).toHaveLength(1)
})

test('a write that is refused is not done, and names the permission', async () => {
  const ports = portsOf(removal)
  const refused: StepPorts = { ...ports, write: async () => { state.faults.refused.add('authorization/roleassignments'); await ports.write().finally(() => { state.faults.refused.clear() }) } }
  expect(await runStep(removal, refused)).toMatchObject({ kind: 'not-done', reason: expect.stringContaining('Microsoft.Authorization/roleAssignments/delete') })
  expect([isThere(), stub.writes]).toEqual([true, []])
})
