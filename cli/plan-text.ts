import type { PlanDetail, Preview } from '../model/views.ts'
import { minute, say } from './rows.ts'

/** What would change, as people read it. */
export function printPreview(preview: Pick<Preview, 'title' | 'reason' | 'tier' | 'changes' | 'apiCalls' | 'irreversible' | 'reducesOnly'>): void {
  say(`${preview.title} (${preview.tier} tier${preview.reducesOnly ? ', only takes permissions away' : ''})`)
  if (preview.reason !== '') say(preview.reason)
  for (const change of preview.changes) {
    say(`${change.kind} ${change.target}`)
    for (const line of change.diff) say(`  ${line.sign} ${line.text}`)
  }
  for (const call of preview.apiCalls) say(`call: ${call}`)
  for (const step of preview.irreversible) say(`cannot be undone: ${step}`)
}
export function printPlan(plan: PlanDetail): void {
  say(`plan ${plan.id} is ${plan.state}${plan.stateReason === null ? '' : `: ${plan.stateReason}`}`)
  printPreview(plan)
  say(`digest ${plan.digestPrefix} · asked by ${plan.requestedBy} · ${String(plan.approvals)} of ${String(plan.quorum)} approvals · until ${minute(plan.notAfter)} · can be undone until ${minute(plan.rollbackNotAfter)}`)
  for (const decision of plan.decisions) say(`${decision.by}: ${decision.decision}${decision.reason === '' ? '' : ` (${decision.reason})`} ${minute(decision.at)}`)
}
