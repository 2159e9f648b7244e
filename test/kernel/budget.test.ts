import fc from 'fast-check'
import { expect, test } from 'vitest'
import { budgetRefusal, type CountedWrite, defaultBudget, freezeAt } from '../../kernel/budget.ts'
import { instant, type Instant, instantOf, secondsAfter } from '../../model/instant.ts'
import { now } from '../builders/clock.ts'

const write = (identity: string, secondsAgo: number, account = 'a'): CountedWrite => ({ account, identity, writtenAt: secondsAfter(now, -secondsAgo) })
const next = (identity: string, identitiesInAccount = 10) => ({ account: 'a', identity, identitiesInAccount })

test('ten writes an hour and account fit, the eleventh waits until the oldest is an hour old', () => {
  const ten = Array.from({ length: 10 }, (_, index) => write('one', 100 + index))
  expect(budgetRefusal(defaultBudget, ten.slice(1), next('one'), now)).toBeNull()
  const refusal = budgetRefusal(defaultBudget, ten, next('one'), now)
  expect(refusal?.freeAt).toBe(secondsAfter(now, 3600 - 109))
  expect(budgetRefusal(defaultBudget, ten, next('one'), refusal?.freeAt ?? now)).toBeNull()
})

test('the writes of another account are not counted', () => {
  expect(budgetRefusal(defaultBudget, Array.from({ length: 50 }, (_, index) => write(`i${index}`, 5, 'b')), next('one'), now)).toBeNull()
})

test('five identities a day, or 5 % where that is more; one that was changed already takes no new place', () => {
  const spread = (count: number) => Array.from({ length: count }, (_, index) => write(`i${index}`, 3700 + index * 600))
  const cases: readonly (readonly [number, string, number, boolean])[] = [
    [4, 'new', 10, true], [5, 'new', 10, false], [5, 'i0', 10, true], [5, 'new', 100, false], [5, 'new', 119, false], [5, 'new', 120, true], [6, 'new', 120, false], [50, 'new', 1020, true], [51, 'new', 1020, false],
  ]
  for (const [past, identity, inAccount, fits] of cases) expect([past, identity, inAccount, budgetRefusal(defaultBudget, spread(past), next(identity, inAccount), now) === null]).toEqual([past, identity, inAccount, fits])
})

test('SEC-22: however writes are asked for, no hour and no day ever holds more than the budget', () => {
  fc.assert(fc.property(fc.array(fc.record({ waitSeconds: fc.nat(2000), identity: fc.constantFrom(...'abcdefghijklmnop') }), { minLength: 30, maxLength: 120 }), (asked) => {
    const done: CountedWrite[] = []
    let at: Instant = now
    for (const { waitSeconds, identity } of asked) {
      at = secondsAfter(at, waitSeconds)
      if (budgetRefusal(defaultBudget, done, next(identity), at) === null) done.push({ account: 'a', identity, writtenAt: at })
    }
    for (const { writtenAt } of done) {
      const within = (seconds: number) => done.filter((each) => each.writtenAt > secondsAfter(writtenAt, -seconds) && each.writtenAt <= writtenAt)
      expect(within(3600).length).toBeLessThanOrEqual(10)
      expect(new Set(within(86_400).map(({ identity }) => identity)).size).toBeLessThanOrEqual(5)
    }
  }), { numRuns: 200, endOnFailure: true })
})

test('a freeze window holds from its first instant until just before its last', () => {
  const freezes = [{ from: instant('2026-02-01T10:00:00Z'), until: instant('2026-02-01T12:00:00Z'), reason: 'release' }, { from: instant('2026-02-01T11:00:00Z'), until: instant('2026-02-02T00:00:00Z'), reason: 'audit' }]
  const cases: readonly (readonly [string, string | null])[] = [
    ['2026-02-01T09:59:59.999Z', null], ['2026-02-01T10:00:00Z', 'release'], ['2026-02-01T11:59:59.999Z', 'release'], ['2026-02-01T12:00:00Z', 'audit'], ['2026-02-02T00:00:00Z', null],
  ]
  for (const [at, reason] of cases) expect([at, freezeAt(freezes, instant(at))?.reason ?? null]).toEqual([at, reason])
})

test('SEC-22: 2,000 instants around a freeze, also over a change to summer time, are never judged wrong', () => {
  const from = Date.parse('2026-03-29T00:30:00+01:00'), until = Date.parse('2026-03-29T05:00:00+02:00') // clocks go forward in Europe within it
  fc.assert(fc.property(fc.integer({ min: from - 7_200_000, max: until + 7_200_000 }), (ms) => {
    expect(freezeAt([{ from: instantOf(from), until: instantOf(until), reason: 'x' }], instantOf(ms)) !== null).toBe(ms >= from && ms < until)
  }), { numRuns: 2000, endOnFailure: true })
})
