import type { Instant } from './instant.ts'
import type { Gap } from './known.ts'

/**
 * What one vendor call answered: the unit of collection. Offline it is a file of the estate directory, live it is recorded by a collector,
 * and both are named by the same path without extension (CONTRACTS §1), e.g. `aws/100000000001/global/iam/get-account-summary`.
 */
export type Answer =
  | { readonly kind: 'present'; readonly pages: readonly unknown[]; readonly isComplete: boolean; readonly observedAt: Instant }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly observedAt: Instant }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'not-exported' }

/** Where answers come from. Synchronous: a source is read completely before it is interpreted. */
export type AnswerSource = {
  /** `estate.json` else the newest answer; ages are computed against it. */
  readonly asOf: Instant
  readonly read: (path: string) => Answer
  /** Path segments directly below `folder` ('' = root), decoded, sorted, without duplicates; folders and answers alike. */
  readonly list: (folder: string) => readonly string[]
}

/** A broken file: `position` is `line:column` or a JSON pointer. */
export type Problem = { readonly file: string; readonly position: string; readonly reason: string }

/** What interpreting answers gives: the cloud's part of the estate, what could not be read, what was broken. */
export type Interpreted<T> = { readonly value: T; readonly problems: readonly Problem[]; readonly unread: readonly Gap[] }

/** One kind of answer that a collector knows. The registry of these makes docs/estate.md, docs/permissions.md and the `--print-script`. */
export type AnswerKind = {
  /** Path with `<placeholders>`, e.g. `aws/<accountId>/global/iam/get-account-summary`. */
  readonly path: string
  /** The vendor CLI command that prints it, with the same placeholders. */
  readonly command: string
  /** Exact permissions that the call needs. */
  readonly permissions: readonly string[]
  /** Error codes of this call that mean *absent*; every other code is *unreadable*. */
  readonly absentCodes: readonly string[]
  readonly why: string
}
