import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answersInMemory } from '../../clouds/estate-directory.ts'
import { gcpChangeDriver } from '../../clouds/gcp/change/live.ts'
import { bindingChange, type BindingState } from '../../clouds/gcp/change/policy-binding.ts'
import { interpretGcp } from '../../clouds/gcp/collect/index.ts'
import { collectGcp } from '../../clouds/gcp/collect/live.ts'
import { probeGcp } from '../../clouds/gcp/collect/probe.ts'
import { instant } from '../../model/instant.ts'
import { acmeScope, recorder, startStubbed, type Stubbed } from '../clouds/gcp/stubbed.ts'
import { failed } from '../peers/gcp/reply.ts'
import { readableGcpSpec } from './gcp-spec.ts'
import { startJudge } from './prism.ts'

// Every call of these tests passes Google's own discovery documents as judge of request and answer; what breaks them fails the call.
let peer: Stubbed, judge: Awaited<ReturnType<typeof startJudge>>, spec: ReturnType<typeof readableGcpSpec>
beforeAll(async () => {
  peer = await startStubbed()
  spec = readableGcpSpec()
  judge = await startJudge(spec.file, peer.stub.url)
})
afterAll(async () => { await judge.stop(); await peer.close(); rmSync(dirname(spec.file), { recursive: true }) })
const session = () => peer.session(acmeScope, judge.url)
const state: BindingState = { resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', condition: { title: 'robots only', expression: 'resource.name.startsWith("robots")', description: 'until the pipeline is ready' }, grantsAdministrator: false }

test('the documents know every operation that is called', () => { expect(spec.operations).toBe(22) })

test('a whole collection is as Google documents it, call by call, and so is every answer of the stub', { timeout: 300_000 }, async () => {
  const { answers, emit } = recorder()
  await collectGcp(session(), emit)
  expect([...answers].filter(([, answer]) => answer.kind !== 'present')).toEqual([])
  expect(interpretGcp(answersInMemory(answers, instant('2026-02-01T00:00:00Z')))).toMatchObject({ problems: [], unread: [], value: { accounts: [{ id: 'acme-prod' }, { id: 'acme-shared' }, { id: 'acme-lab' }] } })
  expect(judge.output()).not.toMatch(/violation/i)
})

test('so is the probe, and a change with its undo, with a condition and through a lost race', { timeout: 300_000 }, async () => {
  expect((await probeGcp(session())).filter(({ outcome }) => outcome !== 'read')).toEqual([])
  const driver = gcpChangeDriver('gcp.policy-binding', session())
  peer.stub.faults.push({ method: 'POST', path: /:setIamPolicy$/, reply: failed(409, 'There were concurrent policy changes.') })
  for (const change of [bindingChange(state, false), bindingChange(state, true)]) {
    await driver.write(change)
    expect(await driver.read(change.target)).toEqual(change.after)
  }
  expect(peer.stub.calls.filter(({ path }) => path.endsWith(':setIamPolicy')).map(({ status }) => status)).toEqual([409, 200, 200])
  expect(judge.output()).not.toMatch(/violation/i)
})

test('the judge does judge: a field that Google does not know is refused', async () => {
  const asked = await fetch(`${judge.url}/v3/projects/acme-prod:getIamPolicy`, { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'application/json' }, body: JSON.stringify({ options: { requestedVersion: 3 } }) })
  expect(asked.status).toBe(422)
})
