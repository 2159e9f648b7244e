import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { budgetRefusal, defaultBudget } from '../../kernel/budget.ts'
import { runStep, type StepPorts } from '../../kernel/step.ts'
import type { Change } from '../../model/change.ts'
import { instantOf } from '../../model/instant.ts'
import type { Json } from '../../model/json.ts'
import { verifyAudit } from '../../store/audit.ts'
import { countedWrites, holdsTarget, lockTarget, openIntents, recordedStep, recordIntent, recordResult, spendApproval, type StepAt, stepsOf, unlockTarget } from '../../store/executions.ts'
import { changeOf, keyTarget } from '../builders/plan.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { type Around, Crash, mortal, portsOf, type StepWorld, worldOf } from '../builders/step-world.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const intent = (over: Partial<Parameters<typeof recordIntent>[3]> = {}): Parameters<typeof recordIntent>[3] =>
  ({ fencing: 1, before: { status: 'Active' }, account: '100000000001', target: 't', actor: 'executor', change: { kind: 'k' }, budget: () => null, ...over })
const stepAt = (planId: string, step = 0, direction: StepAt['direction'] = 'forward'): StepAt => ({ planId, direction, step })

test('an approval is spent by one execution of each direction, and that one may come again', async () => {
  const tenant = newTenant(postgres)
  const spend = (direction: StepAt['direction'], executionId: string) => tenant.executor((db) => spendApproval(db, tenant.id, { planId: 'p', direction, executionId }))
  const raced = await Promise.all(['a', 'b', 'c', 'd'].map((id) => spend('forward', id)))
  expect(raced.filter(Boolean)).toHaveLength(1)
  const winner = ['a', 'b', 'c', 'd'][raced.indexOf(true)] ?? ''
  expect([await spend('forward', winner), await spend('forward', 'e'), await spend('inverse', 'e'), await spend('inverse', 'f')]).toEqual([true, false, true, false])
})

test('of many who want a target one gets it; fencing tokens only grow; a newer lease ends an older one', async () => {
  const tenant = newTenant(postgres)
  const lock = (holder: string, seconds = 60) => tenant.executor((db) => lockTarget(db, tenant.id, { environment: 'e', target: 't', holder, seconds }))
  const holds = (fencing: number) => tenant.executor((db) => holdsTarget(db, tenant.id, { environment: 'e', target: 't', fencing }))
  const got = (await Promise.all(Array.from({ length: 8 }, (_, index) => lock(`h${index}`)))).filter((token) => token !== null)
  expect(got).toHaveLength(1)
  const first = got[0] ?? 0
  await tenant.executor((db) => unlockTarget(db, tenant.id, { environment: 'e', target: 't', fencing: first }))
  const second = await lock('next', 0) ?? 0
  expect(second).toBeGreaterThan(first)
  expect(await holds(second)).toBe(false) // its time has run out
  const third = await lock('after') ?? 0
  expect([third > second, await holds(third), await holds(first)]).toEqual([true, true, false])
  await tenant.executor((db) => unlockTarget(db, tenant.id, { environment: 'e', target: 't', fencing: second }))
  expect(await holds(third)).toBe(true)
  expect(await tenant.executor((db) => lockTarget(db, tenant.id, { environment: 'other', target: 't', holder: 'h', seconds: 1 }))).toBe(1)
})

test('INTENT and RESULT are rows and audit rows together; a result without an intent, or a second one, changes nothing', async () => {
  const tenant = newTenant(postgres)
  const at = stepAt('p1')
  const result = (state: 'done' | 'not-done' | 'unknown') => tenant.executor((db) => recordResult(db, tenant.id, at, { state, detail: 'd', actor: 'executor' }))
  await result('done')
  expect(await tenant.executor((db) => recordedStep(db, tenant.id, at))).toBe('nothing')
  await tenant.executor((db) => recordIntent(db, tenant.id, at, intent()))
  expect((await tenant.executor((db) => stepsOf(db, tenant.id, 'p1'))).map(({ state, before, fencing }) => ({ state, before, fencing }))).toEqual([{ state: 'intent', before: { status: 'Active' }, fencing: 1 }])
  await result('done')
  await result('unknown')
  expect(await tenant.server((db) => recordedStep(db, tenant.id, at))).toBe('done')
  const audit = await tenant.server((db) => db.execute(sql`select body::jsonb ->> 'kind' as kind from audit_rows order by seq`))
  expect(audit.rows.map((row) => row['kind'])).toEqual(['step.intent', 'step.done'])
})

test('a step that ended without effect may be intended again, one that is done may not', async () => {
  const tenant = newTenant(postgres)
  const at = stepAt('p2')
  await tenant.executor((db) => recordIntent(db, tenant.id, at, intent()))
  await tenant.executor((db) => recordResult(db, tenant.id, at, { state: 'not-done', detail: 'd', actor: 'executor' }))
  await tenant.executor((db) => recordIntent(db, tenant.id, at, intent({ fencing: 2 })))
  expect(await tenant.executor((db) => recordedStep(db, tenant.id, at))).toBe('intent')
  await tenant.executor((db) => recordResult(db, tenant.id, at, { state: 'done', detail: 'd', actor: 'executor' }))
  await tenant.executor((db) => recordIntent(db, tenant.id, at, intent({ fencing: 3 })))
  expect(await tenant.executor((db) => recordedStep(db, tenant.id, at))).toBe('done')
})

test('I8: forty steps of one account at once, over several connections, leave ten writes; the others leave no trace', async () => {
  const tenant = newTenant(postgres)
  const now = instantOf(Date.now())
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => tenant.executor((db) => recordIntent(db, tenant.id, stepAt(`plan-${index}`), intent({
    target: `t${index % 3}`, budget: (past) => budgetRefusal(defaultBudget, past, { account: '100000000001', identity: `t${index % 3}`, identitiesInAccount: 10 }, now)?.reason ?? null,
  })))))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'budget.exhausted' })
  const verdict = await tenant.server((db) => verifyAudit(db, tenant.id))
  expect([verdict.fault, verdict.head.seq]).toEqual([null, 10])
  expect(await tenant.executor((db) => countedWrites(db, tenant.id, '100000000001', stepAt('plan-x')))).toHaveLength(10)
})

test('a person’s undo takes no place in the budget, and a step does not count against itself', async () => {
  const tenant = newTenant(postgres)
  await tenant.executor((db) => recordIntent(db, tenant.id, stepAt('p', 0, 'inverse'), intent({ budget: null })))
  await tenant.executor((db) => recordIntent(db, tenant.id, stepAt('p'), intent()))
  expect(await tenant.executor((db) => countedWrites(db, tenant.id, '100000000001', stepAt('q')))).toHaveLength(1)
  expect(await tenant.executor((db) => countedWrites(db, tenant.id, '100000000001', stepAt('p')))).toHaveLength(0)
  expect(await tenant.executor((db) => countedWrites(db, tenant.id, '100000000002', stepAt('q')))).toHaveLength(0)
})

test('F15: the watchdog finds steps that began long ago and did not end', async () => {
  const tenant = newTenant(postgres)
  await tenant.executor((db) => recordIntent(db, tenant.id, stepAt('p'), intent()))
  const open = (minutes: number) => tenant.executor((db) => openIntents(db, tenant.id, minutes))
  expect(await open(5)).toEqual([])
  expect((await open(-1)).map(({ planId }) => planId)).toEqual(['p'])
})

/** The step protocol on the real store: what is recorded is in PostgreSQL, the cloud is the world's. */
function storedPorts(tenant: TestTenant, at: StepAt, change: Change, { world, life, holder }: { world: StepWorld; life: Around; holder: string }): StepPorts {
  const around = mortal(life)
  const target = { environment: 'e', target: change.target }
  const seen = async <T>(port: string, work: () => Promise<T>): Promise<T> => {
    around(port, 'before')
    const answer = await work()
    world.log.push(port)
    around(port, 'after')
    return answer
  }
  return {
    ...portsOf(world, change, around),
    lock: () => seen('lock', () => tenant.executor((db) => lockTarget(db, tenant.id, { ...target, holder, seconds: 900 }))),
    unlock: (fencing) => seen('unlock', () => tenant.executor((db) => unlockTarget(db, tenant.id, { ...target, fencing }))),
    holds: (fencing) => seen('holds', () => tenant.executor((db) => holdsTarget(db, tenant.id, { ...target, fencing }))),
    recorded: () => seen('recorded', () => tenant.executor((db) => recordedStep(db, tenant.id, at))),
    recordIntent: (fencing: number, before: Json) => seen('intent', () => tenant.executor((db) => recordIntent(db, tenant.id, at, intent({ fencing, before, target: change.target })))),
    recordResult: (state, detail) => seen('result', () => tenant.executor((db) => recordResult(db, tenant.id, at, { state, detail, actor: 'executor' }))),
  }
}

test('REL-01 on PostgreSQL: killed before or after every recording and the write, forward and undo: one effect, one audit trail, done', async () => {
  const tenant = newTenant(postgres)
  const active = { status: 'Active' }, inactive = { status: 'Inactive' }
  const points = ['lock', 'intent', 'holds', 'write', 'result', 'unlock'].flatMap((port) => (['before', 'after'] as const).map((when) => ({ port, when })))
  for (const [direction, change] of [['forward', changeOf(keyTarget('a'), active, inactive)], ['inverse', changeOf(keyTarget('a'), inactive, active)]] as const) {
    for (const [index, point] of points.entries()) {
      const world = worldOf(change)
      const at = stepAt(`crash-${index}`, 0, direction)
      let isDead = false
      const life: Around = (port, when) => { if (!isDead && port === point.port && when === point.when) { isDead = true; throw new Crash() } }
      const run = () => runStep(change, storedPorts(tenant, at, change, { world, life, holder: `executor:${index}:${direction}` }))
      await expect(run(), `${direction} ${point.when} ${point.port}`).rejects.toThrow(Crash)
      expect((await run()).kind).toBe('done')
      expect(world.effects).toHaveLength(1)
      expect(await tenant.executor((db) => recordedStep(db, tenant.id, at))).toBe('done')
      const kinds = await tenant.server((db) => db.execute(sql`select body::jsonb ->> 'kind' as kind from audit_rows where body::jsonb ->> 'subject' = ${at.planId} and body::jsonb -> 'details' ->> 'direction' = ${direction} order by seq`))
      expect(kinds.rows.map((row) => row['kind'])).toEqual(['step.intent', 'step.done'])
    }
  }
  expect((await tenant.server((db) => verifyAudit(db, tenant.id))).fault).toBeNull()
})
