import { afterAll, beforeAll, expect, test } from 'vitest'
import { findingById, recordJudgements } from '../../store/findings.ts'
import { planById } from '../../store/plans.ts'
import { putSetting, setting } from '../../store/switches.ts'
import { recordEvent, timelineOf } from '../../store/timeline.ts'
import { instant } from '../../model/instant.ts'
import { findingOf } from '../builders/card.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

// what comes in, what is kept
const texts: readonly (readonly [string, string])[] = [
  ['a\u0000b', 'a\ufffdb'], ['\u0000\u0000', '\ufffd\ufffd'], ['\ud800x', '\ufffdx'], ['x\udfff', 'x\ufffd'], ['\\u0000', '\\u0000'], ['\\\\u0000\u0000', '\\\\u0000\ufffd'], ['\u{1F511}', '\u{1F511}'],
  [`'; drop table findings; --`, `'; drop table findings; --`], ['\u202e\u2028"\\', '\u202e\u2028"\\'], ['%_$1{}', '%_$1{}'],
]

test('I12: a hostile name is kept, NUL and half characters aside, wherever text goes, and stops no scan', async () => {
  const tenant = newTenant(postgres)
  for (const [index, [text, kept]] of texts.entries()) {
    const id = `f_${index.toString(16).padStart(24, '0')}`
    const finding = findingOf({ id, title: text, principal: text, resource: text, summary: text, account: `a${text}`, evidence: { [text]: [text] }, paths: [{ from: text }] })
    await tenant.scanner((db) => recordJudgements(db, tenant.id, { environment: 'e', scanId: 's', sightings: [{ finding, observedAt: instant('2026-02-01T00:00:00Z') }], clearances: [], unknown: [{ findingId: id, reason: text }], goneUnlessSeen: [] }))
    const row = await tenant.server((db) => findingById(db, tenant.id, id))
    expect([row?.title, row?.principal, row?.resource, row?.summary, row?.account, row?.evidence, row?.paths, row?.unknownReason]).toEqual([kept, kept, kept, kept, `a${kept}`, { [kept]: [kept] }, [{ from: kept }], kept])
    await tenant.scanner((db) => recordEvent(db, tenant.id, { subject: 's', kind: 'k', summary: text }))
    await tenant.scanner((db) => putSetting(db, tenant.id, 'k', text))
    expect(await tenant.scanner((db) => setting(db, tenant.id, 'k'))).toBe(kept)
  }
  expect((await tenant.server((db) => timelineOf(db, tenant.id, 's'))).map(({ summary }) => summary)).toEqual(texts.map(([, kept]) => kept))
})

test('a plan with such text is stored, and its digest still holds', async () => {
  const tenant = newTenant(postgres)
  const plan = await tenant.plan({ title: 'a\u0000b', reason: 'x\u0000', affects: ['n\u0000'] })
  expect((await tenant.server((db) => planById(db, tenant.id, plan.id))).title).toBe('a\ufffdb')
})
