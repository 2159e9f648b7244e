/**
 * Operations of Azure roles (`Microsoft.Compute/virtualMachines/start/action`) and their patterns, where `*` stands for any text.
 * Covers: control and data plane patterns. Does not cover: which operations exist; every pattern may match something.
 * All texts are lower-case here: Azure compares without case. Nothing is turned into a regular expression.
 */

/** True where `pattern` matches all of `operation`. Also true only of patterns that lie wholly within: a `*` of `operation` is matched by a `*` alone. */
export function includes(pattern: string, operation: string): boolean {
  let [at, star, resume, index] = [0, -1, 0, 0]
  while (index < operation.length) {
    if (pattern[at] === '*') { star = at; at += 1; resume = index }
    else if (at < pattern.length && pattern[at] === operation[index]) { at += 1; index += 1 }
    else if (star >= 0) { resume += 1; index = resume; at = star + 1 }
    else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

/** True where some operation matches both patterns. Time grows with the product of their lengths. */
export function overlaps(a: string, b: string): boolean {
  let row = new Uint8Array(b.length + 1)
  row[0] = 1
  for (let j = 0; j < b.length; j += 1) row[j + 1] = b[j] === '*' && row[j] === 1 ? 1 : 0
  for (let i = 0; i < a.length; i += 1) {
    const next = new Uint8Array(b.length + 1)
    next[0] = a[i] === '*' && row[0] === 1 ? 1 : 0
    for (let j = 0; j < b.length; j += 1) {
      const skips = (a[i] === '*' && (row[j + 1] === 1 || next[j] === 1)) || (b[j] === '*' && (next[j] === 1 || row[j + 1] === 1))
      next[j + 1] = skips || (a[i] === b[j] && row[j] === 1) || ((a[i] === '*' || b[j] === '*') && row[j] === 1) ? 1 : 0
    }
    row = next
  }
  return row[b.length] === 1
}

/** What the last segment of every Azure operation is. */
export const verbs = ['read', 'write', 'delete', 'action'] as const

/** The part of `pattern` whose operations end with `verb`; null where there is none. */
export function narrowTo(pattern: string, verb: (typeof verbs)[number]): string | null {
  if (pattern.endsWith('*')) return `${pattern}/${verb}`
  return includes(`*/${verb}`, pattern) ? pattern : null
}
