import { CancellationScope, condition, ContinueAsNew, continueAsNew, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import type { PlaybookStep } from '../model/playbook.ts'
import { reasonOf } from './failure-reason.ts'
import { nudge, pauseRun, resumeRun, type RunPlaybookInput } from './messages.ts'
import { apply } from './steps/apply.ts'
import { ask } from './steps/ask.ts'
import { activities, type RunContext, type StepEnd } from './steps/context.ts'
import { notify } from './steps/notify.ts'
import { openTicket } from './steps/open-ticket.ts'
import { verify } from './steps/verify.ts'

type Ended = { state: 'done' | 'failed'; reason: string | null }

/**
 * The playbook's steps were run in order for one finding, to the end or to the first that says so (CONTRACTS §5). The playbook is the copy in the input. A cancelled run
 * cancels its plan where nobody decided it yet, and leaves a decided one to the executor.
 */
export async function runPlaybook(input: RunPlaybookInput): Promise<Ended> {
  const pause = { isOn: false }
  setHandler(pauseRun, () => { pause.isOn = true })
  setHandler(resumeRun, () => { pause.isOn = false })
  const run = { tenant: input.tenant, runId: input.runId }
  const context = startContext(input)
  try {
    const ended = await runSteps(context, pause)
    await activities.endRun({ ...run, ...ended })
    return ended
  } catch (cause) {
    if (cause instanceof ContinueAsNew) throw cause
    await CancellationScope.nonCancellable(async () => {
      const isCancelled = isCancellation(cause)
      if (context.planId !== null) await activities.expirePlan({ tenant: input.tenant, planId: context.planId, how: 'cancelled', reason: isCancelled ? 'the run was cancelled' : 'the run failed' })
      await activities.endRun({ ...run, state: isCancelled ? 'cancelled' : 'failed', reason: isCancelled ? null : reasonOf(cause) })
    })
    throw cause
  }
}

type Context = RunContext & { stepIndex: number; stepId: string }

function startContext(input: RunPlaybookInput): Context {
  const nudges = { count: 0 }
  setHandler(nudge, () => { nudges.count++ })
  const context: Context = {
    input, nudges, planId: input.at?.planId ?? null, remindersSent: input.at?.remindersSent ?? 0, stepIndex: input.at?.step ?? 0, stepId: '',
    waiting: (on) => activities.recordRunStep({ tenant: input.tenant, runId: input.runId, stepId: context.stepId, state: 'waiting', note: null, runState: 'waiting', waitingFor: on }),
    renew: async () => {
      if (workflowInfo().historyLength < 2000) return
      await continueAsNew<typeof runPlaybook>({ ...input, at: { step: context.stepIndex, planId: context.planId, remindersSent: context.remindersSent } })
    },
  }
  return context
}

async function runSteps(context: Context, pause: { isOn: boolean }): Promise<Ended> {
  const { playbook, ...input } = context.input
  const run = { tenant: input.tenant, runId: input.runId }
  for (let index = input.at?.step ?? 0; index < playbook.steps.length; index++) {
    const step = playbook.steps[index]
    if (!step) break
    context.stepIndex = index
    context.stepId = step.id
    if (pause.isOn) {
      await activities.recordRunStep({ ...run, stepId: step.id, state: 'waiting', note: null, runState: 'paused', waitingFor: 'resume' })
      await condition(() => !pause.isOn)
    }
    await activities.recordRunStep({ ...run, stepId: step.id, state: 'running', note: null, runState: 'running', waitingFor: null })
    const ended = await runStep(context, step)
    await activities.recordRunStep({ ...run, stepId: step.id, state: ended.kind === 'failed' ? 'failed' : 'done', note: ended.note, runState: 'running', waitingFor: null })
    if (ended.kind === 'next') continue
    await tellTheEnd(context, index)
    return ended.kind === 'failed' ? { state: 'failed', reason: `${step.id}: ${ended.note}` } : { state: 'done', reason: ended.note }
  }
  return { state: 'done', reason: null }
}

/** The steps after the end are skipped, but who was to be told of the end is told. */
async function tellTheEnd(context: Context, index: number): Promise<void> {
  for (const step of context.input.playbook.steps.slice(index + 1)) {
    const told = step.kind === 'notify' ? await notify(context, step) : null
    await activities.recordRunStep({ tenant: context.input.tenant, runId: context.input.runId, stepId: step.id, state: told ? 'done' : 'skipped', note: told?.note ?? null, runState: 'running', waitingFor: null })
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
