import { type Approver, type AuthStrength, hasRole } from '../model/approval.ts'
import type { Plan } from '../model/plan.ts'
import { err, ok, type Result } from '../model/result.ts'

export type Refusal = { readonly code: 'approval.not-allowed' | 'approval.needs-step-up'; readonly reason: string }
const refuse = (reason: string): Result<never, Refusal> => err({ code: 'approval.not-allowed', reason })

/** Who stands behind a plan, as subjects of the identity provider: two accounts of one person have one subject. `ownerSubjects` = who owns the identities that it changes. */
export type People = { readonly requesterSubject: string | null; readonly editorSubject: string | null; readonly ownerSubjects?: readonly string[] }

/**
 * Whether this person's approval counts for this plan (CONTRACTS §6): an active approver of the plan's tenant, eligible under its policy, who neither asked for
 * it, nor last edited its playbook, nor is the identity that it changes;
 * who merely owns that identity may where the change only takes permissions away. High tier needs WebAuthn over this very plan.
 */
export function mayApprove(plan: Plan, approver: Approver, strength: AuthStrength, others: People): Result<null, Refusal> {
  if (approver.tenant !== plan.tenant) return refuse('you belong to another tenant')
  if (!approver.isActive) return refuse('your account is disabled')
  if (!hasRole(approver.role, 'approver')) return refuse('your role may not approve: it takes `approver` or `admin`')
  if (plan.approvalPolicy.eligible.length > 0 && !plan.approvalPolicy.eligible.includes(approver.userId)) return refuse('the approval policy of this plan does not name you')
  if (plan.requester.kind === 'person' && (plan.requester.userId === approver.userId || others.requesterSubject === approver.subject)) return refuse('you asked for this change: another person must approve it')
  if (plan.playbook !== null && plan.playbook.lastEditor !== null && (plan.playbook.lastEditor === approver.userId || others.editorSubject === approver.subject)) return refuse('you last edited the playbook behind this change: another person must approve it')
  if (approver.identities.some((identity) => plan.affects.includes(identity))) return refuse('this change is about your own identity: another person must approve it')
  if (!plan.reducesOnly && others.ownerSubjects?.includes(approver.subject) === true) return refuse('you own the identity that this change gives more to: another person must approve it')
  if (plan.tier === 'high' && strength !== 'step-up') return err({ code: 'approval.needs-step-up', reason: 'needs WebAuthn step-up: this plan is in the high tier, which cannot be approved yet' })
  return ok(null)
}

/** Whether distinct people reach the plan's quorum. Two accounts with one subject count once. */
export const reachesQuorum = (plan: Plan, subjects: readonly string[]): boolean => new Set(subjects).size >= plan.approvalPolicy.quorum
