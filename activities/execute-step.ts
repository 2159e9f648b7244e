import { z } from 'zod'
import { authorityOf, type OwnKnowledge, type Standing } from '../kernel/authority.ts'
import { isBehind } from '../kernel/audit.ts'
import { budgetRefusal, type CountedWrite } from '../kernel/budget.ts'
import { nothingWritten, runStep, type StepOutcome as KernelOutcome, type StepPorts } from '../kernel/step.ts'
import type { Change, ChangeDriver } from '../model/change.ts'
import type { Environment } from '../model/environment.ts'
import { WhittleError } from '../model/error.ts'
import { type JsonObject, jsonObjectSchema } from '../model/json.ts'
import type { Plan } from '../model/plan.ts'
import { auditHashAt, auditHead } from '../store/audit.ts'
import { databaseNow, type Db, withTenant } from '../store/db.ts'
import { approvalsOf, peopleBehind } from '../store/decisions.ts'
import { environmentNamed } from '../store/environments.ts'
import { countedWrites, holdsTarget, lockTarget, recordedStep, recordIntent, recordResult, type StepAt, spendApproval, stepsOf, unlockTarget } from '../store/executions.ts'
import { contentOf, planById, type StoredPlan } from '../store/plans.ts'
import { killSwitch, setting } from '../store/switches.ts'
import { approverOf, userById } from '../store/users.ts'
import type { ExecuteActivities, StepOutcome } from './contract.ts'
import type { ExecutorDeps } from './executor-deps.ts'

const LEASE_SECONDS = 900
type Input = Parameters<ExecuteActivities['executeStep']>[0]
type Place = { readonly plan: Plan; readonly row: StoredPlan; readonly change: Change; readonly environment: Environment; readonly at: StepAt; readonly input: Input }

/** Runs one step of a plan, or of its inverse, by the protocol of `kernel/step.ts`, with everything re-read and re-verified. Safe to call again after any crash. */
export const executeStep = (deps: ExecutorDeps): ExecuteActivities['executeStep'] => async (input) => {
  const place = await placeOf(deps, input)
  const driver = await deps.driver(place.environment, place.change, place.plan.account)
  const outcome = await runStep(place.change, portsOf(deps, place, driver)).catch(waitingForBudget)
  if (outcome.kind !== 'done') return told(outcome)
  // because an attempt that died after its RESULT finds `done`: what the record says was written, is to be taken back with the rest
  const record = (await withTenant(deps.store, input.tenant, (db) => stepsOf(db, input.tenant, place.at.planId))).find((step) => step.direction === place.at.direction && step.step === place.at.step)
  return { kind: 'done', wrote: record?.detail !== nothingWritten }
}

function waitingForBudget(cause: unknown): KernelOutcome {
  if (cause instanceof WhittleError && cause.code === 'budget.exhausted') return { kind: 'wait', reason: cause.message, until: null }
  throw cause
}

/** `changes[index]`, or of the inverse the change that undoes it. */
export function changeOf(plan: Plan, direction: Input['direction'], index: number): Change {
  const change = direction === 'forward' ? plan.changes[index] : plan.inverse[plan.inverse.length - 1 - index]
  if (change === undefined) throw new WhittleError('plan.refused', `plan \`${plan.id}\` has no step ${index}`)
  return change
}

async function placeOf(deps: ExecutorDeps, input: Input): Promise<Place> {
  return withTenant(deps.store, input.tenant, async (db) => {
    const row = await planById(db, input.tenant, input.planId)
    const plan = contentOf(row)
    const { environment } = await environmentNamed(db, input.tenant, plan.environment)
    return { plan, row, change: changeOf(plan, input.direction, input.index), environment, at: { planId: plan.id, direction: input.direction, step: input.index }, input }
  })
}

function portsOf(deps: ExecutorDeps, place: Place, driver: ChangeDriver): StepPorts {
  const { plan, change, at, input, environment } = place
  const { tenant } = input
  const inTenant = <T>(work: (db: Db) => Promise<T>): Promise<T> => withTenant(deps.store, tenant, work)
  const lock = { environment: plan.environment, target: change.target }
  const about = deps.about(change.kind)
  const actor = `executor:${deps.holder}`
  const isCounted = !(input.direction === 'inverse' && input.cause === 'person' && place.row.undoRequestedAt !== null)
  const remembering = async (work: (db: Db) => Promise<void>): Promise<void> => {
    const head = await inTenant(async (db) => { await work(db); return auditHead(db, tenant) })
    deps.memory.write(tenant, head)
  }
  return {
    // because one workflow runs a plan in one direction: its next attempt takes the lease of one that died, and the newer token stops a zombie
    lock: () => inTenant((db) => lockTarget(db, tenant, { ...lock, holder: `${plan.id}:${input.direction}`, seconds: LEASE_SECONDS })),
    unlock: (fencing) => inTenant((db) => unlockTarget(db, tenant, { ...lock, fencing })),
    holds: (fencing) => inTenant((db) => holdsTarget(db, tenant, { ...lock, fencing })),
    authority: async () => {
      const { standing, own } = await inTenant((db) => standingOf(deps, db, place))
      return authorityOf(standing, own, { direction: input.direction, cause: input.cause, target: change.target })
    },
    read: () => driver.read(change.target),
    hash: (state) => deps.hash(about.canonical(state)),
    write: () => driver.write(change),
    recorded: () => inTenant((db) => recordedStep(db, tenant, at)),
    recordIntent: (fencing, before) => remembering(async (db) => recordIntent(db, tenant, at, { fencing, before, account: plan.account, target: change.target, actor, change: asJson(change), budget: isCounted ? await budgetNow(deps, db, place) : null })),
    recordResult: (state, detail) => remembering((db) => recordResult(db, tenant, at, { state, detail, actor })),
    pause: (attempt) => deps.pause(environment, attempt),
  }
}

/** Whether one more write fits, asked again with the account's writers in line: others may have written since `authority`. */
async function budgetNow(deps: ExecutorDeps, db: Db, { plan, change }: Place): Promise<(past: readonly CountedWrite[]) => string | null> {
  const now = await databaseNow(db)
  const identitiesInAccount = (await factsOf(db, plan))?.identities ?? 0
  return (past) => budgetRefusal(deps.budget, past, { account: plan.account, identity: change.target, identitiesInAccount }, now)?.reason ?? null
}

const asJson = (change: Change): JsonObject => jsonObjectSchema.parse({ ...change })

/** What the scanner last knew of an account; `administrators` null = not known. */
const accountFactsSchema = z.object({ identities: z.number().int(), administrators: z.array(z.string()).nullable() })
export type AccountFacts = z.infer<typeof accountFactsSchema>
export const accountFactsKey = (cloud: string, account: string): string => `account-facts:${cloud}:${account}`

async function factsOf(db: Db, plan: Plan): Promise<AccountFacts | null> {
  const facts = accountFactsSchema.safeParse(await setting(db, plan.tenant, accountFactsKey(plan.cloud, plan.account)))
  return facts.success ? facts.data : null
}

async function standingOf(deps: ExecutorDeps, db: Db, { plan, row, change, at, input }: Place): Promise<{ standing: Standing; own: OwnKnowledge }> {
  const { tenant } = input
  const recorded = await approvalsOf(db, tenant, plan.id)
  const approvals = await Promise.all(recorded.map(async (approval) => {
    const user = await userById(db, tenant, approval.userId)
    return { jws: approval.jws, isRevoked: approval.isRevoked, approver: user === null ? null : approverOf(user) }
  }))
  const kill = await killSwitch(db, tenant)
  const facts = await factsOf(db, plan)
  const administrators = facts?.administrators ?? null
  const now = await databaseNow(db)
  const remembered = deps.memory.read(tenant)
  const seen = remembered === null ? null : await auditHashAt(db, tenant, remembered.seq)
  return {
    standing: {
      planId: row.id, tenant, canonical: row.canonical, digest: row.digest, approvals, ...(await peopleBehind(db, plan)),
      state: (await planById(db, tenant, plan.id)).state, isUndoAsked: row.undoRequestedAt !== null, killSwitchReason: kill.isOn ? (kill.reason ?? 'no reason given') : null,
      isSpentHere: await spendApproval(db, tenant, { planId: plan.id, direction: input.direction, executionId: executionIdOf(input) }),
      pastWrites: await countedWrites(db, tenant, plan.account, at), identitiesInAccount: facts?.identities ?? 0, now,
    },
    own: {
      roots: deps.roots, budget: deps.budget, freezes: deps.freezes, isDatabaseBehind: remembered !== null && isBehind(remembered, () => seen), clockSkewSeconds: Math.round(Math.abs(deps.now() - Date.parse(now)) / 1000),
      protected: { ids: deps.protectedIds, administratorsLeft: (without) => (administrators === null ? null : administratorsAfter(administrators, without, deps.about(change.kind).tier(change) === 'high')) },
    },
  }
}

/** Only a change that can touch an administrator's rights can take one away; the others leave as many as there are, and at least two by definition. */
const administratorsAfter = (administrators: readonly string[], without: readonly string[], isHigh: boolean): number | null =>
  (isHigh || administrators.some((id) => without.includes(id)) ? administrators.filter((id) => !without.includes(id)).length : null)

/** One workflow per plan and direction executes it: forward, and undo or rollback. */
export const executionIdOf = (input: { planId: string; direction: Input['direction'] }): string => (input.direction === 'forward' ? `plan:${input.planId}` : `undo:${input.planId}`)

function told(outcome: Exclude<KernelOutcome, { kind: 'done' }>): StepOutcome {
  switch (outcome.kind) {
    case 'wait': return { kind: 'waiting', reason: outcome.reason, seconds: 5 }
    case 'refused': return { kind: 'refused', reason: outcome.reason, isExpired: outcome.isExpired ?? false }
    case 'not-done': return { kind: 'refused', reason: outcome.reason, isExpired: false }
    case 'unknown': return outcome
  }
}
