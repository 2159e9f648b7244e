import type { z } from 'zod'
import type { AnswerSource, Problem } from '../../../model/answer.ts'
import type { Instant } from '../../../model/instant.ts'
import { type Collected, collected, type Gap } from '../../../model/known.ts'
import { absentCodesOf } from './answer-kinds.ts'

/** What one reading of a source has met so far; filled by `readList`. */
export type Reading = { readonly source: AnswerSource; readonly problems: Problem[]; readonly unread: Gap[] }

/**
 * The items of a list answer: an array as `az … list` prints, `{ "value": […] }` as the APIs answer, or pages of either. A broken item is a
 * problem with its JSON pointer and leaves a gap; the others are kept.
 */
export function readList<S extends z.ZodType, T>(reading: Reading, path: string, shape: S, toValue: (item: z.output<S>, observedAt: Instant) => T): Collected<T> {
  const answer = reading.source.read(path)
  const gap = (why: Gap['why'], reason: string): Collected<T> => {
    const found: Gap = { what: path, why, reason }
    reading.unread.push(found)
    return collected<T>([], reading.source.asOf, [found])
  }
  switch (answer.kind) {
    case 'not-exported': return gap('not-exported', `\`${path}.json\` was not exported`)
    case 'broken': return gap('broken', answer.reason)
    case 'error': return absentCodesOf(path).includes(answer.code) ? collected<T>([], answer.observedAt) : gap('refused', `\`${answer.code}\`: ${answer.message}`)
    case 'present': {
      const values: T[] = []
      const gaps: Gap[] = []
      const fail = (position: string, reason: string, page: number): void => {
        reading.problems.push({ file: `${path}${answer.pages.length > 1 ? `.${page + 1}` : ''}.json`, position: position === '' ? '/' : position, reason })
        gaps.push({ what: path, why: 'broken', reason: `${position === '' ? 'the answer' : `\`${position}\``} is not what the call answers` })
      }
      answer.pages.forEach((page, number) => {
        const list = itemsOf(page)
        if (list === null) { fail('', 'is neither a list nor an object with a list `value`', number); return }
        list.items.forEach((item, index) => {
          const parsed = shape.safeParse(item)
          if (parsed.success) values.push(toValue(parsed.data, answer.observedAt))
          else fail(`${list.pointer}/${index}${pointerOf(parsed.error)}`, parsed.error.issues[0]?.message ?? 'has another shape', number)
        })
      })
      if (!answer.isComplete || hasNextPage(answer.pages.at(-1))) gaps.push({ what: path, why: 'incomplete', reason: 'the last page still names a next one' })
      reading.unread.push(...gaps.slice(0, 1))
      return collected(values, answer.observedAt, gaps)
    }
  }
}

/** Every list of a page and where in it: the page itself, or its `value`. Null where it is neither. */
export function itemsOf(page: unknown): { readonly items: readonly unknown[]; readonly pointer: string } | null {
  if (Array.isArray(page)) return { items: page, pointer: '' }
  if (typeof page !== 'object' || page === null || !('value' in page) || !Array.isArray(page.value)) return null
  return { items: page.value, pointer: '/value' }
}

/** True where the page says that there is another one. */
export function hasNextPage(page: unknown): boolean {
  if (typeof page !== 'object' || page === null) return false
  return ['@odata.nextLink', 'nextLink'].some((key) => typeof Reflect.get(page, key) === 'string' && Reflect.get(page, key) !== '')
}

const pointerOf = (error: z.ZodError): string => (error.issues[0]?.path ?? []).map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
