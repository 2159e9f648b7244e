import { z } from 'zod'

/** ISO-8601 UTC timestamp with milliseconds, e.g. `2026-02-01T00:00:00.000Z`. A string because every model value crosses JSON. */
export type Instant = string & { readonly __brand: 'Instant' }

const DAY_MS = 86_400_000

/** The instant that `text` names. @throws RangeError on text that is no date: use `instantSchema` at a boundary. */
export const instant = (text: string): Instant => instantOf(Date.parse(text))

/** The instant `ms` milliseconds after the epoch. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- because this is the one place that makes an Instant
export const instantOf = (ms: number): Instant => new Date(ms).toISOString() as Instant

/** Accepts every date that `Date.parse` reads and gives an `Instant`. */
export const instantSchema = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is not a date').transform(instant)

/** Whole days from `from` to `to`, rounded down; negative when `to` is earlier. */
export const daysBetween = (from: Instant, to: Instant): number => Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS)

/** The instant `days` days after `from` (before it when negative). */
export const daysAfter = (from: Instant, days: number): Instant => instantOf(Date.parse(from) + days * DAY_MS)
export const secondsAfter = (from: Instant, seconds: number): Instant => instantOf(Date.parse(from) + seconds * 1000)
