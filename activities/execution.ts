import type { Plan, PlanState } from '../model/plan.ts'
import { databaseNow, withTenant } from '../store/db.ts'
import { environmentNamed } from '../store/environments.ts'
import { spendApproval } from '../store/executions.ts'
import { contentOf, lockPlan, movePlan, setPlanReason } from '../store/plans.ts'
import { refuseUndo as storeRefusedUndo } from '../store/undo.ts'
import type { ExecuteActivities } from './contract.ts'
import { executionIdOf } from './execute-step.ts'
import type { ExecutorDeps } from './executor-deps.ts'

/** The plan is executing, its approvals spent by this execution; or its undo may begin. What may not begin is said and changes nothing that is final. */
export const beginExecution = (deps: ExecutorDeps): ExecuteActivities['beginExecution'] => async (input) =>
  withTenant(deps.store, input.tenant, async (db) => {
    const row = await lockPlan(db, input.tenant, input.planId)
    const plan = contentOf(row)
    const now = await databaseNow(db)
    if (input.direction === 'inverse') {
      const isWanted = row.undoRequestedAt !== null && (undoable.includes(row.state) || row.state === 'executing')
      if (!isWanted) return { kind: 'refused' as const, reason: `the plan is ${row.state} and no undo was asked for` }
    } else if (row.state === 'approved') {
      await movePlan(db, input.tenant, plan.id, { to: 'executing', reason: null, actor: `executor:${deps.holder}` })
    } else if (row.state !== 'executing' && row.state !== 'applied') {
      return { kind: 'refused' as const, reason: `the plan is ${row.state}, not approved` }
    }
    if (!(await spendApproval(db, input.tenant, { planId: plan.id, direction: input.direction, executionId: executionIdOf(input) }))) return { kind: 'refused' as const, reason: 'the approval was spent by another execution' }
    const end = input.direction === 'forward' ? plan.notAfter : plan.rollbackNotAfter
    return { kind: 'begun' as const, steps: plan.changes.length, secondsLeft: Math.floor((Date.parse(end) - Date.parse(now)) / 1000) }
  })

const undoable: readonly PlanState[] = ['effective', 'watching', 'closed', 'partial-needs-human', 'applied']

/** Shown to people while a brake holds; null when it goes on. */
export const recordWaiting = (deps: ExecutorDeps): ExecuteActivities['recordWaiting'] => ({ tenant, planId, reason }) => withTenant(deps.store, tenant, (db) => setPlanReason(db, tenant, planId, reason))

export const refuseUndo = (deps: ExecutorDeps): ExecuteActivities['refuseUndo'] => ({ tenant, planId, reason }) => withTenant(deps.store, tenant, (db) => storeRefusedUndo(db, tenant, { planId, reason, actor: `executor:${deps.holder}` }))

/** The plan is in `state`; being there already changes nothing. */
export const endExecution = (deps: ExecutorDeps): ExecuteActivities['endExecution'] => async ({ tenant, planId, state, reason }) => {
  await withTenant(deps.store, tenant, (db) => movePlan(db, tenant, planId, { to: state, reason, actor: `executor:${deps.holder}` }))
}

/** Every target reads as the plan wants it. Reads only: never a reason to write again or to roll back (SAFETY F8). */
export const confirmEffect = (deps: ExecutorDeps): ExecuteActivities['confirmEffect'] => async ({ tenant, planId }) => {
  const { plan, environment } = await withTenant(deps.store, tenant, async (db) => {
    const found: Plan = contentOf(await lockPlan(db, tenant, planId))
    return { plan: found, environment: (await environmentNamed(db, tenant, found.environment)).environment }
  })
  for (const change of plan.changes) {
    const about = deps.about(change.kind)
    const driver = await deps.driver(environment, change, plan.account)
    const wanted = deps.hash(about.canonical(change.after))
    for (let read = 1; read <= 3; read += 1) {
      if (deps.hash(about.canonical(await driver.read(change.target))) !== wanted) return { isEffective: false, reason: `\`${change.target}\` does not read as planned yet` }
      if (read < 3) await deps.pause(environment, read)
    }
  }
  return { isEffective: true, reason: null }
}

export const executeActivities = (deps: ExecutorDeps, executeStep: ExecuteActivities['executeStep']): ExecuteActivities =>
  ({ beginExecution: beginExecution(deps), executeStep, recordWaiting: recordWaiting(deps), refuseUndo: refuseUndo(deps), endExecution: endExecution(deps), confirmEffect: confirmEffect(deps) })
