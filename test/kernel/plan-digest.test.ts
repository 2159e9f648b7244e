import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalText, digestPlan, readPlan } from '../../kernel/plan-digest.ts'
import { type Plan, planSchema } from '../../model/plan.ts'
import { keyPlan } from '../builders/plan.ts'

const plan = keyPlan({ options: { b: 1, a: { z: [1, 2], y: 'é' } }, reason: 'Straße, 鍵, \u{1F511}' })
const { canonical, digest } = digestPlan(plan)

test('a plan is read back as it was digested, and its digest is 64 hex digits', () => {
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(readPlan(canonical, digest)).toEqual(plan)
})

test('the digest is that of RFC 8785: keys sorted by UTF-16 units, numbers as ECMAScript prints them', () => {
  // the examples of RFC 8785 §3.2.2 and §3.2.3
  expect(canonicalText({ numbers: [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001], literals: [null, true, false] }))
    .toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}')
  expect(canonicalText({ '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\u{1F600}': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' }))
    .toBe('{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\u{1F600}":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}')
})

test('what JSON cannot say has no canonical text', () => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, { a: Number.NaN }]) expect(() => canonicalText(value)).toThrow()
})

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, random))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shuffled(inner, random), random()] as const).sort((a, b) => a[2] - b[2]).map(([key, inner]) => [key, inner]))
}

test('SEC-06: 10,000 re-serialisations of one plan — other key order, spaces, escapes — have one digest', () => {
  fc.assert(fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), fc.integer({ min: 0, max: 4 }), fc.boolean(), (stream, indent, isEscaped) => {
    const random = () => stream.next().value
    const text = JSON.stringify(shuffled(plan, random), null, indent)
    const spelled = isEscaped ? text.replace(/[^\u0000-\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : text
    expect(digestPlan(planSchema.parse(JSON.parse(spelled))).digest).toBe(digest)
  }), { numRuns: 10_000, endOnFailure: true })
})

/** Every place in the plan: paths to leaves and containers. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Array.isArray(value) ? value.flatMap((each, index) => placesOf(each, [...path, index])) : Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))
  return path.length === 0 ? below : [path, ...below]
}
function replaced(value: unknown, path: readonly (string | number)[], change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return change(value)
  if (Array.isArray(value)) return value.map((each, index) => (index === first ? replaced(each, rest, change) : each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === first ? replaced(inner, rest, change) : inner]))
}
const mutate: Record<string, (old: unknown) => unknown> = {
  'one more character': (old) => (typeof old === 'string' ? `${old}a` : old),
  'another account': (old) => (typeof old === 'string' ? old.replaceAll('100000000001', '100000000002') : old),
  'a look-alike letter': (old) => (typeof old === 'string' ? old.replace('a', '\u0430') : old),
  'a flipped bit': (old) => (typeof old === 'string' && old.length > 0 ? String.fromCharCode(old.charCodeAt(0) ^ 1) + old.slice(1) : old),
  'a flipped truth': (old) => (typeof old === 'boolean' ? !old : old),
  'another number': (old) => (typeof old === 'number' ? old + 1 : old),
  'an element more': (old) => (Array.isArray(old) ? [...old, old[0] ?? 'x'] : old),
  'an element less': (old) => (Array.isArray(old) ? old.slice(1) : old),
  'the order turned': (old) => (Array.isArray(old) ? old.toReversed() : old),
  nothing: () => null,
  'an unknown field': (old) => (typeof old === 'object' && old !== null && !Array.isArray(old) ? { ...old, extra: 1 } : old),
}

test('SEC-06: 2,000 changes of a plan after it was approved — text, order, account, steps, unicode — are all refused', () => {
  const places = placesOf(plan)
  let changed = 0
  fc.assert(fc.property(fc.constantFrom(...places), fc.constantFrom(...Object.keys(mutate)), (path, name) => {
    const text = canonicalText(replaced(plan, path, mutate[name] ?? ((old) => old)))
    fc.pre(text !== canonical)
    changed += 1
    expect(readPlan(text, digest), `${name} at ${path.join('.')}`).toBeNull()
  }), { numRuns: 2000, endOnFailure: true })
  expect(changed).toBeGreaterThanOrEqual(2000)
})

test('a text that is equal but not canonical, or not a plan, is no plan', () => {
  const spaced = JSON.stringify(JSON.parse(canonical), null, 1)
  const cases: readonly [string, string][] = [[spaced, digestPlan(plan).digest], ['', digest], ['{}', digest], ['null', digest]]
  for (const [text, hash] of cases) expect(readPlan(text, hash)).toBeNull()
})

test('a field that the model does not know cannot be hashed into a plan', () => {
  const wider: Plan = Object.assign({ ...plan }, { hidden: true })
  expect(() => digestPlan(wider)).toThrow('hidden')
})
