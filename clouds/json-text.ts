import { constants, gunzipSync } from 'node:zlib'

const MEBI = 1024 * 1024
/** Bounds of one file: what is read from disk, and what `.gz` may unfold to (T23, T24 of SAFETY). */
export const limits = { plainBytes: 256 * MEBI, unpackedBytes: 64 * MEBI, ratio: 200, depth: 64 } as const

/** JSON, or where and why it is none. `position` is `line:column`, both from 1. */
export type ParsedText = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly position: string; readonly reason: string }
const broken = (reason: string, position = '1:1'): ParsedText => ({ ok: false, position, reason })

/** The bytes that `packed` unfolds to, or the reason why it may not. Nested archives are not unfolded. */
export function unpack(packed: Buffer): Buffer | string {
  const most = Math.min(limits.unpackedBytes, packed.length * limits.ratio)
  try {
    return gunzipSync(packed, { maxOutputLength: Math.max(1, most), finishFlush: constants.Z_FINISH })
  } catch (error) {
    const isTooLarge = error instanceof RangeError
    return isTooLarge ? `unfolds to more than ${most} bytes (at most 64 MiB and ${limits.ratio} times its size); unpack it yourself` : 'is no complete gzip file'
  }
}

/** The JSON value of `bytes` (UTF-8, or UTF-16 with a byte order mark, as PowerShell writes it). */
export function parseJson(bytes: Buffer): ParsedText {
  const text = decode(bytes)
  if (text === null) return broken('is not UTF-8 text')
  if (text.trim() === '') return broken('is empty')
  const deep = firstTooDeep(text)
  if (deep !== null) return broken(`is nested deeper than ${limits.depth} levels`, positionAt(text, deep))
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    return broken('is not valid JSON', positionAt(text, firstSyntaxError(text)))
  }
}

function decode(bytes: Buffer): string | null {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset)
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`
}

/** Offset of the bracket that goes one level too deep; null where none does. One pass, before anything recursive sees the text. */
function firstTooDeep(text: string): number | null {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > limits.depth) return at
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return null
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1
  return at
}

const blank = /[ \t\n\r]*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

/** Offset of the first character that no JSON text could have there. Only called on text that `JSON.parse` refused and that is not too deep. */
function firstSyntaxError(text: string): number {
  const after = (pattern: RegExp, at: number): number | null => {
    pattern.lastIndex = at
    return pattern.test(text) ? pattern.lastIndex : null
  }
  const skip = (at: number): number => after(blank, at) ?? at
  // Each reader gives the offset behind what it read, or the error's offset as a negative number minus one.
  const fail = (at: number): number => -at - 1
  const members = (start: number, close: string, one: (at: number) => number): number => {
    let at = skip(start + 1)
    if (text[at] === close) return at + 1
    for (;;) {
      const end = one(at)
      if (end < 0) return end
      at = skip(end)
      if (text[at] === close) return at + 1
      if (text[at] !== ',') return fail(at)
      at = skip(at + 1)
    }
  }
  const pair = (at: number): number => {
    const end = after(string, at)
    if (end === null) return fail(at)
    const colon = skip(end)
    return text[colon] === ':' ? value(skip(colon + 1)) : fail(colon)
  }
  const value = (at: number): number => {
    if (text[at] === '{') return members(at, '}', pair)
    if (text[at] === '[') return members(at, ']', value)
    return after(text[at] === '"' ? string : scalar, at) ?? fail(at)
  }
  const end = value(skip(0))
  return end < 0 ? -end - 1 : skip(end)
}
