import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { azureChangeDriver } from '../../clouds/azure/change/live.ts'
import { azureCollector } from '../../clouds/azure/collect/collector.ts'
import { collectAzure, collectAzurePage } from '../../clouds/azure/collect/live.ts'
import { probeAzure } from '../../clouds/azure/collect/probe.ts'
import { type AzureSession, azureSession } from '../../clouds/azure/session.ts'
import { answersInMemory, readEstateDirectory, writeAnswer } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { sandboxChangeDriver } from '../../clouds/sandbox/change.ts'
import { detections } from '../../detections/index.ts'
import type { Answer } from '../../model/answer.ts'
import type { Estate } from '../../model/estate.ts'
import { removeRoleAssignment } from '../../remediations/remove-role-assignment.ts'
import { assignmentGuid, azureNow, objectId, otherSubscriptionId, roleGuid, subscriptionId, tenantId } from '../builders/azure.ts'
import { acme, guestAssignment, shop } from '../peers/azure/acme.ts'
import { sessionOf } from '../peers/azure/session.ts'
import type { AzureState } from '../peers/azure/state.ts'
import { type AzureStub, type Judge, startAzureStub } from '../peers/azure/stub.ts'
import { azureJudge } from './azure-judge.ts'

let judge: Judge
beforeAll(async () => { judge = await azureJudge() })
const open: AzureStub[] = []
// every call of every test is right by the vendor's specification
afterEach(async () => {
  const verdicts = open.flatMap((stub) => stub.verdicts)
  await Promise.all(open.splice(0).map((stub) => stub.close()))
  expect(verdicts).toEqual([])
})

async function start(state: AzureState = acme()): Promise<{ readonly state: AzureState; readonly stub: AzureStub; readonly session: AzureSession }> {
  const stub = await startAzureStub(state, judge)
  open.push(stub)
  return { state, stub, session: sessionOf(stub) }
}

async function collected(session: AzureSession): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>()
  await collectAzure(session, (path, answer) => { answers.set(path, { ...answer, ...('observedAt' in answer ? { observedAt: azureNow } : {}) }); return Promise.resolve() })
  return answers
}
const estateOf = (answers: ReadonlyMap<string, Answer>): Estate => interpretEstate(answersInMemory(answers, azureNow))
const liveEstate = async (session: AzureSession): Promise<Estate> => estateOf(await collected(session))
function written(answers: ReadonlyMap<string, Answer>): string {
  const dir = mkdtempSync(join(tmpdir(), 'whittle-azure-estate-'))
  for (const [path, answer] of answers) if (answer.kind === 'present' || answer.kind === 'error') writeAnswer(dir, path, answer)
  return dir
}
const guestFinding = (estate: Estate) => {
  const found = analyze(estate, detections).findings.find(({ detection }) => detection === 'azure-guest-with-write')
  if (found === undefined) throw new Error('the guest is no finding')
  return found
}
const codeOf = async (promise: Promise<unknown>): Promise<unknown> => await promise.then(() => 'done', (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error))

test('a live collection reads everything, drops secrets, and its findings are those of the same answers in files', async () => {
  const { session } = await start()
  const answers = await collected(session)
  const estate = estateOf(answers)
  expect([estate.problems, estate.unread.filter(({ what }) => what.startsWith('azure'))]).toEqual([[], []])
  expect(JSON.stringify([...answers])).not.toContain('CANARY')
  expect(estate.azure.accounts.map(({ id, roleAssignments, denyAssignments }) => [id, roleAssignments.values.length, denyAssignments.values.length])).toEqual([[subscriptionId, 6, 1], [otherSubscriptionId, 2, 0]])
  expect(estate.azure.accounts[0]?.roleDefinitions.values.find(({ name }) => name === 'Blob Writer')?.permissions[0]?.condition).toContain('StringEquals')
  const found = analyze(estate, detections)
  expect(found.findings.map(({ detection }) => detection).sort()).toEqual(['azure-custom-role-can-assign-roles', 'azure-disabled-user-with-access', 'azure-guest-with-write', 'azure-principal-inactive-with-access', 'azure-principal-owner-at-subscription'])
  const fromFiles = analyze(interpretEstate(readEstateDirectory(written(answers))), detections, {})
  expect(fromFiles.findings.map(({ id }) => id)).toEqual(found.findings.map(({ id }) => id))
})

test('one row per page gives the same estate as one page', async () => {
  const { session, state, stub } = await start()
  const whole = await liveEstate(session)
  state.faults.pageSize = 1
  expect((await liveEstate(session)).azure).toEqual(whole.azure)
  expect(stub.calls.filter((call) => call.includes('skiptoken')).length).toBeGreaterThan(10)
})

test.each([
  ['authorization/roleassignments', 'role-assignments', 2], ['roleManagement/directory/roleDefinitions', 'graph/role-definitions', 1], ['/users', 'graph/users', 1], ['getEntities', 'management-groups', 1], ['/members', 'group-members', 2],
])('a refused %s is an answer: the rest is read', async (part, name, count) => {
  const { session, state } = await start()
  state.faults.refused.add(part)
  const gaps = (await liveEstate(session)).unread.filter(({ what }) => what.includes(name) && what.startsWith('azure'))
  expect(gaps.map(({ why }) => why)).toEqual(Array.from({ length: count }, () => 'refused'))
})

test('without Entra ID P1 users are read, and nothing is said of their sign-ins', async () => {
  const { session, state } = await start()
  state.faults.hasPremium = false
  const estate = await liveEstate(session)
  expect(estate.azure.tenants[0]?.users.values.map(({ lastSignInAt }) => lastSignInAt.kind)).toEqual(['unreadable', 'unreadable', 'unreadable', 'unreadable', 'unreadable'])
  expect(analyze(estate, detections, { only: ['azure-principal-inactive-with-access'] }).findings).toEqual([])
})

test('429 is thrown once with its Retry-After, and the page is read again from its cursor', async () => {
  const { session, state, stub } = await start()
  state.faults.throttled = 1
  const failed = await collectAzurePage(session, `azure/${tenantId}`, { cursor: 'groups', emit: () => Promise.resolve(), reached: () => undefined, signal: new AbortController().signal }).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'cloud.throttled', details: { retryAfterSeconds: '17' } })
  expect(stub.calls).toHaveLength(1)
  const next = await collectAzurePage(session, `azure/${tenantId}`, { cursor: 'groups', emit: () => Promise.resolve(), reached: () => undefined, signal: new AbortController().signal })
  expect(next).toBe('service-principals')
})

test.each(['users', `subscription ${subscriptionId}`])('a page link to another host is not followed: the token stays here (%s)', async (cursor) => {
  const { session, state } = await start()
  const { stub: elsewhere } = await start()
  state.faults.pageSize = 1
  state.faults.linkHost = new URL(elsewhere.url).host
  const collecting = collectAzurePage(session, `azure/${tenantId}`, { cursor, emit: () => Promise.resolve(), reached: () => undefined, signal: new AbortController().signal })
  expect([await codeOf(collecting), elsewhere.calls]).toEqual(['cloud.unavailable', []])
})

test('only the subscriptions of the environment are read and changed', async () => {
  const { session } = await start()
  const one = { ...session, subscriptions: [otherSubscriptionId] }
  expect((await liveEstate(one)).azure.accounts.map(({ id }) => id)).toEqual([otherSubscriptionId])
  expect(await codeOf(azureChangeDriver('azure.role-assignment', one).read(guestAssignment))).toBe('change.refused')
  expect(await azureCollector(one).accounts(new AbortController().signal)).toEqual([`azure/${tenantId}`])
})

test('the same change through the SDK and on files gives an equal estate, and undone the first one', async () => {
  const { session, stub } = await start()
  const answers = await collected(session)
  const dir = written(answers)
  const before = estateOf(answers)
  const draft = removeRoleAssignment.propose(guestFinding(before), before, {})
  if (!draft.ok) throw new Error(draft.error)
  const drivers = [azureChangeDriver('azure.role-assignment', session), sandboxChangeDriver('azure.role-assignment', dir, () => azureNow)]
  const azureOf = (estate: Estate) => estate.azure.accounts.map(({ id, roleAssignments }) => [id, [...roleAssignments.values].map((found) => ({ ...found, principalName: null })).sort((a, b) => (a.id < b.id ? -1 : 1))])
  const [change] = draft.value.changes
  const [inverse] = draft.value.inverse
  if (change === undefined || inverse === undefined) throw new Error('nothing to change')
  expect([draft.value.tier, change.target]).toEqual(['medium', guestAssignment])
  for (const driver of drivers) expect(await driver.read(change.target)).toEqual(change.before)
  for (const driver of drivers) { await driver.write(change); await driver.write(change); expect(await driver.read(change.target)).toBeNull() }
  const after = await liveEstate(session)
  expect(azureOf(interpretEstate(readEstateDirectory(dir)))).toEqual(azureOf(after))
  expect(azureOf(after)).not.toEqual(azureOf(before))
  for (const driver of drivers) { await driver.write(inverse); await driver.write(inverse); expect(await driver.read(change.target)).toEqual(change.before) }
  expect(azureOf(await liveEstate(session))).toEqual(azureOf(before))
  expect(azureOf(interpretEstate(readEstateDirectory(dir)))).toEqual(azureOf(before))
  expect(stub.writes).toEqual(['DELETE', 'DELETE', 'PUT', 'PUT'].map((verb) => `${verb} /${guestAssignment}`.replace(' //', ' /')))
})

test('a GUID that is another assignment by now, or the same one under another GUID, is a conflict and nothing is written', async () => {
  const { session, state } = await start()
  const driver = azureChangeDriver('azure.role-assignment', session)
  const live = await driver.read(guestAssignment)
  const stored = state.assignments.get(guestAssignment.toLowerCase())
  if (stored === undefined) throw new Error('no such assignment')
  const restore = { kind: 'azure.role-assignment', target: guestAssignment, before: null, after: live, base: '0'.repeat(64) } as const
  state.assignments.set(guestAssignment.toLowerCase(), { ...stored, principalId: objectId(1), properties: { ...stored.properties, principalId: objectId(1) } })
  expect(await codeOf(driver.write(restore))).toBe('cloud.conflict')
  state.assignments.delete(guestAssignment.toLowerCase())
  const twin = `${shop}/providers/Microsoft.Authorization/roleAssignments/${assignmentGuid(77)}`
  state.assignments.set(twin.toLowerCase(), { ...stored, id: twin, name: assignmentGuid(77) })
  expect(await codeOf(driver.write(restore))).toBe('cloud.conflict')
  expect(state.assignments.has(guestAssignment.toLowerCase())).toBe(false)
})

test('a role that is edited after the approval is drift; a read that lags shows the old state and writes nothing', async () => {
  const { session, state, stub } = await start()
  const driver = azureChangeDriver('azure.role-assignment', session)
  const before = await driver.read(guestAssignment)
  state.faults.laggingReads = 2
  await driver.write({ kind: 'azure.role-assignment', target: guestAssignment, before, after: null, base: '0'.repeat(64) })
  expect([await driver.read(guestAssignment), await driver.read(guestAssignment)]).toEqual([before, null])
  state.faults.laggingReads = 0
  await driver.write({ kind: 'azure.role-assignment', target: guestAssignment, before: null, after: before, base: '0'.repeat(64) })
  const row = state.definitions.get(roleGuid(2))
  state.definitions.set(roleGuid(2), { ...row, properties: { roleName: 'Contributor', type: 'BuiltInRole', assignableScopes: ['/'], permissions: [{ actions: ['*'], notActions: [] }] } })
  expect(await driver.read(guestAssignment)).not.toEqual(before)
  expect(stub.writes).toHaveLength(2)
})

test.each([
  ['refused', (state: AzureState) => state.faults.refused.add('roleassignments'), 'cloud.access-denied'],
  ['slowed down', (state: AzureState) => { state.faults.throttled = 5 }, 'cloud.throttled'],
])('a change that is %s is tried once and says so', async (_name, fault, code) => {
  const { session, state, stub } = await start()
  const driver = azureChangeDriver('azure.role-assignment', session)
  const before = await driver.read(guestAssignment)
  const calls = stub.calls.length
  fault(state)
  expect(await codeOf(driver.write({ kind: 'azure.role-assignment', target: guestAssignment, before, after: null, base: '0'.repeat(64) }))).toBe(code)
  expect([stub.calls.length - calls, state.assignments.has(guestAssignment.toLowerCase())]).toEqual([1, true])
})

test('the probe says of every call whether it reads, and which permission is missing', async () => {
  const { session, state } = await start()
  state.faults.refused.add('denyassignments').add('/applications')
  state.faults.hasPremium = false
  const probes = await probeAzure(session)
  expect(probes.filter(({ outcome }) => outcome === 'refused').map(({ permission }) => permission)).toEqual(['Application.Read.All', 'AuditLog.Read.All', 'Microsoft.Authorization/denyAssignments/read', 'Microsoft.Authorization/denyAssignments/read'])
  expect(probes.filter(({ outcome }) => outcome === 'failed')).toEqual([])
  expect(probes.length).toBe(9 + 2 * 3)
})

test.each([['test-secret', 'done'], ['another', 'cloud.no-credentials']])('the machine\'s own credential signs in at the environment\'s authority, past a private CA (%s)', async (secret, expected) => {
  const { stub, session } = await start()
  const kept = { ...process.env }
  Object.assign(process.env, { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: objectId(3), AZURE_CLIENT_SECRET: secret })
  try {
    const own = azureSession({ tenantId }, session.outgoing, session.endpoints)
    expect(await codeOf(collectAzurePage(own, `azure/${tenantId}`, { cursor: 'tenant', emit: () => Promise.resolve(), reached: () => undefined, signal: new AbortController().signal }).then(() => undefined))).toBe(expected)
    expect(stub.calls.some((call) => call.startsWith('POST') && call.includes('/oauth2/v2.0/token'))).toBe(true)
  } finally {
    process.env = kept
  }
})

test('the judges find faults where there are some', async () => {
  const headers = {}
  const url = new URL(`https://127.0.0.1${guestAssignment}?api-version=2022-04-01`)
  const good = { status: 200, body: { id: guestAssignment, name: 'x', type: 'Microsoft.Authorization/roleAssignments', properties: { scope: shop, roleDefinitionId: 'r', principalId: 'p' } } }
  expect(await judge({ method: 'GET', url, body: undefined, headers }, good, 'arm')).toEqual([])
  expect(await judge({ method: 'GET', url, body: undefined, headers }, { ...good, body: { properties: { principalId: 5 } } }, 'arm')).not.toEqual([])
  expect(await judge({ method: 'PUT', url, body: { properties: { roleDefinitionId: 'r' } }, headers: { 'content-type': 'application/json' } }, { ...good, status: 201 }, 'arm')).not.toEqual([])
  expect(await judge({ method: 'GET', url: new URL('https://127.0.0.1/v1.0/users?$select=id,signInActivty'), body: undefined, headers }, { status: 200, body: { value: [{ nickname: 'x' }] } }, 'graph')).toHaveLength(2)
})
