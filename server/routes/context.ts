import type { ApprovalSigner } from '../../kernel/approval.ts'
import type { About } from '../../model/detection.ts'
import type { Playbook } from '../../model/playbook.ts'
import type { Remediation } from '../../model/remediation.ts'
import { type Db, type Store, withTenant } from '../../store/db.ts'
import type { Caller } from '../caller.ts'
import type { Workflows } from '../workflows.ts'

export type ListedPlaybook = { readonly playbook: Playbook; readonly digest: string }
/** Everything that routes work with. */
export type RouteDeps = {
  readonly store: Store
  /** The tenant of people who are not signed in yet. */
  readonly tenant: string
  readonly isSecure: boolean
  readonly sessionKey: Buffer
  readonly publicUrl: string
  readonly signer: ApprovalSigner
  readonly workflows: Workflows
  readonly detections: readonly About[]
  readonly remediations: readonly Pick<Remediation, 'id' | 'title' | 'effect'>[]
  readonly playbooks: readonly ListedPlaybook[]
  readonly version: string
}
/** What `work` did in one transaction that sees the caller's tenant only. */
export const asCaller = <T>(deps: RouteDeps, caller: Caller, work: (db: Db, tenant: string) => Promise<T>): Promise<T> => withTenant(deps.store, caller.tenant, (db) => work(db, caller.tenant))
export const done = { done: true } as const
