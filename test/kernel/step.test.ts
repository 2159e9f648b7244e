import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalHash } from '../../clouds/canonical.ts'
import { runStep } from '../../kernel/step.ts'
import { WhittleError } from '../../model/error.ts'
import type { Change } from '../../model/change.ts'
import { changeOf, keyTarget } from '../builders/plan.ts'
import { type Around, Crash, portsOf, type StepWorld, worldOf } from '../builders/step-world.ts'

const active = { status: 'Active', userId: 'AIDA' }, inactive = { status: 'Inactive', userId: 'AIDA' }
const directions: readonly (readonly [string, Change])[] = [['forward', changeOf(keyTarget('deploy'), active, inactive)], ['undo', changeOf(keyTarget('deploy'), inactive, active)], ['removal', changeOf('binding', { member: 'm' }, null)], ['restoring', changeOf('binding', null, { member: 'm' })]]

/** I1, I2, I3, I4 and I6 as the log of the world tells them. */
function expectSafe(world: StepWorld, change: Change): void {
  expect(world.effects.length, 'I4: at most one effect').toBeLessThanOrEqual(1)
  for (const effect of world.effects) expect(effect, 'I2: from the approved base').toBe(`${change.base} → ${canonicalHash(change.after)}`)
  world.log.forEach((entry, index) => {
    if (entry !== 'write') return
    const earlier = world.log.slice(0, index)
    expect(earlier.includes('intent'), 'I6: recorded first').toBe(true)
    expect(world.before, 'I3: the state before is kept').toEqual(change.before)
    const asked = earlier.lastIndexOf('authority'), read = earlier.lastIndexOf('read'), locked = earlier.lastIndexOf('lock')
    expect(asked > locked && read > asked && earlier.lastIndexOf('holds') > read, 'I1: lock, authority, read, lease, in this order, right before the write').toBe(true)
  })
}

/** Runs until the step ends by itself; every crash is followed by a new process. */
async function runToEnd(world: StepWorld, change: Change, around: Around = () => undefined, mostProcesses = 10) {
  for (let processes = 1; processes <= mostProcesses; processes += 1) {
    try { return await runStep(change, portsOf(world, change, around)) } catch (cause) {
      if (!(cause instanceof Crash)) throw cause
    }
  }
  throw new Error('the step did not end')
}

const dieOnce = (at: number): Around => {
  let calls = 0
  return () => { if (calls++ === at) throw new Crash() }
}

describe.each(directions)('%s', (_name, change) => {
  test('goes through the protocol in order and is done once', async () => {
    const world = worldOf(change)
    expect(await runToEnd(world, change)).toEqual({ kind: 'done', wasAlready: false })
    expect(world.log.filter((entry) => !['read', 'pause', 'recorded'].includes(entry))).toEqual(['lock', 'authority', 'intent', 'holds', 'write', 'result', 'unlock'])
    expect(world.log.slice(world.log.indexOf('write') + 1).filter((entry) => entry === 'read')).toHaveLength(3)
    expectSafe(world, change)
    expect(await runToEnd(world, change)).toEqual({ kind: 'done', wasAlready: true })
    expect(world.effects).toHaveLength(1)
  })

  // REL-01: the five named points and every other one: each call of a port, before and after it took effect
  test.each([0, 1, 2, 5])('killed before or after any call, with %i stale reads after the write: one effect, done, and the record says so', async (lagReads) => {
    let calls = 0
    await runToEnd({ ...worldOf(change), lagReads }, change, () => { calls += 1 })
    expect(calls).toBeGreaterThan(20)
    for (let at = 0; at < calls; at += 1) {
      const world = { ...worldOf(change), lagReads }
      const outcome = await runToEnd(world, change, dieOnce(at))
      expect(outcome.kind, `killed at call ${at}`).toBe('done')
      expect(world.recorded).toBe('done')
      expect(world.state).toEqual(change.after)
      expect(world.effects).toHaveLength(1)
      expectSafe(world, change)
    }
  })

  test('killed again and again at random: still one effect', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(45), { maxLength: 6 }), fc.nat(4), async (deaths, lagReads) => {
      const world = { ...worldOf(change), lagReads }
      let call = 0
      const left = [...deaths]
      const outcome = await runToEnd(world, change, () => {
        if (left[0] !== undefined && call++ >= left[0]) { left.shift(); call = 0; throw new Crash() }
      })
      expect(outcome.kind).toBe('done')
      expect(world.effects).toHaveLength(1)
      expectSafe(world, change)
    }), { numRuns: 200, endOnFailure: true })
  })

  test('drift before the first write: refused, nothing written, nothing recorded', async () => {
    const world = { ...worldOf(change), state: { foreign: true } }
    expect(await runToEnd(world, change)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('drift') })
    expect([world.effects, world.recorded, world.state]).toEqual([[], 'nothing', { foreign: true }])
  })

  test('killed before the write, and somebody else changed the target meanwhile: said not to be known, never overwritten', async () => {
    const world = worldOf(change)
    await expect(runStep(change, portsOf(world, change, (port, when) => { if (port === 'write' && when === 'before') throw new Crash() }))).rejects.toThrow(Crash)
    world.state = { foreign: true }
    expect((await runToEnd(world, change)).kind).toBe('unknown')
    expect([world.effects, world.recorded, world.state]).toEqual([[], 'unknown', { foreign: true }])
    expect((await runToEnd(world, change)).kind).toBe('unknown')
    expect(world.effects).toEqual([])
  })

  test('without authority nothing is read or written; where it is lost after an interruption the record says not done', async () => {
    const world: StepWorld = { ...worldOf(change), authority: { kind: 'refused', reason: 'revoked' } }
    expect(await runToEnd(world, change)).toEqual({ kind: 'refused', reason: 'revoked' })
    expect(world.log).not.toContain('read')
    const interrupted = worldOf(change)
    await expect(runStep(change, portsOf(interrupted, change, (port, when) => { if (port === 'intent' && when === 'after') throw new Crash() }))).rejects.toThrow(Crash)
    interrupted.authority = { kind: 'refused', reason: 'revoked' }
    expect(await runToEnd(interrupted, change)).toEqual({ kind: 'refused', reason: 'revoked' })
    expect([interrupted.effects, interrupted.recorded]).toEqual([[], 'not-done'])
  })

  test('kill switch, freeze and budget wait, and the step goes on when they are over', async () => {
    const world: StepWorld = { ...worldOf(change), authority: { kind: 'wait', reason: 'kill switch', until: null } }
    expect((await runToEnd(world, change)).kind).toBe('wait')
    expect([world.effects, world.holder]).toEqual([[], null])
    world.authority = { kind: 'may' }
    expect((await runToEnd(world, change)).kind).toBe('done')
    expectSafe(world, change)
  })

  test('a written step whose approval ran out while it was interrupted is still recorded as done', async () => {
    const world = worldOf(change)
    await expect(runStep(change, portsOf(world, change, (port, when) => { if (port === 'write' && when === 'after') throw new Crash() }))).rejects.toThrow(Crash)
    world.authority = { kind: 'refused', reason: 'expired' }
    expect((await runToEnd(world, change)).kind).toBe('done')
    expect(world.effects).toHaveLength(1)
  })
})

const [, forward] = directions[0] ?? ['', changeOf('x', active, inactive)]

test('a lease that somebody else took between INTENT and write: a zombie does not write', async () => {
  const world = worldOf(forward)
  const outcome = await runToEnd(world, forward, (port, when) => { if (port === 'intent' && when === 'after') world.holder = 99 })
  expect(outcome).toMatchObject({ kind: 'wait' })
  expect([world.effects, world.holder]).toEqual([[], 99])
})

test('a target under somebody else’s lease is waited for', async () => {
  const world = worldOf(forward)
  expect(await runStep(forward, { ...portsOf(world, forward), lock: async () => null })).toMatchObject({ kind: 'wait' })
  expect(world.log).toEqual(['recorded'])
  world.recorded = 'done'
  expect(await runStep(forward, { ...portsOf(world, forward), lock: async () => null })).toEqual({ kind: 'done', wasAlready: true })
})

test('a step that another process ended while this one waited for the lease is not done again', async () => {
  const world = worldOf(forward)
  const outcome = await runToEnd(world, forward, (port, when) => { if (port === 'lock' && when === 'before') { world.recorded = 'done'; world.state = active } })
  expect(outcome).toEqual({ kind: 'done', wasAlready: true })
  expect(world.effects).toEqual([])
})

test('a target that never comes to rest, or a write that changes nothing, is said so', async () => {
  const flapping = worldOf(forward)
  let reads = 0
  const unsettled = await runStep(forward, { ...portsOf(flapping, forward), read: async () => (reads++ % 2 === 0 ? active : inactive) })
  expect(unsettled.kind).toBe('unknown')
  expect(flapping.recorded).toBe('unknown')
  const deaf = worldOf(forward)
  expect((await runStep(forward, { ...portsOf(deaf, forward), write: async () => undefined })).kind).toBe('not-done')
  expect(deaf.recorded).toBe('not-done')
})

test('what is as planned already is recorded as done and not written', async () => {
  const world = { ...worldOf(forward), state: inactive }
  expect(await runToEnd(world, forward)).toEqual({ kind: 'done', wasAlready: true })
  expect([world.effects, world.recorded]).toEqual([[], 'done'])
  expect(world.log).not.toContain('write')
})

test('a call that fails is judged by reading: done where it had effect, tried again where it may pass, else recorded as not done', async () => {
  const failing = (world: StepWorld, failure: Error, hasEffect: boolean) => {
    const ports = portsOf(world, forward)
    return { ...ports, write: async () => { if (hasEffect) await ports.write(); throw failure } }
  }
  const lost = worldOf(forward)
  expect((await runStep(forward, failing(lost, new WhittleError('cloud.unavailable', 'timed out'), true))).kind).toBe('done')
  expect(lost.effects).toHaveLength(1)
  for (const code of ['cloud.throttled', 'cloud.unavailable', 'cloud.conflict'] as const) {
    const world = worldOf(forward)
    await expect(runStep(forward, failing(world, new WhittleError(code, 'later'), false))).rejects.toMatchObject({ code })
    expect([world.recorded, world.holder]).toEqual(['intent', null])
    expect((await runToEnd(world, forward)).kind).toBe('done')
    expect(world.effects).toHaveLength(1)
  }
  const denied = worldOf(forward)
  expect(await runStep(forward, failing(denied, new WhittleError('cloud.access-denied', 'not authorized to do `iam:UpdateAccessKey`'), false))).toEqual({ kind: 'not-done', reason: 'not authorized to do `iam:UpdateAccessKey`' })
  expect([denied.recorded, denied.effects]).toEqual(['not-done', []])
})
