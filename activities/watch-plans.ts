import { withTenant } from '../store/db.ts'
import { stalledPlans } from '../store/plans.ts'
import type { ScannerDeps } from './scanner-deps.ts'
import { startAgain } from './start-execution.ts'

/** Plans that were begun `minutes` ago and have no end yet have a workflow, also where somebody terminated it in Temporal (SAFETY F15). How many were looked at. */
export async function watchPlans(deps: Pick<ScannerDeps, 'store' | 'client'>, tenant: string, minutes: number): Promise<number> {
  const stalled = await withTenant(deps.store, tenant, (db) => stalledPlans(db, tenant, minutes))
  for (const { id, undoRequestedAt } of stalled) await startAgain(deps, { tenant, planId: id, isUndo: undoRequestedAt !== null })
  return stalled.length
}
