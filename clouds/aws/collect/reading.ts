import type { z } from 'zod'
import type { AnswerSource, Problem } from '../../../model/answer.ts'
import { type Instant, instantOf } from '../../../model/instant.ts'
import { type Gap, type Known, unreadable } from '../../../model/known.ts'

/** What interpreting finds broken or missing on the way. One per interpretation; filled, then frozen into `Interpreted`. */
export type Reading = { readonly source: AnswerSource; readonly problems: Problem[]; readonly unread: Gap[] }

/** A whole answer: its pages with the file each came from, or why there is none. */
export type Opened =
  | { readonly kind: 'present'; readonly pages: readonly Page[]; readonly gaps: readonly Gap[]; readonly observedAt: Instant }
  | { readonly kind: 'absent'; readonly observedAt: Instant }
  | { readonly kind: 'missing'; readonly gap: Gap }
export type Page = { readonly file: string; readonly value: unknown }
export type Entry<T> = { readonly value: T; readonly file: string; readonly pointer: string }

/** The answer at `path`. Error codes in `absentCodes` mean that the thing is not there; every other is a refusal. */
export function open(reading: Reading, path: string, absentCodes: readonly string[] = []): Opened {
  const answer = reading.source.read(path)
  switch (answer.kind) {
    case 'present': {
      const pages = answer.pages.map((value, index) => ({ file: answer.pages.length === 1 ? `${path}.json` : `${path}.${index + 1}.json`, value }))
      const gaps: Gap[] = answer.isComplete ? [] : [{ what: path, why: 'incomplete', reason: `\`${path}\` has more pages than were read` }]
      return { kind: 'present', pages, gaps, observedAt: answer.observedAt }
    }
    case 'error':
      if (absentCodes.includes(answer.code)) return { kind: 'absent', observedAt: answer.observedAt }
      return { kind: 'missing', gap: { what: path, why: 'refused', reason: `\`${path}\` was refused: ${answer.code}` } }
    case 'broken': return { kind: 'missing', gap: { what: path, why: 'broken', reason: answer.reason } }
    case 'not-exported': return { kind: 'missing', gap: { what: path, why: 'not-exported', reason: `\`${path}\` was not exported` } }
  }
}

/** As `open`, and what is missing is noted as unread. */
export function openNoted(reading: Reading, path: string, absentCodes: readonly string[] = []): Opened {
  const opened = open(reading, path, absentCodes)
  if (opened.kind === 'missing') reading.unread.push(opened.gap)
  if (opened.kind === 'present') reading.unread.push(...opened.gaps)
  return opened
}

/** The one object that a single-page answer holds, as a known fact. */
export function openOne<T>(reading: Reading, path: string, options: { readonly schema: z.ZodType<T>; readonly absentCodes?: readonly string[]; readonly isNoted?: boolean }): Known<T> {
  const opened = (options.isNoted === false ? open : openNoted)(reading, path, options.absentCodes)
  if (opened.kind === 'absent') return opened
  if (opened.kind === 'missing') return unreadable(opened.gap.why, opened.gap.reason)
  const [first] = opened.pages
  const parsed = options.schema.safeParse(first?.value)
  if (parsed.success) return { kind: 'present', value: parsed.data, observedAt: opened.observedAt }
  const problem = problemOf(first?.file ?? path, '', parsed.error)
  reading.problems.push(problem)
  return unreadable('broken', `\`${problem.file}\` at \`${problem.position}\` ${problem.reason}`)
}

/** Every element of the list `field` over all pages; one that does not fit becomes a problem and a gap, the others stay. */
export function entriesOf<T>(reading: Reading, opened: Opened, field: string, schema: z.ZodType<T>): { entries: readonly Entry<T>[]; gaps: readonly Gap[] } {
  if (opened.kind === 'missing') return { entries: [], gaps: [opened.gap] }
  if (opened.kind === 'absent') return { entries: [], gaps: [] }
  const entries: Entry<T>[] = []
  const gaps: Gap[] = [...opened.gaps]
  const complain = (problem: Problem): void => {
    reading.problems.push(problem)
    gaps.push({ what: `${problem.file}#${problem.position}`, why: 'broken', reason: `\`${problem.file}\` at \`${problem.position}\` ${problem.reason}` })
  }
  for (const { file, value } of opened.pages) {
    const list = fieldOf(value, field)
    if (!Array.isArray(list)) {
      complain({ file, position: `/${field}`, reason: list === undefined ? 'is missing' : 'is no list' })
      continue
    }
    list.forEach((element: unknown, index) => {
      const pointer = `/${field}/${index}`
      const parsed = schema.safeParse(element)
      if (parsed.success) entries.push({ value: parsed.data, file, pointer })
      else complain(problemOf(file, pointer, parsed.error))
    })
  }
  return { entries, gaps }
}

/** The field of a value that may be anything. */
export function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(field) : undefined
}

export function problemOf(file: string, pointer: string, error: z.ZodError): Problem {
  const issue = error.issues[0]
  const path = (issue?.path ?? []).map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { file, position: pointer + path || '/', reason: (issue?.message ?? 'does not fit').toLowerCase() }
}

/** A time older than any fact: for collections of which nothing was read. */
export const never: Instant = instantOf(0)
