import type { Json } from './json.ts'
import type { DiffLine } from './views.ts'

const isObject = (value: Json): value is { readonly [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** A JSON value as the lines that people read: keys sorted, two spaces of indent; nothing for null (the target is not there). */
export function jsonLines(value: Json): readonly string[] {
  return value === null ? [] : JSON.stringify(sorted(value), null, 2).split('\n')
}
function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}

/** The shortest line diff from `before` to `after`. States are small; above 2,000 lines a side it is all removed, then all added. */
export function diffOf(before: Json, after: Json): DiffLine[] {
  const from = jsonLines(before)
  const to = jsonLines(after)
  const whole = (sign: '-' | '+', lines: readonly string[]): DiffLine[] => lines.map((text) => ({ sign, text }))
  if (from.length > 2000 || to.length > 2000) return [...whole('-', from), ...whole('+', to)]
  return walk(from, to, commonLengths(from, to))
}

/** `lengths[i][j]` = longest common subsequence of from[i…] and to[j…]. */
function commonLengths(from: readonly string[], to: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Uint16Array(to.length + 1))
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const row = lengths[i]
      if (row !== undefined) row[j] = from[i] === to[j] ? (lengths[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return lengths
}
function walk(from: readonly string[], to: readonly string[], lengths: readonly Uint16Array[]): DiffLine[] {
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < from.length || j < to.length) {
    const left = from[i]
    const right = to[j]
    if (left !== undefined && left === right) { lines.push({ sign: ' ', text: left }); i++; j++ }
    else if (left !== undefined && (right === undefined || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) { lines.push({ sign: '-', text: left }); i++ }
    else if (right !== undefined) { lines.push({ sign: '+', text: right }); j++ }
  }
  return lines
}
