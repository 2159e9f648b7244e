import { proxyActivities } from '@temporalio/workflow'
import type { RunActivities } from '../../activities/contract.ts'
import type { PlaybookStep } from '../../model/playbook.ts'
import type { RunPlaybookInput } from '../messages.ts'

/** What a step of a run knows and may touch. `planId` is set by `ask` (or by `apply` where nothing is asked). */
export type RunContext = {
  readonly input: RunPlaybookInput
  planId: string | null
  /** Nudges heard so far: a step that waits goes on when it grows. */
  readonly nudges: { count: number }
  remindersSent: number
  /** Tells the store what the run waits for. */
  readonly waiting: (on: string) => Promise<void>
  /**
   * What a person asked of the run holds: returns when it may go on, throws `RunCancelled` when it may not. Throws the continue-as-new that carries the run on at this step,
   * where the history has grown long.
   */
  readonly checkpoint: () => Promise<void>
}
/** A person cancelled the run. */
export class RunCancelled extends Error {}
/** `end` finishes the run as done without its other steps: nobody decided, or somebody said no. */
export type StepEnd = { readonly kind: 'next'; readonly note: string | null } | { readonly kind: 'end'; readonly note: string } | { readonly kind: 'failed'; readonly note: string }
export type Step<K extends PlaybookStep['kind']> = (context: RunContext, step: Extract<PlaybookStep, { kind: K }>) => Promise<StepEnd>

export const activities = proxyActivities<RunActivities>({ startToCloseTimeout: '2 minutes', retry: { maximumInterval: '1 minute' } })
export const next = (note: string | null): StepEnd => ({ kind: 'next', note })
/** Because a nudge may be lost: the store is looked at this often without one. */
export const lookAgainSeconds = 300
