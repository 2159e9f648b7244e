import { daysAfter, type Instant, secondsAfter } from '../model/instant.ts'

/** One write that counts: a person's undo does not. `identity` = what it changed. */
export type CountedWrite = { readonly account: string; readonly identity: string; readonly writtenAt: Instant }
export type Budget = { readonly writesPerAccountAndHour: number; readonly identitiesPerDay: number; readonly shareOfIdentitiesPerDay: number }
export const defaultBudget: Budget = { writesPerAccountAndHour: 10, identitiesPerDay: 5, shareOfIdentitiesPerDay: 0.05 }

/**
 * Null when one more write fits, else why not and when it will: at most `writesPerAccountAndHour` in any hour, and in any day the larger of
 * `identitiesPerDay` and the share of all identities of the account.
 */
export function budgetRefusal(budget: Budget, past: readonly CountedWrite[], next: { account: string; identity: string; identitiesInAccount: number }, now: Instant): { reason: string; freeAt: Instant } | null {
  const mine = past.filter((write) => write.account === next.account)
  const lastHour = mine.filter((write) => write.writtenAt > secondsAfter(now, -3600))
  if (lastHour.length >= budget.writesPerAccountAndHour) return { reason: `the budget of ${budget.writesPerAccountAndHour} writes an hour in account \`${next.account}\` is used up`, freeAt: secondsAfter(oldest(lastHour), 3600) }
  const lastDay = mine.filter((write) => write.writtenAt > daysAfter(now, -1))
  const identities = new Set(lastDay.map((write) => write.identity))
  const most = Math.max(budget.identitiesPerDay, Math.floor(next.identitiesInAccount * budget.shareOfIdentitiesPerDay))
  if (!identities.has(next.identity) && identities.size >= most) return { reason: `the budget of ${most} identities a day in account \`${next.account}\` is used up`, freeAt: daysAfter(oldest(lastDay), 1) }
  return null
}

const oldest = (writes: readonly CountedWrite[]): Instant => writes.map(({ writtenAt }) => writtenAt).reduce((first, writtenAt) => (writtenAt < first ? writtenAt : first))

/** A window in which nothing is written, whatever was approved. */
export type Freeze = { readonly from: Instant; readonly until: Instant; readonly reason: string }
export const freezeAt = (freezes: readonly Freeze[], now: Instant): Freeze | null => freezes.find((freeze) => freeze.from <= now && now < freeze.until) ?? null
