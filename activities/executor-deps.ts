import type { TrustRoots } from '../kernel/approval.ts'
import type { AuditHead } from '../kernel/audit.ts'
import type { Budget, Freeze } from '../kernel/budget.ts'
import type { Change, ChangeDriver, ChangeKindAbout } from '../model/change.ts'
import type { Environment } from '../model/environment.ts'
import type { Json } from '../model/json.ts'
import type { Store } from '../store/db.ts'

/** Remembers, outside the database, the newest audit row that this executor has seen: a database that lacks it was restored or truncated. */
export type AuditMemory = { readonly read: (tenant: string) => AuditHead | null; readonly write: (tenant: string, head: AuditHead) => void }

/** Everything that the executor's activities use; made once in `worker/executor.ts`. */
export type ExecutorDeps = {
  readonly store: Store
  readonly roots: TrustRoots
  readonly budget: Budget
  readonly freezes: readonly Freeze[]
  /** Own roles and the break-glass list. */
  readonly protectedIds: ReadonlySet<string>
  readonly memory: AuditMemory
  /** Names this process as a holder of locks and in the audit. */
  readonly holder: string
  readonly about: (kind: Change['kind']) => ChangeKindAbout
  readonly hash: (json: Json) => string
  readonly driver: (environment: Environment, change: Change, account: string) => Promise<ChangeDriver>
  /** Waits before the next read-back; `attempt` counts from 1. Keeps the activity's heartbeat. */
  readonly pause: (environment: Environment, attempt: number) => Promise<void>
  /** This machine's clock, to see how far it is from the database's. */
  readonly now: () => number
}
