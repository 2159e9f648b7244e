import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import { executeStep } from '../../activities/execute-step.ts'
import { executeActivities } from '../../activities/execution.ts'
import type { ExecutorDeps } from '../../activities/executor-deps.ts'
import { translated } from '../../activities/failure.ts'
import { watchPlans } from '../../activities/watch-plans.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { changeKindAbout } from '../../clouds/change-kinds.ts'
import { sandboxChangeDriver } from '../../clouds/sandbox/change.ts'
import { type ApprovalSigner, approvalSigner, createSigningKey } from '../../kernel/approval.ts'
import type { ChangeKind } from '../../model/change.ts'
import { verifyAudit } from '../../store/audit.ts'
import { decide, mintNonce, requestUndo } from '../../store/decisions.ts'
import { planById, contentOf } from '../../store/plans.ts'
import { listRuns, playbookOf, requestRunState, runById, startRun } from '../../store/runs.ts'
import { findings, planSteps } from '../../store/schema.ts'
import { setKillSwitch } from '../../store/switches.ts'
import { addUser } from '../../store/users.ts'
import { type DyingOrder, sandboxExecutor } from '../builders/dying-executor.ts'
import { startTestWhittle, tenant, type TestWhittle } from '../builders/whittle.ts'
import { whileServing } from '../builders/workers.ts'

let whittle: TestWhittle
let signer: ApprovalSigner
let executor: ExecutorDeps
let place: Parameters<typeof sandboxExecutor>[0]
let people: { you: string; second: string }

beforeAll(async () => {
  whittle = await startTestWhittle()
  const key = await createSigningKey()
  signer = await approvalSigner(key.privateKey)
  place = { store: whittle.postgres.stores.executor, sandbox: whittle.sandbox, memory: `${whittle.temporal.folder}/executor`, ledger: `${whittle.temporal.folder}/ledger`, publicKey: key.publicKey }
  writeFileSync(place.ledger, '')
  executor = await sandboxExecutor(place)
  people = await whittle.as('server', async (db) => ({ you: (await addUser(db, tenant, { name: 'you', role: 'admin' })).id, second: (await addUser(db, tenant, { name: 'second', role: 'approver' })).id }))
  await serving(() => whittle.temporal.client.workflow.execute('scanEnvironment', { workflowId: 'first-scan', taskQueue: 'whittle-scan', args: [{ tenant, environment: 'sandbox' }] }))
})
afterAll(async () => { await whittle.stop() })

const serving = <T>(run: () => Promise<T>): Promise<T> =>
  whileServing(whittle.temporal, 'scanner', whittle.activities, () => whileServing(whittle.temporal, 'executor', translated(executeActivities(executor, executeStep(executor))), run))
const plan = (id: string) => whittle.as('server', (db) => planById(db, tenant, id))
const rescan = () => whittle.temporal.client.workflow.execute('scanEnvironment', { workflowId: `scan-${String(Math.random())}`, taskQueue: 'whittle-scan', args: [{ tenant, environment: 'sandbox' }] })
const findingState = async (id: string) => (await whittle.as('server', (db) => db.select({ state: findings.state }).from(findings).where(eq(findings.id, id))))[0]?.state

/** A run of the playbook that we ship, asked for by `you`, up to its plan awaiting a decision. */
async function ask(findingId: string) {
  const playbook = whittle.deps.playbooks.get('fix-with-approval')
  if (!playbook) throw new Error('the playbook is not shipped')
  // because a live run of the same finding, left by an earlier test, would be the answer
  await whittle.as('server', async (db) => { for (const { id } of await listRuns(db, tenant, { findingId, limit: 5 })) await requestRunState(db, tenant, id, { state: 'cancelled', userId: people.you }) })
  const { run } = await whittle.as('server', (db) => startRun(db, tenant, { playbook, findingId, environment: 'sandbox', requestedBy: people.you, options: {} }))
  await whittle.wakeUntil(async () => { const now = await whittle.as('server', (db) => runById(db, tenant, run.id)); return now?.planId != null || now?.state === 'failed' })
  const started = await whittle.as('server', (db) => runById(db, tenant, run.id))
  if (!started?.planId) throw new Error(`no plan: ${started?.stateReason ?? ''}`)
  expect(playbookOf(started).id).toBe('fix-with-approval')
  return { runId: run.id, planId: started.planId }
}
const approve = (planId: string, userId = people.second) => whittle.as('server', async (db) => {
  const row = await planById(db, tenant, planId)
  return decide(db, signer, { tenant, planId, planDigest: row.digest, userId, authStrength: 'session', decision: 'approve', reason: 'fine', nonce: await mintNonce(db, tenant, { planId, digest: row.digest }) })
})
const until = (planId: string, states: readonly string[]) => whittle.wakeUntil(async () => states.includes((await plan(planId)).state))
const undo = (planId: string) => whittle.as('server', (db) => requestUndo(db, tenant, { planId, userId: people.you, reason: 'changed my mind' }))
const liveStates = async (planId: string) => {
  const content = contentOf(await plan(planId))
  return Promise.all(content.changes.map(async (change) => canonicalHash(changeKindAbout(change.kind).canonical(await sandboxChangeDriver(change.kind, whittle.sandbox).read(change.target)))))
}
/** A risk that the shipped playbook can fix by a change of this kind, in a tier that can be approved here. */
async function riskFixedBy(kind: ChangeKind, except: readonly string[] = []): Promise<string> {
  const open = await whittle.as('server', (db) => db.select().from(findings).where(and(eq(findings.tenantId, tenant), eq(findings.state, 'open'))))
  for (const finding of open.filter((candidate) => candidate.fixes.length > 0 && !except.includes(candidate.id))) {
    const remediation = whittle.deps.remediations.find((candidate) => candidate.id === finding.fixes[0])
    if (!remediation?.kinds.includes(kind)) continue
    const preview = await serving(() => whittle.temporal.client.workflow.execute('proposePlanNow', { workflowId: `preview-${String(Math.random())}`, taskQueue: 'whittle-scan', args: [{ tenant, findingId: finding.id, remediation: remediation.id, options: {}, requester: { kind: 'person', userId: people.you }, mode: 'preview' }] }))
    if (preview.ok && preview.draft.tier !== 'high') return finding.id
  }
  throw new Error(`no open risk is fixed by ${kind}`)
}

/** Somebody else edits the organization: `from` becomes `to` wherever it stands. */
function inFilesOf(cloud: string, from: string, to: string): void {
  for (const entry of readdirSync(join(whittle.sandbox, cloud), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile()) writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to))
  }
}

describe.each<ChangeKind>(['aws.access-key.status', 'azure.role-assignment', 'gcp.policy-binding'])('the journey of %s', (kind) => {
  test('asked, approved by a second person, executed, verified, resolved by the next scan, undone, and back in the next', async () => {
    const findingId = await riskFixedBy(kind)
    await serving(async () => {
      const { runId, planId } = await ask(findingId)
      expect(await plan(planId)).toMatchObject({ state: 'awaiting-approval', requesterUserId: people.you })
      const before = await liveStates(planId)
      await expect(approve(planId, people.you)).rejects.toMatchObject({ code: 'approval.not-allowed' })
      expect(await approve(planId)).toMatchObject({ state: 'approved' })
      await until(planId, ['effective'])
      await whittle.wakeUntil(async () => (await whittle.as('server', (db) => runById(db, tenant, runId)))?.state === 'done')
      expect((await whittle.as('server', (db) => runById(db, tenant, runId)))?.steps.map((step) => [step.kind, step.state])).toEqual([['open-ticket', 'done'], ['ask', 'done'], ['apply', 'done'], ['verify', 'done'], ['notify', 'done']])
      expect(await liveStates(planId)).not.toEqual(before)
      await rescan()
      expect(await findingState(findingId)).toBe('resolved')
      expect(await undo(planId)).toBe(true)
      await until(planId, ['rolled-back'])
      expect(await liveStates(planId)).toEqual(before)
      await rescan()
      expect(await findingState(findingId)).not.toBe('resolved')
    })
    expect((await whittle.as('executor', (db) => verifyAudit(db, tenant))).fault).toBeNull()
  }, 120_000)
})

test('while the kill switch is on nothing is written; it goes on when it is off', async () => {
  const findingId = await riskFixedBy('aws.access-key.status')
  await serving(async () => {
    const { planId } = await ask(findingId)
    await whittle.as('server', (db) => setKillSwitch(db, tenant, { isOn: true, userId: people.you, reason: 'drill' }))
    const before = await liveStates(planId)
    await approve(planId)
    await whittle.wakeUntil(async () => (await plan(planId)).stateReason?.includes('drill') ?? false)
    expect(await plan(planId)).toMatchObject({ state: 'executing' })
    expect(await liveStates(planId)).toEqual(before)
    expect(await whittle.as('server', (db) => db.$count(planSteps, eq(planSteps.planId, planId)))).toBe(0)
    await whittle.as('server', (db) => setKillSwitch(db, tenant, { isOn: false, userId: people.you, reason: 'over' }))
    await until(planId, ['effective'])
    expect((await plan(planId)).stateReason).toBeNull()
    await undo(planId)
    await until(planId, ['rolled-back'])
  })
}, 120_000)

test('an execution that somebody terminates in Temporal is found and brought to its end', async () => {
  const findingId = await riskFixedBy('aws.access-key.status')
  await serving(async () => {
    const { planId } = await ask(findingId)
    await whittle.as('server', (db) => setKillSwitch(db, tenant, { isOn: true, userId: people.you, reason: 'drill' }))
    await approve(planId)
    await whittle.wakeUntil(async () => (await plan(planId)).stateReason?.includes('drill') ?? false)
    await whittle.temporal.client.workflow.getHandle(`plan:${planId}`).terminate('from outside')
    await whittle.as('server', (db) => setKillSwitch(db, tenant, { isOn: false, userId: people.you, reason: 'over' }))
    expect((await plan(planId)).state).toBe('executing')
    expect(await watchPlans(whittle.deps, tenant, 5)).toBe(0)
    expect(await watchPlans(whittle.deps, tenant, 0)).toBe(1)
    await until(planId, ['effective'])
    expect(await whittle.as('server', (db) => db.$count(planSteps, eq(planSteps.planId, planId)))).toBe(1)
    await undo(planId)
    await until(planId, ['rolled-back'])
  })
}, 120_000)

test('a target that drifted after the approval is refused and left as it is, and may be asked for again', async () => {
  const findingId = await riskFixedBy('aws.access-key.status')
  await serving(async () => {
    const { runId, planId } = await ask(findingId)
    const [change] = contentOf(await plan(planId)).changes
    const userId = z.object({ userId: z.string() }).parse(change?.before).userId
    inFilesOf('aws', userId, 'AIDASOMEBODYELSE00000')
    const drifted = await liveStates(planId)
    await approve(planId)
    await until(planId, ['refused'])
    expect((await plan(planId)).stateReason).toContain('drift')
    expect(await liveStates(planId)).toEqual(drifted)
    await whittle.wakeUntil(async () => (await whittle.as('server', (db) => runById(db, tenant, runId)))?.state === 'failed')
    expect((await whittle.as('server', (db) => runById(db, tenant, runId)))?.steps.map((step) => step.state)).toEqual(['done', 'done', 'failed', 'skipped', 'done'])
    inFilesOf('aws', 'AIDASOMEBODYELSE00000', userId)
    const again = await ask(findingId)
    expect(again.planId).not.toBe(planId)
    await approve(again.planId)
    await until(again.planId, ['effective'])
  })
}, 120_000)

test('an undo of a target that drifted is refused, leaves it as it is, and may be asked for again', async () => {
  const findingId = await riskFixedBy('aws.access-key.status')
  await serving(async () => {
    const { planId } = await ask(findingId)
    const before = await liveStates(planId)
    await approve(planId)
    await until(planId, ['effective'])
    const userId = z.object({ userId: z.string() }).parse(contentOf(await plan(planId)).changes[0]?.before).userId
    inFilesOf('aws', userId, 'AIDASOMEBODYELSE00000')
    await undo(planId)
    await whittle.wakeUntil(async () => (await plan(planId)).stateReason?.includes('undo stopped') ?? false)
    expect(await plan(planId)).toMatchObject({ state: 'effective', undoRequestedAt: null })
    inFilesOf('aws', 'AIDASOMEBODYELSE00000', userId)
    expect(await undo(planId)).toBe(true)
    await until(planId, ['rolled-back'])
    expect(await liveStates(planId)).toEqual(before)
  })
}, 120_000)

test('decisions are taken while nothing serves Temporal, and executed once when it is served again', async () => {
  const findingId = await riskFixedBy('gcp.policy-binding')
  const { planId } = await serving(() => ask(findingId))
  expect(await approve(planId)).toMatchObject({ state: 'approved', isReplay: false })
  expect((await plan(planId)).state).toBe('approved')
  await serving(() => until(planId, ['effective']))
  expect(await whittle.as('server', (db) => db.select({ state: planSteps.state }).from(planSteps).where(eq(planSteps.planId, planId)))).toEqual(contentOf(await plan(planId)).changes.map(() => ({ state: 'done' })))
}, 120_000)

/** Another executor process begins the plan's (or its undo's) first step and is killed in the middle of it. */
function killedExecutor(planId: string, direction: DyingOrder['direction'], point: DyingOrder['point']): void {
  const { store: _, publicKey, ...rest } = place
  const order: DyingOrder = { ...rest, publicKey: { ...publicKey }, databaseUrl: whittle.postgres.url('whittle_executor'), tenant, planId, direction, point }
  expect(spawnSync(process.execPath, [join(import.meta.dirname, '../builders/dying-executor.ts'), JSON.stringify(order)], { encoding: 'utf8' })).toMatchObject({ signal: 'SIGKILL' })
}
const writes = (): number => readFileSync(place.ledger, 'utf8').split('\n').length - 1

describe.each<ChangeKind>(['aws.access-key.status', 'azure.role-assignment', 'gcp.policy-binding'])('an executor that is killed between INTENT and RESULT of %s', (kind) => {
  test.each<DyingOrder['point']>(['before-write', 'after-write'])('%s, forward and undo: one effect each, terminal, audit whole', async (point) => {
    const findingId = await riskFixedBy(kind)
    const { planId } = await whileServing(whittle.temporal, 'scanner', whittle.activities, () => ask(findingId))
    const [before, from] = [await liveStates(planId), writes()]
    const steps = contentOf(await plan(planId)).changes.length
    await approve(planId)
    killedExecutor(planId, 'forward', point)
    expect(await whittle.as('server', (db) => db.select({ state: planSteps.state }).from(planSteps).where(eq(planSteps.planId, planId)))).toEqual([{ state: 'intent' }])
    await serving(() => until(planId, ['effective', 'partial-needs-human', 'refused']))
    expect(await plan(planId)).toMatchObject({ state: 'effective' })
    expect(writes() - from).toBe(steps)
    await undo(planId)
    killedExecutor(planId, 'inverse', point)
    await serving(() => until(planId, ['rolled-back', 'partial-needs-human']))
    expect(await plan(planId)).toMatchObject({ state: 'rolled-back' })
    expect(writes() - from).toBe(2 * steps)
    expect(await liveStates(planId)).toEqual(before)
    expect((await whittle.as('executor', (db) => verifyAudit(db, tenant))).fault).toBeNull()
  }, 180_000)
})
