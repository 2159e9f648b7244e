import { isAlias, isMap, isPair, isScalar, LineCounter, type Document, type Node, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { err, ok, type Result } from './model/result.ts'

/** What is wrong with a yaml text and where, counted from 1. */
export type YamlProblem = { readonly line: number; readonly column: number; readonly reason: string }

const maxBytes = 256 * 1024
const maxDepth = 32

/**
 * The value of `text` as `schema` gives it, or every problem with its line and column. YAML 1.2 core schema; anchors used twice, tags, duplicate keys, more than
 * 256 KiB and more than 32 levels are refused before the schema is asked, so that no text can cost more than reading it.
 */
export function readYaml<T>(text: string, schema: z.ZodType<T>): Result<T, readonly YamlProblem[]> {
  if (Buffer.byteLength(text) > maxBytes) return err([{ line: 1, column: 1, reason: 'is larger than 256 KiB: split it' }])
  const lines = new LineCounter()
  let document: Document.Parsed
  try {
    document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, prettyErrors: false, strict: true, logLevel: 'error' })
  } catch (cause) {
    if (cause instanceof RangeError) return err([tooDeep])
    throw cause
  }
  const broken = [...document.errors, ...document.warnings].map((problem) => ({ ...at(lines, problem.pos[0]), reason: oneLine(problem.message) }))
  const refused = broken.length > 0 ? broken : outOfBounds(document, lines)
  if (refused.length > 0) return err(refused)
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (parsed.success) return ok(parsed.data)
  return err(inOrder(parsed.error.issues.flatMap((issue) => problemsOf(document, lines, issue))))
}

/** `file:line:column reason` for every problem, one line each. */
export const printYamlProblems = (file: string, problems: readonly YamlProblem[]): string =>
  problems.map((problem) => `${file}:${String(problem.line)}:${String(problem.column)} ${problem.reason}`).join('\n')

/** Where the value (or, with `key`, the key) at `path` stands; the nearest thing around it where it is missing. */
export function positionIn(text: string, path: readonly PropertyKey[]): { line: number; column: number } {
  const lines = new LineCounter()
  return positionOf(parseDocument(text, { lineCounter: lines, logLevel: 'silent' }), lines, path)
}

const tooDeep: YamlProblem = { line: 1, column: 1, reason: `is nested more than ${String(maxDepth)} levels deep` }
const at = (lines: LineCounter, offset: number) => {
  const position = lines.linePos(offset)
  return { line: Math.max(1, position.line), column: Math.max(1, position.col) }
}
const oneLine = (message: string): string => message.replaceAll(/\s+/g, ' ').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
const inOrder = (problems: readonly YamlProblem[]): readonly YamlProblem[] => problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

function outOfBounds(document: Document.Parsed, lines: LineCounter): YamlProblem[] {
  const problems: YamlProblem[] = []
  try {
    visit(document, (_key, node, path) => {
      if (isAlias(node)) problems.push({ ...at(lines, node.range?.[0] ?? 0), reason: `refers to \`*${node.source}\`: aliases are not allowed, write the value out` })
      if (isPair(node) && isScalar(node.key) && node.key.value === '__proto__') problems.push({ ...at(lines, rangeOf(node.key)), reason: '`__proto__` is not a known field: remove it' })
      if (path.length > maxDepth * 2) { problems.push({ ...tooDeep, ...at(lines, rangeOf(node)) }); return visit.BREAK }
      return undefined
    })
  } catch (cause) {
    if (cause instanceof RangeError) return [tooDeep]
    throw cause
  }
  return problems
}

const rangeOf = (node: unknown): number =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : 0

type Issue = { readonly code: string; readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] }

function problemsOf(document: Document.Parsed, lines: LineCounter, issue: Issue): YamlProblem[] {
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => ({ ...positionOf(document, lines, [...issue.path, key], true), reason: `\`${pathText([...issue.path, key])}\` is not a known field: check its spelling or remove it` }))
  }
  const name = issue.path.length === 0 ? 'the document' : `\`${pathText(issue.path)}\``
  return [{ ...positionOf(document, lines, issue.path), reason: `${name} ${document.hasIn(issue.path) || issue.path.length === 0 ? '' : 'is missing: '}${reasonOf(issue)}` }]
}

const reasonOf = (issue: Issue): string => oneLine(issue.message).replace(/^invalid input: expected /i, 'must be ').replace(/, received undefined$/, '').replace(', received ', ', not ')

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${String(part).slice(0, 80)}`)).join('')

function positionOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[], ofKey = false): { line: number; column: number } {
  let node: unknown = document.contents
  let offset = rangeOf(node)
  for (const [index, part] of path.entries()) {
    const next = step(node, part)
    if (next === null) break
    const isLast = index === path.length - 1
    offset = rangeOf(isLast && ofKey && next.key ? next.key : next.value ?? next.key)
    node = next.value
  }
  return at(lines, offset)
}

function step(node: unknown, part: PropertyKey): { key: unknown; value: unknown } | null {
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
    return pair ? { key: pair.key, value: pair.value } : null
  }
  if (typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) && typeof part === 'number') {
    const items: readonly unknown[] = node.items
    return part < items.length ? { key: null, value: items[part] } : null
  }
  return null
}
