import type { Plan } from '../model/plan.ts'

/** `ids`: principals that are never changed: our own scanner and executor identities, the break-glass list, organization and root identities. */
export type ProtectedSet = { readonly ids: ReadonlySet<string>; readonly administratorsLeft: (without: readonly string[]) => number | null }

/**
 * Null when the plan may run, else why not: it changes a protected identity, or touches an administrator and fewer than two of the account would remain. A number of
 * administrators that is not known (null) refuses only plans that can touch one: the high tier.
 */
export function protectedRefusal(set: ProtectedSet, plan: Plan): string | null {
  const hit = plan.affects.find((id) => set.ids.has(id))
  if (hit !== undefined) return `\`${hit}\` is protected: Whittle never changes it. Take it off the list in whittle.yaml or change it by hand`
  const left = set.administratorsLeft(plan.affects)
  if (left === null) return plan.tier === 'high' ? 'how many administrators would remain is not known: scan the account first' : null
  return left < 2 && left < (set.administratorsLeft([]) ?? Infinity) ? `only ${left} administrators would remain in account \`${plan.account}\`: Whittle keeps the last two` : null
}
