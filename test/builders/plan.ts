import { canonicalHash } from '../../clouds/canonical.ts'
import type { Approval } from '../../model/approval.ts'
import type { Change } from '../../model/change.ts'
import { daysAfter, instant } from '../../model/instant.ts'
import type { Json } from '../../model/json.ts'
import type { Plan } from '../../model/plan.ts'

export const planMadeAt = instant('2026-02-01T00:00:00Z')

export const keyTarget = (user: string): string => `arn:aws:iam::100000000001:user/${user}#AKIAEXAMPLE0000000001`
/** `before` becomes `after`; the base is the hash of `before`, as the change kinds compute it. */
export const changeOf = (target: string, before: Json, after: Json): Change => ({ kind: 'aws.access-key.status', target, before, after, base: canonicalHash(before) })

/** A plan with matching bases and inverse, made at `planMadeAt`: deactivates the key of `user`. */
export function keyPlan(over: Partial<Plan> = {}, user = 'deploy'): Plan {
  const active = { status: 'Active', userId: 'AIDAEXAMPLE0000000001' }
  const inactive = { status: 'Inactive', userId: 'AIDAEXAMPLE0000000001' }
  return {
    id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', tenant: 'default', environment: 'sandbox', cloud: 'aws', account: '100000000001', requester: { kind: 'person', userId: 'u-requester' },
    findings: ['f_0123456789abcdef01234567'], remediation: 'deactivate-access-key', options: {}, title: 'Deactivate an unused access key', reason: 'idle for 200 days', playbook: null,
    approvalPolicy: { digest: canonicalHash({ quorum: 1 }), quorum: 1, eligible: [] }, budgetClass: 'default', tier: 'low',
    changes: [changeOf(keyTarget(user), active, inactive)], inverse: [changeOf(keyTarget(user), inactive, active)], irreversible: [], reducesOnly: true,
    apiCalls: [`iam:UpdateAccessKey UserName=${user} Status=Inactive`], affects: [`arn:aws:iam::100000000001:user/${user}`, 'AIDAEXAMPLE0000000001'],
    createdAt: planMadeAt, notAfter: daysAfter(planMadeAt, 3), rollbackNotAfter: daysAfter(planMadeAt, 10), ...over,
  }
}

export const approvalOf = (plan: Plan, planDigest: string, over: Partial<Approval> = {}): Approval => ({
  planDigest, planId: plan.id, tenant: plan.tenant, approver: 'u-approver', authStrength: 'session', decision: 'approve', reason: '', policyVersion: plan.approvalPolicy.digest,
  nonce: 'nonce-0123456789abcdef', issuedAt: plan.createdAt, notAfter: plan.notAfter, ...over,
})
