import { daysAfter, instant } from '../../model/instant.ts'

/** The time of every invented estate in tests. */
export const now = instant('2026-02-01T00:00:00Z')
export const daysBefore = (days: number) => daysAfter(now, -days)
