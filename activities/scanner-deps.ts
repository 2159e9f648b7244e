import type { Client } from '@temporalio/client'
import type { DetectionSetting } from '../analysis/detect.ts'
import type { Config } from '../config.ts'
import type { Answer, AnswerSource } from '../model/answer.ts'
import type { Change } from '../model/change.ts'
import type { Detection } from '../model/detection.ts'
import type { Environment } from '../model/environment.ts'
import type { Estate } from '../model/estate.ts'
import type { Playbook } from '../model/playbook.ts'
import type { Remediation } from '../model/remediation.ts'
import type { Store } from '../store/db.ts'

/** Where the answers of an account go, and how an attempt that dies is gone on with: `at` is the cursor from which the rest can be read. */
export type Collecting = {
  readonly cursor: string | null
  readonly emit: (path: string, answer: Answer) => Promise<void>
  readonly reached: (at: string) => void
  readonly signal: AbortSignal
}
export type CollectorCheck = { readonly what: string; readonly permission: string; readonly outcome: 'read' | 'absent' | 'refused' | 'failed'; readonly reason: string | null }
/** Reads one environment. An account is `<cloud>/<id>` as answers' paths begin; what belongs to none (an AWS organization) is one too. */
export type Collector = {
  readonly accounts: (signal: AbortSignal) => Promise<readonly string[]>
  /** One page of the account's answers; the cursor of the next, null after the last. @throws WhittleError cloud.*, estate.unreadable */
  readonly collect: (account: string, collecting: Collecting) => Promise<string | null>
  readonly check: (signal: AbortSignal) => Promise<readonly CollectorCheck[]>
}

export type ScannerDeps = {
  readonly store: Store
  readonly client: Client
  readonly config: Pick<Config, 'tenant' | 'approvals' | 'protected' | 'slack' | 'jira'>
  readonly collectorOf: (environment: Environment) => Collector
  readonly interpret: (source: AnswerSource) => Estate
  readonly detections: readonly Detection[]
  readonly detectionSettings: Readonly<Record<string, DetectionSetting>>
  readonly remediations: readonly Remediation[]
  readonly playbooks: ReadonlyMap<string, Playbook>
  readonly describe: (change: Change) => string
  /** The `<id>` of a running activity's heartbeat, when there is one. */
  readonly heartbeat: (details?: string) => void
  readonly heartbeatDetails: () => unknown
  readonly signal: () => AbortSignal
}
