import { z } from 'zod'
import { changeSchema, tierSchema } from './change.ts'
import { cloudSchema } from './cloud.ts'
import { instantSchema } from './instant.ts'
import { jsonObjectSchema } from './json.ts'

export const planStates = ['proposed', 'awaiting-approval', 'approved', 'executing', 'applied', 'effective', 'watching', 'closed',
  'rejected', 'expired', 'cancelled', 'refused', 'rolled-back', 'partial-needs-human'] as const
export type PlanState = (typeof planStates)[number]
export const planStateSchema = z.enum(planStates)
/** States that a plan does not leave by itself; `effective` and `closed` may still be rolled back until `rollbackNotAfter`. */
export const endedPlanStates: readonly PlanState[] = ['effective', 'closed', 'rejected', 'expired', 'cancelled', 'refused', 'rolled-back', 'partial-needs-human']

/** Which state may follow which (CONTRACTS §5). The store refuses every other move. */
export const planMoves: Readonly<Record<PlanState, readonly PlanState[]>> = {
  proposed: ['awaiting-approval', 'refused', 'cancelled', 'expired'],
  'awaiting-approval': ['approved', 'rejected', 'expired', 'cancelled', 'refused'],
  approved: ['executing', 'expired', 'cancelled', 'refused'],
  executing: ['applied', 'refused', 'rolled-back', 'partial-needs-human', 'expired'],
  applied: ['effective', 'rolled-back', 'partial-needs-human'],
  effective: ['watching', 'closed', 'rolled-back', 'partial-needs-human'],
  watching: ['closed', 'rolled-back', 'partial-needs-human'],
  closed: ['rolled-back', 'partial-needs-human'],
  rejected: [], expired: [], cancelled: [], refused: [], 'rolled-back': [],
  'partial-needs-human': ['rolled-back', 'effective'],
}

export const requesterSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), userId: z.string() }),
  z.strictObject({ kind: z.literal('playbook'), playbookId: z.string(), digest: z.string() }),
])
export type Requester = z.infer<typeof requesterSchema>

/** CONTRACTS §6. What is hashed is this object whole; the digest is not part of it. `inverse` undoes `changes` in reverse order. */
export const planSchema = z.strictObject({
  id: z.ulid(), tenant: z.string(), environment: z.string(), cloud: cloudSchema, account: z.string(), requester: requesterSchema,
  findings: z.array(z.string()), remediation: z.string(), options: jsonObjectSchema, title: z.string(), reason: z.string(),
  playbook: z.strictObject({ id: z.string(), digest: z.string(), lastEditor: z.string().nullable() }).nullable(),
  approvalPolicy: z.strictObject({ digest: z.string(), quorum: z.number().int().min(1), eligible: z.array(z.string()) }),
  budgetClass: z.string(), tier: tierSchema, changes: z.array(changeSchema).min(1), inverse: z.array(changeSchema),
  irreversible: z.array(z.string()), reducesOnly: z.boolean(), apiCalls: z.array(z.string()), affects: z.array(z.string()),
  createdAt: instantSchema, notAfter: instantSchema, rollbackNotAfter: instantSchema,
})
export type Plan = z.infer<typeof planSchema>

/** What a remediation proposes: everything of a plan that does not depend on who asks, when, and under which policy. */
export type Draft = Pick<Plan, 'remediation' | 'cloud' | 'account' | 'title' | 'reason' | 'changes' | 'inverse' | 'irreversible' | 'apiCalls' | 'affects' | 'tier' | 'reducesOnly'>
