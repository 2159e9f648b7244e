import type { Instant } from '../model/instant.ts'
import { databaseNow, type Db, withTenant } from '../store/db.ts'
import { lockPlan, movePlan, planById, type StoredPlan } from '../store/plans.ts'
import type { PlanStanding, RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

const standing = (plan: StoredPlan, now: Instant): PlanStanding => ({ state: plan.state, reason: plan.stateReason, secondsLeft: Math.ceil((Date.parse(plan.notAfter) - Date.parse(now)) / 1000) })
const standingOf = async (db: Db, tenant: string, planId: string): Promise<PlanStanding> => standing(await planById(db, tenant, planId), await databaseNow(db))

/** How the plan stands in the store, which alone knows what was decided. */
export const readPlan = ({ store }: ScannerDeps): RunActivities['readPlan'] => ({ tenant, planId }) => withTenant(store, tenant, (db) => standingOf(db, tenant, planId))

/** A plan that still waits for its decision has ended, as expired only when the store's clock says so; every other is left alone. */
export const expirePlan = ({ store }: ScannerDeps): RunActivities['expirePlan'] => ({ tenant, planId, how, reason }) =>
  withTenant(store, tenant, async (db) => {
    const plan = await lockPlan(db, tenant, planId)
    const isOver = how === 'cancelled' || plan.notAfter <= await databaseNow(db)
    if (isOver && (plan.state === 'awaiting-approval' || plan.state === 'proposed')) await movePlan(db, tenant, planId, { to: how, reason, actor: 'scanner' })
    return standingOf(db, tenant, planId)
  })
