import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { canonicalHash } from '../../../clouds/canonical.ts'
import { gcpChangeDriver } from '../../../clouds/gcp/change/live.ts'
import { bindingChange, type BindingState, gcpPolicyBinding } from '../../../clouds/gcp/change/policy-binding.ts'
import { runStep, type StepPorts } from '../../../kernel/step.ts'
import type { Change, ChangeDriver } from '../../../model/change.ts'
import { failed } from '../../peers/gcp/reply.ts'
import { acme } from '../../peers/gcp/state.ts'
import { startStubbed, type Stubbed } from './stubbed.ts'

let peer: Stubbed
beforeAll(async () => { peer = await startStubbed() })
afterAll(async () => { await peer.close() })
beforeEach(() => {
  Object.assign(peer.stub.state, acme())
  peer.stub.faults.length = 0
  peer.stub.calls.length = 0
  peer.stub.settings.staleReads = 0
})

const state: BindingState = { resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', condition: null, grantsAdministrator: false }
const removal = bindingChange(state, false)
const driver = () => gcpChangeDriver('gcp.policy-binding', peer.session())
const writes = () => peer.stub.calls.filter(({ isWrite }) => isWrite).length
const policy = () => { const found = peer.stub.state.policies.get('projects/acme-prod'); if (found === undefined) throw new Error('the project is gone'); return found }

/** The step protocol on the real driver, with nobody else in the world. */
function portsOf(live: ChangeDriver, change: Change): StepPorts {
  const records: ('intent' | 'done' | 'not-done' | 'unknown')[] = []
  return {
    lock: () => Promise.resolve(1), unlock: () => Promise.resolve(), holds: () => Promise.resolve(true), authority: () => Promise.resolve({ kind: 'may' }),
    read: () => live.read(change.target), hash: (json) => canonicalHash(gcpPolicyBinding.canonical(json)), write: () => live.write(change),
    recorded: () => Promise.resolve(records.at(-1) ?? 'nothing'), recordIntent: () => { records.push('intent'); return Promise.resolve() }, recordResult: (result) => { records.push(result); return Promise.resolve() }, pause: () => Promise.resolve(),
  }
}

test('a step takes the member out, and its inverse puts it back', async () => {
  expect(await runStep(removal, portsOf(driver(), removal))).toEqual({ kind: 'done', wasAlready: false })
  const undo = bindingChange(state, true)
  expect(await runStep(undo, portsOf(driver(), undo))).toEqual({ kind: 'done', wasAlready: false })
  expect(writes()).toBe(2)
  expect(policy().bindings[0]?.members).toEqual(['user:other@acme.example', 'user:tess@acme.example'])
})

test('reads that lag behind the write are waited for: one write, and done', async () => {
  peer.stub.settings.staleReads = 6
  expect(await runStep(removal, portsOf(driver(), removal))).toMatchObject({ kind: 'done' })
  expect(writes()).toBe(1)
})

test('an edit of anything else in the policy is no drift, whatever the etag', async () => {
  policy().bindings.push({ role: 'roles/viewer', members: ['user:new@acme.example'] })
  policy().revision += 1
  expect(await runStep(removal, portsOf(driver(), removal))).toMatchObject({ kind: 'done' })
  expect(policy().bindings.at(-1)?.members).toEqual(['user:new@acme.example'])
})

test('a role that became an administrator\'s since the approval is drift: nothing is written', async () => {
  peer.stub.state.roles.find(({ name }) => name === state.role)?.includedPermissions.push('resourcemanager.projects.setIamPolicy')
  expect(await runStep(removal, portsOf(driver(), removal))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('drift') })
  expect(writes()).toBe(0)
})

test('who is out already is done without a write', async () => {
  policy().bindings[0]?.members.shift()
  expect(await runStep(removal, portsOf(driver(), removal))).toEqual({ kind: 'done', wasAlready: true })
  expect(writes()).toBe(0)
})

test('an answer that is lost after the write is found by reading', async () => {
  const ports = portsOf(driver(), removal)
  const lost: StepPorts = { ...ports, write: async () => { await ports.write(); throw new Error('socket hang up') } }
  expect(await runStep(removal, lost)).toEqual({ kind: 'done', wasAlready: false })
  expect(writes()).toBe(1)
})

test('a write that is refused is not done, and says why', async () => {
  peer.stub.faults.push({ method: 'POST', path: /:setIamPolicy$/, reply: failed(403, 'no') })
  expect(await runStep(removal, portsOf(driver(), removal))).toMatchObject({ kind: 'not-done', reason: expect.stringContaining('resourcemanager.projects.setIamPolicy') })
  expect(writes()).toBe(0)
})
