import { z } from 'zod'
import type { JsonObject } from '../model/json.ts'
import type { Requester } from '../model/plan.ts'
import { changeSchema, tierSchema } from '../model/change.ts'
import { cloudSchema } from '../model/cloud.ts'
import type { EnvironmentTest } from '../model/views.ts'

/** What the scanner proposes: the draft and, in mode `propose`, the stored plan. An expected refusal is an answer. */
export const proposalSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true), plan: z.object({ id: z.string(), digest: z.string() }).nullable(), described: z.array(z.string()),
    draft: z.object({
      remediation: z.string(), cloud: cloudSchema, account: z.string(), title: z.string(), reason: z.string(), changes: z.array(changeSchema), inverse: z.array(changeSchema),
      irreversible: z.array(z.string()), apiCalls: z.array(z.string()), affects: z.array(z.string()), tier: tierSchema, reducesOnly: z.boolean(),
    }),
  }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
])
export type Proposal = z.infer<typeof proposalSchema>

export type ProposalRequest = { readonly tenant: string; readonly findingId: string; readonly remediation: string; readonly options: JsonObject; readonly requester: Requester; readonly reason?: string; readonly mode: 'preview' | 'propose' }

/**
 * What the server asks of Temporal: everything that needs a cloud or an estate runs on the scanner, never here. Every call throws WhittleError
 * `temporal.unavailable` while Temporal does not answer; nothing that people decided depends on it.
 */
export type Workflows = {
  readonly propose: (request: ProposalRequest) => Promise<Proposal>
  readonly testEnvironment: (tenant: string, environment: string) => Promise<EnvironmentTest>
  /** The running scan is asked to stop; nothing happens where none runs. */
  readonly cancelScan: (tenant: string, environment: string) => Promise<void>
}
