/**
 * True where `text` fits `pattern`: `*` stands for any run of characters, `?` for one. Two pointers and one place to return to: no regular expression is
 * built from input, and time grows with pattern × text at worst. Case counts; lower both first where it should not.
 */
export function fits(pattern: string, text: string): boolean {
  let at = 0
  let place = 0
  let star = -1
  let resume = 0
  while (place < text.length) {
    const token = pattern[at]
    if (token === '*') {
      star = at
      at += 1
      resume = place
    } else if (token === '?' || (token !== undefined && token === text[place])) {
      at += 1
      place += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      place = resume
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

/** True for `*`, `**`, …: what fits every text. */
export const fitsEverything = (pattern: string): boolean => pattern !== '' && /^\*+$/.test(pattern)
