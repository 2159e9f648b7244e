import { CancellationScope, condition, ContinueAsNew, continueAsNew, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import type { PlaybookStep } from '../model/playbook.ts'
import { reasonOf } from './failure-reason.ts'
import { nudge, type RunPlaybookInput } from './messages.ts'
import { apply } from './steps/apply.ts'
import { ask } from './steps/ask.ts'
import { activities, lookAgainSeconds, RunCancelled, type RunContext, type StepEnd } from './steps/context.ts'
import { notify } from './steps/notify.ts'
import { openTicket } from './steps/open-ticket.ts'
import { verify } from './steps/verify.ts'

type Ended = { state: 'done' | 'failed' | 'cancelled'; reason: string | null }

/**
 * The playbook's steps were run in order for one finding, to the end or to the first that says so (CONTRACTS §5). The playbook is the copy in the input. A cancelled run
 * cancels its plan where nobody decided it yet, and leaves a decided one to the executor.
 */
export async function runPlaybook(input: RunPlaybookInput): Promise<Ended> {
  const run = { tenant: input.tenant, runId: input.runId }
  const context = startContext(input)
  try {
    const ended = await runSteps(context)
    await activities.endRun({ ...run, ...ended })
    return ended
  } catch (cause) {
    if (cause instanceof ContinueAsNew) throw cause
    const isCancelled = isCancellation(cause) || cause instanceof RunCancelled
    const reason = isCancelled ? 'the run was cancelled' : reasonOf(cause)
    await CancellationScope.nonCancellable(async () => {
      if (context.planId !== null) await activities.expirePlan({ tenant: input.tenant, planId: context.planId, how: 'cancelled', reason })
      await activities.endRun({ ...run, state: isCancelled ? 'cancelled' : 'failed', reason })
    })
    if (isCancelled) return { state: 'cancelled', reason }
    throw cause
  }
}

type Context = RunContext & { stepIndex: number }

function startContext(input: RunPlaybookInput): Context {
  const run = { tenant: input.tenant, runId: input.runId }
  const nudges = { count: 0 }
  setHandler(nudge, () => { nudges.count++ })
  const context: Context = {
    input, nudges, planId: input.at?.planId ?? null, remindersSent: input.at?.remindersSent ?? 0, stepIndex: input.at?.step ?? 0,
    waiting: (on) => activities.recordRunStep({ ...run, step: context.stepIndex, state: 'waiting', note: null, waitingFor: on }),
    checkpoint: async () => {
      if (workflowInfo().historyLength > 2000) await continueAsNew<typeof runPlaybook>({ ...input, at: { step: context.stepIndex, planId: context.planId, remindersSent: context.remindersSent } })
      for (;;) {
        const heard = nudges.count
        const { state } = await activities.readRun(run)
        if (state === 'cancelled') throw new RunCancelled()
        if (state !== 'paused') return
        await condition(() => nudges.count > heard, lookAgainSeconds * 1000)
      }
    },
  }
  return context
}

async function runSteps(context: Context): Promise<Ended> {
  const { playbook, ...input } = context.input
  const run = { tenant: input.tenant, runId: input.runId }
  for (let index = input.at?.step ?? 0; index < playbook.steps.length; index++) {
    const step = playbook.steps[index]
    if (!step) break
    context.stepIndex = index
    await context.checkpoint()
    await activities.recordRunStep({ ...run, step: index, state: 'running', note: null, waitingFor: null })
    const ended = await runStep(context, step)
    await activities.recordRunStep({ ...run, step: index, state: ended.kind === 'failed' ? 'failed' : 'done', note: ended.note, waitingFor: null })
    if (ended.kind === 'next') continue
    await tellTheEnd(context, index)
    return ended.kind === 'failed' ? { state: 'failed', reason: `${step.id}: ${ended.note}` } : { state: 'done', reason: ended.note }
  }
  return { state: 'done', reason: null }
}

/** The steps after the end are skipped, but who was to be told of the end is told. */
async function tellTheEnd(context: Context, index: number): Promise<void> {
  for (const [at, step] of context.input.playbook.steps.entries()) {
    if (at <= index) continue
    const told = step.kind === 'notify' ? await notify(context, step) : null
    await activities.recordRunStep({ tenant: context.input.tenant, runId: context.input.runId, step: at, state: told ? 'done' : 'skipped', note: told?.note ?? null, waitingFor: null })
  }
}

/** The closed set of steps: a kind without a line here does not compile. */
function runStep(context: RunContext, step: PlaybookStep): Promise<StepEnd> {
  switch (step.kind) {
    case 'open-ticket': return openTicket(context, step)
    case 'ask': return ask(context, step)
    case 'apply': return apply(context, step)
    case 'verify': return verify(context, step)
    case 'notify': return notify(context, step)
  }
}
