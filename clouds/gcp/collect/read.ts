import type { z } from 'zod'
import type { AnswerSource, Problem } from '../../../model/answer.ts'
import type { Instant } from '../../../model/instant.ts'
import { absent, type Collected, collected, type Gap, type Known, present, unreadable } from '../../../model/known.ts'
import { absentCodesOf } from './answer-kinds.ts'

/** What one reading of a source has met so far; filled by `readList` and `readOne`. */
export type Reading = { readonly source: AnswerSource; readonly problems: Problem[]; readonly unread: Gap[] }

type Asked<S extends z.ZodType, T> = {
  readonly path: string
  /** The field that the API's own list answer keeps its items in; gcloud prints the bare list. */
  readonly field: string
  readonly shape: S
  readonly toValue: (item: z.output<S>, observedAt: Instant) => T
}

/** The items of a list answer, as gcloud prints them (a list) or the API answers (`{ <field>: […] }`). A broken item is a problem with its JSON pointer and leaves a gap; the others are kept. */
export function readList<S extends z.ZodType, T>(reading: Reading, { path, field, shape, toValue }: Asked<S, T>): Collected<T> {
  const answer = reading.source.read(path)
  const missing = (why: Gap['why'], reason: string): Collected<T> => {
    const gap = { what: path, why, reason }
    reading.unread.push(gap)
    return collected<T>([], reading.source.asOf, [gap])
  }
  switch (answer.kind) {
    case 'not-exported': return missing('not-exported', `\`${path}.json\` was not exported`)
    case 'broken': return missing('broken', answer.reason)
    case 'error': return absentCodesOf(path).includes(answer.code) ? collected<T>([], answer.observedAt) : missing('refused', `\`${answer.code}\`: ${answer.message}`)
    case 'present': {
      const values: T[] = []
      const gaps: Gap[] = []
      const fail = (page: number, position: string, reason: string): void => {
        reading.problems.push({ file: `${path}${answer.pages.length > 1 ? `.${page + 1}` : ''}.json`, position: position === '' ? '/' : position, reason })
        gaps.push({ what: path, why: 'broken', reason: `${position === '' ? 'the answer' : `\`${position}\``} is not what the call answers` })
      }
      answer.pages.forEach((page, number) => {
        const list = itemsOf(page, field)
        if (list === null) { fail(number, '', `is neither a list nor an object with a list \`${field}\``); return }
        list.items.forEach((item, index) => {
          const parsed = shape.safeParse(item)
          if (parsed.success) values.push(toValue(parsed.data, answer.observedAt))
          else fail(number, `${list.pointer}/${index}${pointerOf(parsed.error)}`, parsed.error.issues[0]?.message ?? 'has another shape')
        })
      })
      if (!answer.isComplete) gaps.push({ what: path, why: 'incomplete', reason: 'not every page was read' })
      reading.unread.push(...gaps.slice(0, 1))
      return collected(values, answer.observedAt, gaps)
    }
  }
}

/** The value of an answer that is one object. */
export function readOne<S extends z.ZodType, T>(reading: Reading, { path, shape, toValue }: Omit<Asked<S, T>, 'field'>): Known<T> {
  const answer = reading.source.read(path)
  const missing = (why: Gap['why'], reason: string): Known<T> => {
    reading.unread.push({ what: path, why, reason })
    return unreadable(why, reason)
  }
  switch (answer.kind) {
    case 'not-exported': return missing('not-exported', `\`${path}.json\` was not exported`)
    case 'broken': return missing('broken', answer.reason)
    case 'error': return absentCodesOf(path).includes(answer.code) ? absent(answer.observedAt) : missing('refused', `\`${answer.code}\`: ${answer.message}`)
    case 'present': {
      const parsed = shape.safeParse(answer.pages[0])
      if (parsed.success) return present(toValue(parsed.data, answer.observedAt), answer.observedAt)
      const reason = parsed.error.issues[0]?.message ?? 'has another shape'
      reading.problems.push({ file: `${path}.json`, position: pointerOf(parsed.error) || '/', reason })
      return missing('broken', `\`${path}.json\` is not what the call answers`)
    }
  }
}

/** The list and where it stands: the page itself, its `field`, or the page as the only item (`describe` prints one object). */
function itemsOf(page: unknown, field: string): { readonly items: readonly unknown[]; readonly pointer: string } | null {
  if (Array.isArray(page)) return { items: page, pointer: '' }
  if (typeof page !== 'object' || page === null) return null
  const fields = new Map<string, unknown>(Object.entries(page))
  const list = fields.get(field)
  if (Array.isArray(list)) return { items: list, pointer: `/${field}` }
  return fields.size === 0 || fields.has('nextPageToken') ? { items: [], pointer: '' } : null // because Google leaves empty lists out
}

const pointerOf = (error: z.ZodError): string => (error.issues[0]?.path ?? []).map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
