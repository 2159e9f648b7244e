import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AuditHead, type AuditRow, chainRow, firstHash, isBehind, verifyChain } from '../../kernel/audit.ts'
import { sha256 } from '../../kernel/plan-digest.ts'
import { secondsAfter } from '../../model/instant.ts'
import { now } from '../builders/clock.ts'

const start: AuditHead = { seq: 0, hash: firstHash('default') }
function chainOf(length: number): readonly AuditRow[] {
  const rows: AuditRow[] = []
  let previous = start.hash
  for (let seq = 1; seq <= length; seq += 1) {
    const row = chainRow(previous, { tenant: 'default', seq, at: secondsAfter(now, seq), kind: 'plan.approved', actor: 'u1', subject: `plan-${seq}`, details: { n: seq } })
    rows.push(row)
    previous = row.hash
  }
  return rows
}
const rows = chainOf(300)
const head = verifyChain(rows, start).head
const hashAt = (of: readonly AuditRow[]) => (seq: number) => of.find((row) => row.seq === seq)?.hash ?? null
/** A reader who remembers the head sees a fault in the chain, or that it is behind. */
const isSeen = (tampered: readonly AuditRow[]) => verifyChain(tampered, start).fault !== null || isBehind(head, hashAt(tampered))

test('an untouched chain has no fault, also read in pages', () => {
  expect(verifyChain(rows, start)).toEqual({ head: { seq: 300, hash: rows.at(-1)?.hash }, fault: null })
  const first = verifyChain(rows.slice(0, 100), start)
  expect(verifyChain(rows.slice(100), first.head)).toEqual({ head, fault: null })
  expect(isBehind(head, hashAt(rows))).toBe(false)
  expect(isBehind(start, () => null)).toBe(false)
})

test('the first row of one tenant does not begin the chain of another', () => {
  expect(verifyChain(rows, { seq: 0, hash: firstHash('other') }).fault?.seq).toBe(1)
})

const tamper: Record<string, (at: number, other: number) => readonly AuditRow[]> = {
  'edits a body': (at) => rows.map((row, index) => (index === at ? { ...row, body: row.body.replace('u1', 'u2') } : row)),
  'edits a body and its hash': (at) => rows.map((row, index) => {
    const body = row.body.replace('u1', 'u2')
    return index === at ? { ...row, body, hash: sha256(`${row.previous}\n${body}`) } : row
  }),
  'edits a hash': (at) => rows.map((row, index) => (index === at ? { ...row, hash: sha256(row.hash) } : row)),
  deletes: (at) => rows.filter((_, index) => index !== at),
  'deletes and renumbers': (at) => rows.filter((_, index) => index !== at).map((row, index) => ({ ...row, seq: index + 1 })),
  swaps: (at, other) => rows.map((row, index) => (index === at ? rows[other] ?? row : index === other ? rows[at] ?? row : row)),
  repeats: (at) => rows.flatMap((row, index) => (index === at ? [row, row] : [row])),
  truncates: (at) => rows.slice(0, at),
  'computes everything anew without one row': (at) => {
    const rest = rows.filter((_, index) => index !== at)
    let previous = start.hash
    return rest.map((row, index) => {
      const anew = chainRow(previous, { tenant: 'default', seq: index + 1, at: now, kind: 'plan.approved', actor: 'u1', subject: `of ${row.seq}`, details: {} })
      previous = anew.hash
      return anew
    })
  },
}

test('SEC-20: 1,000 random tamperings, of nine kinds, are all seen by one who remembers the head', () => {
  let seen = 0
  fc.assert(fc.property(fc.constantFrom(...Object.keys(tamper)), fc.nat(rows.length - 1), fc.nat(rows.length - 1), (kind, at, other) => {
    fc.pre(kind !== 'swaps' || at !== other)
    expect(isSeen(tamper[kind]?.(at, other) ?? rows), `${kind} at ${at}`).toBe(true)
    seen += 1
  }), { numRuns: 1000, endOnFailure: true })
  expect(seen).toBe(1000)
})

test('a fault names the first row that does not fit', () => {
  expect(verifyChain(tamper['edits a body']?.(41, 0) ?? [], start).fault).toEqual({ seq: 42, reason: 'row 42 was edited' })
  expect(verifyChain(tamper['deletes']?.(41, 0) ?? [], start).fault?.reason).toContain('expected row 42, found row 43')
})

test('a row whose numbered place is not the one in its body is a fault', () => {
  const foreign = chainRow(start.hash, { tenant: 'default', seq: 7, at: now, kind: 'k', actor: 'a', subject: 's', details: {} })
  expect(verifyChain([{ ...foreign, seq: 1 }], start).fault?.reason).toContain('does not hold its own entry')
})
