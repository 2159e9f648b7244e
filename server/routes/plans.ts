import { api } from '../../model/api.ts'
import { errorCodes, type ErrorCode, WhittleError } from '../../model/error.ts'
import { cancelPlan, decide, mintNonce, requestUndo } from '../../store/decisions.ts'
import { planPage, userNames } from '../../store/plan-reading.ts'
import { planById } from '../../store/plans.ts'
import { listedPlan, planDetail, withDiff } from '../plan-view.ts'
import { serve } from '../serve.ts'
import type { Proposal } from '../workflows.ts'
import { asCaller, type RouteDeps } from './context.ts'

const isCode = (text: string): text is ErrorCode => errorCodes.some((code) => code === text)
function accepted(proposal: Proposal): Extract<Proposal, { ok: true }> {
  if (proposal.ok) return proposal
  throw new WhittleError(isCode(proposal.code) ? proposal.code : 'plan.refused', proposal.message)
}

/** Plans: asked for on the scanner, which has the estate; decided here, in one transaction of the store. */
export const planRoutes = (deps: RouteDeps) => ({
  previewFix: serve(api.previewFix, async ({ caller, param }) => {
    const { draft } = accepted(await deps.workflows.propose({ tenant: caller.tenant, findingId: param('id'), remediation: param('remediation'), options: {}, requester: { kind: 'person', userId: caller.userId }, mode: 'preview' }))
    return { ...draft, changes: draft.changes.map(withDiff) }
  }),
  requestPlan: serve(api.requestPlan, async ({ caller, body }) => {
    const { plan } = accepted(await deps.workflows.propose({ tenant: caller.tenant, findingId: body.finding, remediation: body.remediation, options: body.options, reason: body.reason, requester: { kind: 'person', userId: caller.userId }, mode: 'propose' }))
    if (plan === null) throw new WhittleError('internal', 'the plan was proposed but not stored')
    return { id: plan.id }
  }),
  plans: serve(api.plans, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const names = await userNames(db, tenant)
    const page = await planPage(db, tenant, { states: query.state ?? [], requester: query.mine === 'true' ? caller.userId : null }, { cursor: query.cursor, limit: query.limit })
    return { next: page.next, rows: page.rows.map((record) => listedPlan(record, names)) }
  })),
  plan: serve(api.plan, ({ caller, param }) => asCaller(deps, caller, (db) => planDetail(db, caller, param('id')))),
  planNonce: serve(api.planNonce, ({ caller, param }) => asCaller(deps, caller, async (db, tenant) => {
    const { id, digest } = await planById(db, tenant, param('id'))
    return { nonce: await mintNonce(db, tenant, { planId: id, digest }), digest }
  })),
  decide: serve(api.decide, ({ caller, param, body }) => asCaller(deps, caller, async (db, tenant) => {
    await decide(db, deps.signer, { tenant, planId: param('id'), planDigest: body.digest, userId: caller.userId, authStrength: caller.authStrength, decision: body.decision, reason: body.reason, nonce: body.nonce })
    return planDetail(db, caller, param('id'))
  })),
  undo: serve(api.undo, ({ caller, param, body }) => asCaller(deps, caller, async (db, tenant) => {
    await requestUndo(db, tenant, { planId: param('id'), userId: caller.userId, reason: body.reason, nonce: body.nonce, planDigest: body.digest })
    return planDetail(db, caller, param('id'))
  })),
  cancelPlan: serve(api.cancelPlan, ({ caller, param, body }) => asCaller(deps, caller, async (db, tenant) => {
    await cancelPlan(db, tenant, { planId: param('id'), userId: caller.userId, reason: body.reason })
    return planDetail(db, caller, param('id'))
  })),
})
