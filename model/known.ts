import type { Instant } from './instant.ts'

/** Why a fact is not known: the call was refused, the answer was never exported, or its file is broken or cut off. */
export type Unread = 'refused' | 'not-exported' | 'broken' | 'incomplete'

/** A collected fact. `absent` was looked for and is not there; `unreadable` proves nothing and says why. */
export type Known<T> =
  | { readonly kind: 'present'; readonly value: T; readonly observedAt: Instant }
  | { readonly kind: 'absent'; readonly observedAt: Instant }
  | { readonly kind: 'unreadable'; readonly why: Unread; readonly reason: string }

/** Something that was not read: `what` names the answer (its estate path or call), `reason` is for people. */
export type Gap = { readonly what: string; readonly why: Unread; readonly reason: string }

/** Many facts of one kind. Empty without gaps = looked, and there are none. `observedAt` is the oldest of its answers. */
export type Collected<T> = { readonly values: readonly T[]; readonly gaps: readonly Gap[]; readonly observedAt: Instant }

export const present = <T>(value: T, observedAt: Instant): Known<T> => ({ kind: 'present', value, observedAt })
export const absent = (observedAt: Instant): Known<never> => ({ kind: 'absent', observedAt })
export const unreadable = (why: Unread, reason: string): Known<never> => ({ kind: 'unreadable', why, reason })
export const collected = <T>(values: readonly T[], observedAt: Instant, gaps: readonly Gap[] = []): Collected<T> => ({ values, gaps, observedAt })
export const isComplete = (collection: Collected<unknown>): boolean => collection.gaps.length === 0

/** The present value mapped; absent and unreadable stay what they are. */
export function mapKnown<T, U>(known: Known<T>, map: (value: T) => U): Known<U> {
  return known.kind === 'present' ? present(map(known.value), known.observedAt) : known
}
