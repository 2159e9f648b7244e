import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { answersInMemory, readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { renderSandbox, sandboxAnswers } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import type { Answer } from '../../model/answer.ts'
import { analysisSchema } from '../../model/finding.ts'
import { instant } from '../../model/instant.ts'
import type { Json } from '../../model/json.ts'

const asOf = instant('2026-11-20T00:00:00Z')
const dir = mkdtempSync(join(tmpdir(), 'whittle-fuzz-'))
const names: string[] = []
beforeAll(() => {
  renderSandbox(dir, asOf)
  names.push(...readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(dir, file)).isFile()).sort())
})
afterAll(() => { rmSync(dir, { recursive: true, force: true }) })

/** What may happen to the bytes of a file: cut off, a byte flipped, a piece taken out, something else altogether. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant('flip' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('omit' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('json' as const), json: fc.json({ maxDepth: 4 }) }),
)
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never
function damaged(bytes: Buffer, how: Damage): Buffer {
  const at = 'at' in how ? Math.floor(how.at * (bytes.length - 1)) : 0
  switch (how.kind) {
    case 'cut': return bytes.subarray(0, at)
    case 'flip': return Buffer.concat([bytes.subarray(0, at), Buffer.from([how.byte]), bytes.subarray(at + 1)])
    case 'omit': return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + how.length)])
    case 'bytes': return Buffer.from(how.bytes)
    case 'json': return Buffer.from(how.json)
  }
}

test('a damaged file never stops the analysis; what is no JSON any more is named by its file', () => {
  fc.assert(fc.property(fc.nat(), damage, (pick, how) => {
    const name = names[pick % names.length] ?? ''
    const whole = readFileSync(join(dir, name))
    const bytes = damaged(whole, how)
    writeFileSync(join(dir, name), bytes)
    try {
      const analysis = analyze(interpretEstate(readEstateDirectory(dir)), detections)
      expect(() => analysisSchema.parse(analysis)).not.toThrow()
      if (!isJson(bytes)) expect(analysis.problems.map(({ file }) => file)).toContain(name)
    } finally { writeFileSync(join(dir, name), whole) }
  }), { numRuns: 60 })
}, 120_000)

const isJson = (bytes: Buffer): boolean => {
  try { JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)); return true } catch { return false }
}

test('an answer whose JSON is of another shape never stops the analysis, wherever in it the other value stands', () => {
  const answers = sandboxAnswers(asOf)
  const paths = Object.keys(answers)
  fc.assert(fc.property(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), (pick, trail, stranger) => {
    const path = paths[pick % paths.length] ?? ''
    const page = replaced(answers[path] ?? null, trail, JSON.parse(JSON.stringify(stranger)))
    const source = new Map(paths.map((each): [string, Answer] => [each, { kind: 'present', pages: [each === path ? page : answers[each]], isComplete: true, observedAt: asOf }]))
    const analysis = analyze(interpretEstate(answersInMemory(source, asOf)), detections)
    expect(() => analysisSchema.parse(analysis)).not.toThrow()
  }), { numRuns: 150 })
}, 120_000)

/** The value with what the trail leads to replaced. */
function replaced(value: Json, trail: readonly number[], stranger: Json): Json {
  const [step, ...rest] = trail
  if (step === undefined || value === null || typeof value !== 'object') return stranger
  if (Array.isArray(value)) return value.length === 0 ? stranger : value.map((item: Json, index) => (index === step % value.length ? replaced(item, rest, stranger) : item))
  const entries = Object.entries(value)
  return entries.length === 0 ? stranger : Object.fromEntries(entries.map(([key, item], index) => [key, index === step % entries.length ? replaced(item, rest, stranger) : item]))
}

test('an estate that misses any of its answers is analysed, and a miss is never a pass of what it would have shown', () => {
  const answers = sandboxAnswers(asOf)
  const paths = Object.keys(answers)
  const whole = analysisOf(paths)
  fc.assert(fc.property(fc.subarray(paths, { minLength: 1, maxLength: paths.length - 1 }), (kept) => {
    const { findings, unknown, unread } = analysisOf(kept)
    const missing = whole.findings.filter((finding) => !findings.some(({ id }) => id === finding.id))
    if (missing.length > 0) expect(unknown.length + unread.length + (whole.coverage.length > 0 ? missingAccounts(kept, paths) : 0)).toBeGreaterThan(0)
  }), { numRuns: 60 })
  function analysisOf(kept: readonly string[]) {
    return analyze(interpretEstate(answersInMemory(new Map(kept.map((path): [string, Answer] => [path, { kind: 'present', pages: [answers[path]], isComplete: true, observedAt: asOf }])), asOf)), detections)
  }
}, 120_000)
/** Accounts of which nothing at all is left: nobody can say that they are missing. */
const missingAccounts = (kept: readonly string[], paths: readonly string[]): number => {
  const accountsOf = (list: readonly string[]) => new Set(list.map((path) => path.split('/').slice(0, 3).join('/')))
  return accountsOf(paths).size - accountsOf(kept).size
}

test('strange file names are named and never read as answers', () => {
  for (const [index, name] of ['aws/x..%2f/x.json', 'aws/100000000002/%zz/y.json', 'gcp/\u202e/z.json', 'azure/a b/c.json'].entries()) {
    const copy = join(dir, '..', `${dir.split('/').at(-1) ?? ''}-names-${String(index)}`)
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    writeFileSync(join(copy, name), '{}')
    try { expect(readEstateDirectory(copy).problems.map(({ file }) => file)).toEqual([name]) } finally { rmSync(copy, { recursive: true, force: true }) }
  }
})
