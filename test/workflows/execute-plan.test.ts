import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExecuteActivities, StepOutcome } from '../../activities/contract.ts'
import { executeQueue } from '../../temporal/queues.ts'
import { nudge } from '../../workflows/messages.ts'
import { startTestTemporal, type TestTemporal } from '../builders/temporal.ts'
import { whileServing } from '../builders/workers.ts'

let temporal: TestTemporal
beforeAll(async () => { temporal = await startTestTemporal() })
afterAll(async () => { await temporal.stop() })

const done: StepOutcome = { kind: 'done', wrote: true }
const refused: StepOutcome = { kind: 'refused', reason: 'drift', isExpired: false }
type Script = (direction: string, index: number, cause: string, attempt: number) => StepOutcome

/** A world that answers by script and remembers the order of what it was asked. */
function world(steps: number, script: Script) {
  const log: string[] = []
  const attempts = new Map<string, number>()
  const activities: ExecuteActivities = {
    beginExecution: async ({ direction }) => { log.push(`begin ${direction}`); return { kind: 'begun', steps, secondsLeft: 60 } },
    executeStep: async ({ direction, index, cause }) => {
      const key = `${direction} ${String(index)}`
      const attempt = (attempts.get(key) ?? 0) + 1
      attempts.set(key, attempt)
      log.push(key)
      return script(direction, index, cause, attempt)
    },
    recordWaiting: async ({ reason }) => { log.push(`waiting ${reason ?? 'no more'}`) },
    refuseUndo: async ({ reason }) => { log.push(`undo refused: ${reason}`) },
    endExecution: async ({ state, reason }) => { log.push(`end ${state}${reason ? `: ${reason}` : ''}`) },
    confirmEffect: async () => { log.push('confirm'); return { isEffective: true, reason: null } },
  }
  return { log, activities }
}
let count = 0
const execute = (activities: ExecuteActivities, type = 'executePlan', during: (id: string) => Promise<void> = async () => undefined) => {
  const workflowId = `plan:${String(count++)}`
  return whileServing(temporal, 'executor', activities, async () => {
    const handle = await temporal.client.workflow.start(type, { taskQueue: executeQueue, workflowId, args: [{ tenant: 't', planId: 'p' }] })
    await during(workflowId)
    return handle.result()
  })
}

describe('executing a plan', () => {
  test('does its steps in order, says so, and looks again', async () => {
    const { log, activities } = world(3, () => done)
    expect(await execute(activities)).toEqual({ state: 'effective', reason: null })
    expect(log).toEqual(['begin forward', 'forward 0', 'forward 1', 'forward 2', 'end applied', 'confirm', 'end effective'])
  })

  test.each<[string, Script, string[]]>([
    ['ends refused where nothing was written', () => refused, ['begin forward', 'forward 0', 'end refused: drift']],
    ['ends expired where the time was over before anything was written', () => ({ kind: 'refused', reason: 'too late', isExpired: true }), ['begin forward', 'forward 0', 'end expired: too late']],
    ['takes back what it wrote, latest first, and leaves alone what it did not', (direction, index) => (direction === 'inverse' ? done : index === 1 ? { kind: 'done', wrote: false } : index === 3 ? refused : done),
      ['begin forward', 'forward 0', 'forward 1', 'forward 2', 'forward 3', 'inverse 2', 'inverse 0', 'end rolled-back: drift']],
    ['tells what is done where taking back stops', (direction, index) => (direction === 'inverse' ? (index === 1 ? done : refused) : index === 2 ? refused : done),
      ['begin forward', 'forward 0', 'forward 1', 'forward 2', 'inverse 1', 'inverse 0', 'end partial-needs-human: drift; rolling back stopped: drift; steps still done: 1 of 2, undone: 1']],
    ['calls a person where it cannot know', (_direction, index) => (index === 1 ? { kind: 'unknown', reason: 'the cloud says neither' } : done),
      ['begin forward', 'forward 0', 'forward 1', 'end partial-needs-human: step 2: the cloud says neither; steps done: 1']],
  ])('%s', async (_sentence, script, expected) => {
    const { log, activities } = world(4, script)
    await execute(activities)
    expect(log).toEqual(expected)
  })

  test('waits where a brake holds, shows why, and goes on at once when nudged', async () => {
    const { log, activities } = world(1, (_direction, _index, _cause, attempt) => (attempt === 1 ? { kind: 'waiting', reason: 'kill switch', seconds: 600 } : done))
    await execute(activities, 'executePlan', async (id) => {
      while (!log.includes('waiting kill switch')) await new Promise((resolve) => setTimeout(resolve, 50))
      await temporal.client.workflow.getHandle(id).signal(nudge)
    })
    expect(log).toEqual(['begin forward', 'forward 0', 'waiting kill switch', 'forward 0', 'waiting no more', 'end applied', 'confirm', 'end effective'])
  })

  test('is not stopped half-way by cancelling the workflow', async () => {
    const { log, activities } = world(2, (_direction, index, _cause, attempt) => (index === 0 && attempt === 1 ? { kind: 'waiting', reason: 'freeze', seconds: 2 } : done))
    const ended = await execute(activities, 'executePlan', async (id) => {
      while (!log.includes('waiting freeze')) await new Promise((resolve) => setTimeout(resolve, 50))
      await temporal.client.workflow.getHandle(id).cancel()
    })
    expect(ended).toEqual({ state: 'effective', reason: null })
  })

  test('does nothing where it may not begin', async () => {
    const { log, activities } = world(1, () => done)
    expect(await execute({ ...activities, beginExecution: async () => ({ kind: 'refused', reason: 'spent' }) })).toEqual({ state: 'refused', reason: 'spent' })
    expect(log).toEqual([])
  })
})

describe('undoing a plan', () => {
  test('undoes its steps, latest first', async () => {
    const { log, activities } = world(2, () => done)
    await execute(activities, 'undoPlan')
    expect(log).toEqual(['begin inverse', 'inverse 1', 'inverse 0', 'end rolled-back: undone by a person'])
  })

  test('leaves the plan as it is where drift stops it at once', async () => {
    const { log, activities } = world(2, () => refused)
    expect(await execute(activities, 'undoPlan')).toEqual({ state: 'refused', reason: 'undo stopped: drift' })
    expect(log).toEqual(['begin inverse', 'inverse 1', 'undo refused: undo stopped: drift'])
  })

  test('tells what is done where drift stops it half-way', async () => {
    const { log, activities } = world(3, (_direction, index) => (index === 2 ? done : refused))
    await execute(activities, 'undoPlan')
    expect(log.at(-1)).toBe('end partial-needs-human: undo stopped: drift; steps still done: 2 of 3, undone: 1')
  })
})

test('a plan that was started in clear by somebody else is never executed', async () => {
  const { log, activities } = world(1, () => done)
  await whileServing(temporal, 'executor', activities, async () => {
    await temporal.plainClient.workflow.start('executePlan', { taskQueue: executeQueue, workflowId: 'plan:forged', args: [{ tenant: 't', planId: 'p' }] })
    await temporal.client.workflow.start('executePlan', { taskQueue: executeQueue, workflowId: 'plan:ours', args: [{ tenant: 't', planId: 'p' }] }).then((handle) => handle.result())
    const events = (await temporal.plainClient.workflow.getHandle('plan:forged').fetchHistory()).events ?? []
    expect(events.some((event) => event.workflowTaskFailedEventAttributes !== null && event.workflowTaskFailedEventAttributes !== undefined)).toBe(true)
    expect(events.some((event) => event.activityTaskScheduledEventAttributes !== null && event.activityTaskScheduledEventAttributes !== undefined)).toBe(false)
    await temporal.plainClient.workflow.getHandle('plan:forged').terminate()
  })
  expect(log.filter((line) => line.startsWith('begin'))).toHaveLength(1)
})
