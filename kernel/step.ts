import type { Change } from '../model/change.ts'
import { type ErrorCode, WhittleError } from '../model/error.ts'
import type { Instant } from '../model/instant.ts'
import type { Json } from '../model/json.ts'

export type Direction = 'forward' | 'inverse'
export type StepOutcome =
  | { readonly kind: 'done'; readonly wasAlready: boolean }
  | { readonly kind: 'refused'; readonly reason: string; readonly isExpired?: boolean }
  | { readonly kind: 'wait'; readonly reason: string; readonly until: Instant | null }
  | { readonly kind: 'not-done'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** Whether this step may be written now: signatures, people, expiry, revocation, kill switch, freeze, budget, protected set, audit head. Asked again right before the write. */
export type Authority = { readonly kind: 'may' } | { readonly kind: 'refused'; readonly reason: string; readonly isExpired?: boolean } | { readonly kind: 'wait'; readonly reason: string; readonly until: Instant | null }

/** What the protocol needs of the world. Every method that records resolves only after its commit. */
export type StepPorts = {
  /** The fencing token of an exclusive lease on the target, also when an earlier attempt of this very step still has it; null = somebody else holds it. */
  readonly lock: () => Promise<number | null>
  readonly unlock: (fencing: number) => Promise<void>
  /** False when a newer lease was given since: this process is a zombie. */
  readonly holds: (fencing: number) => Promise<boolean>
  readonly authority: () => Promise<Authority>
  /** Live canonical state, with what it refers to. */
  readonly read: () => Promise<Json>
  readonly hash: (state: Json) => string
  /** Sets `change.after`. One attempt. */
  readonly write: () => Promise<void>
  /** Is there an INTENT of this step without a RESULT, or a RESULT? */
  readonly recorded: () => Promise<'nothing' | 'intent' | 'done' | 'not-done' | 'unknown'>
  readonly recordIntent: (fencing: number, before: Json) => Promise<void>
  readonly recordResult: (state: 'done' | 'not-done' | 'unknown', detail: string) => Promise<void>
  /** Waits a moment before the next read; `attempt` counts from 1. */
  readonly pause: (attempt: number) => Promise<void>
}

/** How the record tells a step that found its target as planned from one that wrote. */
export const nothingWritten = 'was so already: nothing was written'
const EQUAL_READS = 3
const MOST_READS = 20

/**
 * One step of a plan is done, or nothing was written, or it is said that this is not known (SAFETY §3):
 * lock target → authority → read → compare with the approved base → INTENT committed → still the lock's holder → write → read until three equal reads → RESULT committed.
 * Safe to call again after a crash at any point: an INTENT without RESULT is resolved by reading, and the write sets an absolute state.
 * @throws WhittleError `cloud.throttled`, `cloud.unavailable`, `cloud.conflict` where the write failed without effect and may succeed later: call it again
 */
export async function runStep(change: Change, ports: StepPorts): Promise<StepOutcome> {
  const fencing = await ports.lock() // first, because an earlier attempt that died after its RESULT still has the lease
  if (fencing === null) return (await ports.recorded()) === 'done' ? { kind: 'done', wasAlready: true } : { kind: 'wait', reason: `another change of \`${change.target}\` is under way`, until: null }
  try {
    const recorded = await ports.recorded()
    if (recorded === 'done') return { kind: 'done', wasAlready: true }
    if (recorded === 'unknown') return { kind: 'unknown', reason: 'an earlier attempt ended without a known result' }
    return await underLock(change, ports, fencing, recorded === 'intent')
  } finally {
    await ports.unlock(fencing)
  }
}

async function underLock(change: Change, ports: StepPorts, fencing: number, hasIntent: boolean): Promise<StepOutcome> {
  if (hasIntent) {
    const found = await settle(change, ports)
    // INVARIANT: after an INTENT only reading decides. `before` means that the write never happened (or was lost): the step goes on under fresh authority.
    if (found === 'after') return finish(ports, 'done', 'found done after an interruption')
    if (found === 'neither') return finish(ports, 'unknown', 'after an interruption the target is neither as before nor as planned: somebody else changed it')
    if (found === 'unsettled') return finish(ports, 'unknown', 'after an interruption the target did not come to rest')
  }
  const authority = await ports.authority()
  if (authority.kind !== 'may') return hasIntent && authority.kind === 'refused' ? refuseAfterIntent(ports, authority.reason) : authority
  const before = await ports.read()
  if (ports.hash(before) === hashOfAfter(change, ports)) return alreadySo(ports, fencing, before, hasIntent)
  if (ports.hash(before) !== change.base) {
    const reason = `drift: \`${change.target}\` is not as it was when this was approved. Nothing was written; ask again`
    return hasIntent ? refuseAfterIntent(ports, reason) : { kind: 'refused', reason }
  }
  if (!hasIntent) await ports.recordIntent(fencing, before)
  if (!(await ports.holds(fencing))) return { kind: 'wait', reason: 'the lease on the target was lost before the write', until: null }
  const failure = await attempt(ports)
  const found = await settle(change, ports)
  if (found === 'after') return finish(ports, 'done', failure === null ? 'written and read back' : 'written and read back, although the call failed')
  if (found === 'before' && isPassing(failure)) throw failure // the INTENT stays open: the next attempt reads again, asks again, and writes again
  if (found === 'before') return finish(ports, 'not-done', failure === null ? 'the cloud accepted the call but nothing changed' : failure.message)
  return finish(ports, 'unknown', found === 'neither' ? 'after the write the target is not as planned: somebody else changed it' : 'after the write the target did not come to rest')
}

/** Null when the call succeeded, else why not: what a failed call did is never guessed, the target is read. */
async function attempt(ports: StepPorts): Promise<Error | null> {
  try {
    await ports.write()
    return null
  } catch (failure) {
    return failure instanceof Error ? failure : new Error('the call failed')
  }
}

const passing: readonly string[] = ['cloud.throttled', 'cloud.unavailable', 'cloud.conflict'] satisfies ErrorCode[]
const isPassing = (failure: Error | null): boolean => failure instanceof WhittleError && passing.includes(failure.code)

const hashOfAfter = (change: Change, ports: StepPorts): string => ports.hash(change.after)

async function refuseAfterIntent(ports: StepPorts, reason: string): Promise<StepOutcome> {
  await ports.recordResult('not-done', reason)
  return { kind: 'refused', reason }
}

async function alreadySo(ports: StepPorts, fencing: number, before: Json, hasIntent: boolean): Promise<StepOutcome> {
  if (!hasIntent) await ports.recordIntent(fencing, before)
  await ports.recordResult('done', nothingWritten)
  return { kind: 'done', wasAlready: true }
}

async function finish(ports: StepPorts, state: 'done' | 'not-done' | 'unknown', detail: string): Promise<StepOutcome> {
  await ports.recordResult(state, detail)
  return state === 'done' ? { kind: 'done', wasAlready: false } : { kind: state, reason: detail }
}

/** Reads until `EQUAL_READS` equal reads in a row; propagation may still show the old state, so `before` needs as many reads as are allowed. */
async function settle(change: Change, ports: StepPorts): Promise<'after' | 'before' | 'neither' | 'unsettled'> {
  const after = hashOfAfter(change, ports)
  let last = ''
  let equal = 0
  for (let attempt = 1; attempt <= MOST_READS; attempt += 1) {
    const hash = ports.hash(await ports.read())
    equal = hash === last ? equal + 1 : 1
    last = hash
    if (equal >= EQUAL_READS && hash === after) return 'after'
    if (equal >= EQUAL_READS && hash !== change.base) return 'neither'
    await ports.pause(attempt)
  }
  return equal < EQUAL_READS ? 'unsettled' : last === change.base ? 'before' : 'neither'
}
