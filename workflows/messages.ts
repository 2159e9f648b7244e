import { defineSignal } from '@temporalio/workflow'
import type { Playbook } from '../model/playbook.ts'

/** Says "look again", nothing else: the workflow re-reads the store. May be lost, doubled or forged without effect. */
export const nudge = defineSignal('nudge')

export const scanWorkflowId = (tenant: string, environment: string): string => `scan:${tenant}:${environment}`
export const planWorkflowId = (planId: string): string => `plan:${planId}`
export const undoWorkflowId = (planId: string): string => `undo:${planId}`
export const runWorkflowId = (runId: string): string => `run:${runId}`

/** Names that clients start workflows by. */
export const workflowTypes = { scan: 'scanEnvironment', run: 'runPlaybook', execute: 'executePlan', undo: 'undoPlan', propose: 'proposePlanNow', test: 'testEnvironmentNow' } as const

/** `begun` is set by continue-as-new only. */
export type ScanEnvironmentInput = { readonly tenant: string; readonly environment: string; readonly begun?: string }
export type ScanAccountInput = { readonly tenant: string; readonly environment: string; readonly scanId: string; readonly account: string; readonly cursor?: string }
export type PlanInput = { readonly tenant: string; readonly planId: string }
/** The whole playbook travels with its run, with the digest that names it: an edit of the file changes no open run. `at` is set by continue-as-new only. */
export type RunPlaybookInput = {
  readonly tenant: string; readonly runId: string; readonly playbook: Playbook; readonly digest: string; readonly findingId: string
  readonly at?: { readonly step: number; readonly planId: string | null; readonly remindersSent: number }
}
