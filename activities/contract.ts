import type { JsonObject } from '../model/json.ts'
import type { Draft, PlanState, Requester } from '../model/plan.ts'
import type { RunState } from '../model/playbook.ts'

/*
 * What workflows may ask for: the types alone, so that workflow code depends on no effect. Every input names its tenant, every answer is small; estates, answers and
 * plans stay in the store. Each activity is in the file of its name.
 */
type InTenant = { readonly tenant: string }
export type OfScan = InTenant & { readonly environment: string; readonly scanId: string }
export type OfPlan = InTenant & { readonly planId: string }
export type OfRun = InTenant & { readonly runId: string }

export type ScanActivities = {
  /** This scan's row: the one that a person asked for, else a new one. What an earlier scan left running is ended. `disabled` where the environment is. */
  readonly beginScan: (input: InTenant & { environment: string }) => Promise<{ kind: 'begun' | 'disabled'; scanId: string | null }>
  /** Writes the accounts that this scan will read; those not read yet, in order, at most `limit`. */
  readonly listAccounts: (input: OfScan & { limit: number }) => Promise<readonly string[]>
  /** One page of one account's answers is in the store; `cursor` null when it was the last. */
  readonly collectAccount: (input: OfScan & { account: string; cursor: string | null }) => Promise<{ cursor: string | null }>
  readonly recordAccount: (input: OfScan & { account: string; state: 'done' | 'failed'; reason: string | null }) => Promise<void>
  /** Findings follow the answers of this scan (CONTRACTS §3–5), runs that new ones trigger are in the store, and the scan has ended: complete, or partial by what was not read. */
  readonly judgeEnvironment: (input: OfScan) => Promise<{ state: string; opened: number; resolved: number; triggered: number }>
  /** The scan has ended without judging. */
  readonly endScan: (input: OfScan & { state: 'failed' | 'cancelled'; reason: string | null }) => Promise<void>
}

export type ProposeInput = InTenant & { readonly findingId: string; readonly remediation: string; readonly options: JsonObject; readonly requester: Requester; readonly reason?: string | undefined; readonly mode: 'preview' | 'propose' }
/** An expected refusal is an answer, not a failure. */
export type ProposeAnswer =
  | { readonly ok: true; readonly plan: { readonly id: string; readonly digest: string } | null; readonly draft: Draft; readonly described: readonly string[] }
  | { readonly ok: false; readonly code: string; readonly message: string }
export type EnvironmentReading = {
  readonly environment: string; readonly isReadable: boolean; readonly missing: readonly string[]
  readonly checks: readonly { readonly what: string; readonly permission: string; readonly outcome: 'read' | 'absent' | 'refused' | 'failed'; readonly reason: string | null }[]
}
/** A plan as a waiting run needs to know it, by the store's clock. */
export type PlanStanding = { readonly state: PlanState; readonly reason: string | null; readonly secondsLeft: number }

export type RunActivities = {
  readonly proposePlan: (input: ProposeInput) => Promise<ProposeAnswer>
  readonly testEnvironment: (input: InTenant & { environment: string }) => Promise<EnvironmentReading>
  readonly proposeForRun: (input: OfRun & { remediation: string | null; options: JsonObject; waitSeconds: number }) => Promise<{ planId: string } | { refused: string }>
  readonly readPlan: (input: OfPlan) => Promise<PlanStanding>
  readonly startExecution: (input: OfPlan) => Promise<void>
  /** A plan that nobody decided is expired by the store's clock; one that was decided keeps its state. */
  readonly expirePlan: (input: OfPlan & { how: 'expired' | 'cancelled'; reason: string }) => Promise<PlanStanding>
  readonly openTicket: (input: OfRun) => Promise<{ note: string }>
  readonly sendCard: (input: OfRun & { planId: string | null; occasion: string }) => Promise<{ note: string }>
  /** What the store says of the run: what a person asked of it counts, whatever it was doing. */
  readonly readRun: (input: OfRun) => Promise<{ state: RunState }>
  /** `waitingFor` null = at work. A run that a person paused stays paused. */
  readonly recordRunStep: (input: OfRun & { step: number; state: 'running' | 'waiting' | 'done' | 'failed' | 'skipped'; note: string | null; waitingFor: string | null }) => Promise<void>
  readonly endRun: (input: OfRun & { state: 'done' | 'failed' | 'cancelled'; reason: string | null }) => Promise<void>
}

export type Direction = 'forward' | 'inverse'
/** `waiting`: nothing was written, and a brake holds; `refused`: nothing was written and nothing will be; `unknown`: a person must look. */
export type StepOutcome =
  | { readonly kind: 'done'; readonly wrote: boolean }
  | { readonly kind: 'waiting'; readonly reason: string; readonly seconds: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly isExpired: boolean }
  | { readonly kind: 'unknown'; readonly reason: string }
/** Why the inverse runs: a person asked for it, or a later step could not be done. */
export type UndoCause = 'person' | 'rollback'

export type ExecuteActivities = {
  /** The plan is executing (or its undo has begun), spent by this workflow; how many steps it has. */
  readonly beginExecution: (input: OfPlan & { direction: Direction; workflowId: string }) => Promise<{ kind: 'begun'; steps: number; secondsLeft: number } | { kind: 'refused'; reason: string }>
  readonly executeStep: (input: OfPlan & { direction: Direction; index: number; cause: UndoCause }) => Promise<StepOutcome>
  /** The plan's reason says what it waits for. */
  readonly recordWaiting: (input: OfPlan & { reason: string | null }) => Promise<void>
  /** The undo did not begin: the plan stays as it is, with the reason, and may be asked to be undone again. */
  readonly refuseUndo: (input: OfPlan & { reason: string }) => Promise<void>
  readonly endExecution: (input: OfPlan & { state: PlanState; reason: string | null }) => Promise<void>
  /** True once every target reads as the plan wants it, several times in a row. */
  readonly confirmEffect: (input: OfPlan) => Promise<{ isEffective: boolean; reason: string | null }>
}
