import { canonicalHash } from '../../clouds/canonical.ts'
import type { Authority, StepPorts } from '../../kernel/step.ts'
import type { Change } from '../../model/change.ts'
import type { Json } from '../../model/json.ts'

export class Crash extends Error {}

type Recorded = 'nothing' | 'intent' | 'done' | 'not-done' | 'unknown'
/** A cloud, a database and a clock around one step. What is here survives the death of the process that runs the step. */
export type StepWorld = {
  state: Json
  /** Values that the next reads still show, oldest first: the cloud's propagation delay. */
  stale: Json[]
  recorded: Recorded
  before: Json | undefined
  authority: Authority
  fencing: number
  holder: number | null
  /** Everything that happened, in order. */
  readonly log: string[]
  /** What the cloud's own ledger says: one line per write that changed something. */
  readonly effects: string[]
  lagReads: number
  resultDetail: string
}
export const worldOf = (change: Change): StepWorld =>
  ({ state: change.before, stale: [], recorded: 'nothing', before: undefined, authority: { kind: 'may' }, fencing: 0, holder: null, log: [], effects: [], lagReads: 0, resultDetail: '' })

/** `around` sees every call of a port before and after it took effect, and may throw `Crash` there: the process dies at that point. */
export type Around = (port: string, when: 'before' | 'after') => void

/** A process that dies where `around` throws `Crash`, and does nothing any more afterwards. */
export function mortal(around: Around): Around {
  let isDead = false
  return (port, when) => {
    if (isDead) throw new Crash()
    try { around(port, when) } catch (cause) { isDead = true; throw cause }
  }
}

/** The ports of one process. After it died its lease runs out: `worldOf(…).holder` is taken over by the next `lock`. */
export function portsOf(world: StepWorld, change: Change, life: Around = () => undefined): StepPorts {
  const around = mortal(life)
  const call = async <T>(port: string, work: () => T): Promise<T> => {
    around(port, 'before')
    const answer = work()
    world.log.push(port)
    around(port, 'after')
    return answer
  }
  return {
    lock: () => call('lock', () => { world.fencing += 1; world.holder = world.fencing; return world.fencing }),
    unlock: (fencing) => call('unlock', () => { if (world.holder === fencing) world.holder = null }),
    holds: (fencing) => call('holds', () => world.holder === fencing),
    authority: () => call('authority', () => world.authority),
    read: () => call('read', () => world.stale.shift() ?? world.state),
    hash: canonicalHash,
    write: () => call('write', () => {
      if (canonicalHash(world.state) === canonicalHash(change.after)) return
      world.stale = Array.from({ length: world.lagReads }, () => world.state)
      world.effects.push(`${canonicalHash(world.state)} → ${canonicalHash(change.after)}`)
      world.state = change.after
    }),
    recorded: () => call('recorded', () => world.recorded),
    recordIntent: (_fencing, before) => call('intent', () => { world.recorded = 'intent'; world.before = before }),
    recordResult: (state, detail) => call('result', () => { world.recorded = state; world.resultDetail = detail }),
    pause: () => call('pause', () => undefined),
  }
}
