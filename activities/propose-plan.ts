import { ulid } from 'ulid'
import { canonicalText, sha256 } from '../kernel/plan-digest.ts'
import { WhittleError } from '../model/error.ts'
import type { JsonObject } from '../model/json.ts'
import { daysBetween, type Instant, secondsAfter } from '../model/instant.ts'
import { durationSeconds } from '../model/playbook.ts'
import type { Draft, Plan, Requester } from '../model/plan.ts'
import { answerSource } from '../store/answers.ts'
import { databaseNow, type Db, withTenant } from '../store/db.ts'
import { findingById, findingOf, type StoredFinding } from '../store/findings.ts'
import { type StoredPlan, plansOfFinding, proposePlan as storePlan } from '../store/plans.ts'
import { runById, setRunState, type StoredRun } from '../store/runs.ts'
import type { ProposeAnswer, RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

type Refused = Extract<ProposeAnswer, { ok: false }>
type Drafted = { readonly ok: true; readonly draft: Draft; readonly finding: StoredFinding }
const refuse = (code: string, message: string): Refused => ({ ok: false, code, message })
const daysUntouched = 30

/** What the remediation would change on the estate as it was last collected; the plan is stored where it is asked for, or the live one that changes the same target is answered. */
export const proposePlan = (deps: ScannerDeps): RunActivities['proposePlan'] => async (input) => {
  const drafted = await draftOf(deps, input)
  if (!drafted.ok) return drafted
  const described = drafted.draft.changes.map(deps.describe)
  if (input.mode === 'preview') return { ok: true, plan: null, draft: drafted.draft, described }
  const stored = await withTenant(deps.store, input.tenant, async (db) => {
    const plan = planOf(deps, drafted, { ...input, playbook: null, run: null, waitSeconds: durationSeconds(deps.config.approvals.wait), now: await databaseNow(db) })
    return storePlan(db, plan, null)
  })
  return { ok: true, plan: { id: stored.plan.id, digest: stored.plan.digest }, draft: drafted.draft, described }
}

/** The plan that a run asks about: once a run, whatever is retried. */
export const proposeForRun = (deps: ScannerDeps): RunActivities['proposeForRun'] => async ({ tenant, runId, remediation, options, waitSeconds }) => {
  const run = await withTenant(deps.store, tenant, (db) => runById(db, tenant, runId))
  if (run === null) throw new WhittleError('run.not-found', `there is no run \`${runId}\``)
  if (run.planId !== null) return { planId: run.planId }
  const chosen = chosenOf(run)
  const requester: Requester = run.requestedBy === null ? { kind: 'playbook', playbookId: run.playbookId, digest: run.digest } : { kind: 'person', userId: run.requestedBy }
  const drafted = await draftOf(deps, { tenant, findingId: run.findingId, remediation: chosen.remediation ?? remediation, options: { ...options, ...chosen.options }, requester })
  if (!drafted.ok) return { refused: drafted.message }
  const stored = await withTenant(deps.store, tenant, async (db) => {
    const refusal = requester.kind === 'playbook' ? await tooSoon(db, tenant, drafted) : null
    if (refusal !== null) return refusal
    const plan = planOf(deps, drafted, { tenant, requester, options: { ...options, ...chosen.options }, playbook: { id: run.playbookId, digest: run.digest, lastEditor: null }, run, waitSeconds, now: await databaseNow(db) })
    const proposed = await storePlan(db, plan, runId)
    await setRunState(db, tenant, runId, { state: 'running', reason: null, planId: proposed.plan.id })
    return proposed.plan
  })
  return typeof stored === 'string' ? { refused: stored } : { planId: stored.id }
}

type Wanted = { readonly tenant: string; readonly findingId: string; readonly remediation: string | null; readonly options: JsonObject; readonly requester: Requester }

async function draftOf(deps: ScannerDeps, wanted: Wanted): Promise<Drafted | Refused> {
  const { tenant, findingId } = wanted
  const finding = await withTenant(deps.store, tenant, (db) => findingById(db, tenant, findingId))
  if (finding === null) return refuse('finding.not-found', `there is no risk \`${findingId.slice(0, 80)}\``)
  if (finding.state === 'resolved') return refuse('plan.refused', 'this risk is resolved already: there is nothing to fix')
  const id = wanted.remediation ?? finding.fixes[0] ?? null
  const remediation = deps.remediations.find((candidate) => candidate.id === id)
  if (id === null || !remediation || !finding.fixes.includes(id)) return refuse('plan.refused', `\`${(id ?? 'no remediation').slice(0, 80)}\` is no fix of this risk: choose one of ${finding.fixes.map((fix) => `\`${fix}\``).join(', ') || 'none: fix it by hand'}`)
  const estate = deps.interpret(await withTenant(deps.store, tenant, (db) => answerSource(db, tenant, finding.environment)))
  const draft = remediation.propose(findingOf(finding), estate, wanted.options)
  if (!draft.ok) return refuse('plan.refused', draft.error)
  const hit = draft.value.affects.find((affected) => [...deps.config.protected.breakGlass, ...deps.config.protected.ownRoles].includes(affected))
  if (hit !== undefined) return refuse('plan.refused', `\`${hit}\` is protected: Whittle never changes it. Take it off the list in whittle.yaml or change it by hand`)
  return { ok: true, draft: draft.value, finding }
}

type Asked = { readonly tenant: string; readonly requester: Requester; readonly options: JsonObject; readonly playbook: Plan['playbook']; readonly run: StoredRun | null; readonly waitSeconds: number; readonly now: Instant; readonly reason?: string | undefined }

function planOf(deps: ScannerDeps, { draft, finding }: Drafted, asked: Asked): Plan {
  const policy = { quorum: deps.config.approvals.quorum, eligible: [] }
  const { reason, ...drafted } = draft
  return {
    ...drafted, reason: asked.reason === undefined || asked.reason === '' ? reason : `${reason} — ${asked.reason}`,
    id: ulid(), tenant: asked.tenant, environment: finding.environment, requester: asked.requester, findings: [finding.id], options: asked.options, playbook: asked.playbook,
    approvalPolicy: { digest: sha256(canonicalText(policy)), ...policy }, budgetClass: 'default',
    createdAt: asked.now, notAfter: secondsAfter(asked.now, asked.waitSeconds), rollbackNotAfter: secondsAfter(asked.now, asked.waitSeconds + durationSeconds(deps.config.approvals.rollback)),
  }
}

/** After somebody said no, or took it back, no trigger proposes the same again for a while, unless the evidence changed since (CONTRACTS §5). */
async function tooSoon(db: Db, tenant: string, { finding }: Drafted): Promise<string | null> {
  const now = await databaseNow(db)
  const before = (await plansOfFinding(db, tenant, finding.id)).find((plan: StoredPlan) => (plan.state === 'rejected' || plan.state === 'rolled-back') && daysBetween(plan.updatedAt, now) < daysUntouched)
  return before === undefined ? null : `a fix of this risk was ${before.state === 'rejected' ? 'rejected' : 'undone'} less than ${String(daysUntouched)} days ago: a person may ask again`
}

function chosenOf(run: StoredRun): { remediation: string | null; options: JsonObject } {
  const { remediation, options } = run.options
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  return { remediation: typeof remediation === 'string' ? remediation : null, options: isObject ? Object.fromEntries(Object.entries(options)) : {} }
}
