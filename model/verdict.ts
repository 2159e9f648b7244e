import type { Gap } from './known.ts'

/** Where a reason stands: the policy (or binding) and the statement in it. `policy` is a vendor id; `statement` its Sid, index or name. */
export type Source = { readonly policy: string; readonly statement: string }

/** The answer to "may P do A on R?" (CONTRACTS §4). `unread` names guardrails and resource policies that were not read and could deny. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly because: readonly Source[]; readonly unread: readonly Gap[] }
  | { readonly kind: 'conditional'; readonly because: readonly Source[]; readonly when: readonly string[]; readonly unread: readonly Gap[] }
  | { readonly kind: 'denied'; readonly how: 'implicit' | 'explicit'; readonly by: readonly Source[] }
  | { readonly kind: 'unknown'; readonly missing: readonly Gap[] }
