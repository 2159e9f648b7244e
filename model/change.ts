import { z } from 'zod'
import { type Json, jsonSchema } from './json.ts'

export const changeKinds = ['aws.access-key.status', 'azure.role-assignment', 'gcp.policy-binding'] as const
export type ChangeKind = (typeof changeKinds)[number]
export const changeKindSchema = z.enum(changeKinds)

/**
 * One change of one target to an absolute state. `target` names the object with its vendor id, unique within the account; `before` and `after`
 * are canonical states of the kind (null = not there); `base` = SHA-256 hex of the canonical `before` with what it refers to.
 */
export const changeSchema = z.strictObject({
  kind: changeKindSchema, target: z.string().min(1).max(2048), before: jsonSchema, after: jsonSchema, base: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Change = { readonly kind: ChangeKind; readonly target: string; readonly before: Json; readonly after: Json; readonly base: string }

export type Tier = 'low' | 'medium' | 'high'
export const tierSchema = z.enum(['low', 'medium', 'high'])

/** What everyone must know of one kind of change without touching a cloud: pure. One per kind, in `clouds/<c>/change/<object>.ts`. */
export type ChangeKindAbout = {
  readonly kind: ChangeKind
  /** Exact cloud permissions that reading and writing (and undoing) needs. */
  readonly permissions: readonly string[]
  readonly isReversible: boolean
  /** The canonical form: what is hashed and compared; volatile fields (last used, etag, timestamps) gone, lists sorted. @throws WhittleError `change.refused` on a state it does not know */
  readonly canonical: (state: Json) => Json
  /** The computed tier of this one change (CONTRACTS §6). */
  readonly tier: (change: Change) => Tier
  /** True where the change can only take permissions away. */
  readonly reducesOnly: (change: Change) => boolean
  /** One sentence for people: what will be different. */
  readonly describe: (change: Change) => string
  /** The exact API calls, in order, as people read them. */
  readonly apiCalls: (change: Change) => readonly string[]
  /** Ids (as in Principal.id and .subjectId) of every principal that the change touches: for the protected set and separation of duties. */
  readonly affects: (change: Change) => readonly string[]
}

/** Reads and writes one kind of target in one environment. Live through the SDK, or on the sandbox's files; the executor knows no more of clouds than this. */
export type ChangeDriver = {
  /** Live canonical state with what it refers to; null where the target is not there. @throws WhittleError cloud.* */
  readonly read: (target: string) => Promise<Json>
  /** Sets the absolute state `change.after`, given that `change.before` was just read; succeeds when it is so already. One attempt, ≤ 30 s. @throws WhittleError cloud.*, `cloud.conflict` on a lost race */
  readonly write: (change: Change) => Promise<void>
}
