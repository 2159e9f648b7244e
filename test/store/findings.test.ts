import fc from 'fast-check'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Environment } from '../../model/environment.ts'
import { instant, type Instant, secondsAfter } from '../../model/instant.ts'
import { claimAccount, environmentNamed, listEnvironments, mirrorEnvironments, setEnvironmentEnabled } from '../../store/environments.ts'
import { findingById, findingOf as stored, type Judgements, recordJudgements, setInProgress, unmuteExpired } from '../../store/findings.ts'
import { timelineOf } from '../../store/timeline.ts'
import { sql } from 'drizzle-orm'
import { findingOf } from '../builders/card.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const id = (n: number) => `f_${n.toString(16).padStart(24, '0')}`
const day = (n: number): Instant => secondsAfter(instant('2026-02-01T00:00:00Z'), n * 86_400)
const judged = (over: Partial<Judgements> = {}): Judgements => ({ environment: 'prod', scanId: ulid(), sightings: [], clearances: [], unknown: [], goneUnlessSeen: [], ...over })
const seen = (n: number, at: Instant, summary = `seen ${n}`) => ({ finding: findingOf({ id: id(n), summary }), observedAt: at })
const fixed = (n: number, at: Instant) => ({ findingId: id(n), how: 'fixed' as const, observedAt: at })
const record = (tenant: TestTenant, over: Partial<Judgements>) => tenant.scanner((db) => recordJudgements(db, tenant.id, judged(over)))
const rowOf = async (tenant: TestTenant, n: number) => {
  const row = await tenant.server((db) => findingById(db, tenant.id, id(n)))
  return row === null ? null : { state: row.state, reason: row.stateReason, reopened: row.reopenedCount, unknown: row.unknownReason, stale: row.isStale, lastSeenAt: row.lastSeenAt, firstSeenAt: row.firstSeenAt }
}

test('a finding is opened once, resolved on newer facts, opened again when it is back, and its timeline says so', async () => {
  const tenant = newTenant(postgres)
  expect(await record(tenant, { sightings: [seen(1, day(0))] })).toEqual({ opened: [id(1)], reopened: [], resolved: [] })
  expect(await record(tenant, { sightings: [seen(1, day(1))] })).toEqual({ opened: [], reopened: [], resolved: [] })
  expect(await record(tenant, { clearances: [fixed(1, day(2))] })).toEqual({ opened: [], reopened: [], resolved: [id(1)] })
  expect(await rowOf(tenant, 1)).toMatchObject({ state: 'resolved', reason: 'fixed', lastSeenAt: day(1), firstSeenAt: day(0) })
  expect(await record(tenant, { sightings: [seen(1, day(3))] })).toEqual({ opened: [], reopened: [id(1)], resolved: [] })
  expect(await rowOf(tenant, 1)).toMatchObject({ state: 'open', reason: null, reopened: 1, lastSeenAt: day(3), firstSeenAt: day(0) })
  expect((await tenant.server((db) => timelineOf(db, tenant.id, id(1)))).map(({ kind }) => kind)).toEqual(['finding.opened', 'finding.resolved', 'finding.reopened'])
})

test('what is stored is what was found, word for word', async () => {
  const tenant = newTenant(postgres)
  const finding = findingOf({ id: id(1), title: 'ключ <b>', evidence: { deep: [{ a: 1.5, b: null }] }, paths: [{ from: 'a', to: 'b' }], resource: 'arn:x' })
  await record(tenant, { sightings: [{ finding, observedAt: day(0) }] })
  const row = await tenant.server((db) => findingById(db, tenant.id, id(1)))
  expect(row === null ? null : stored(row)).toEqual(finding)
})

test('I5: nothing but newer facts about this very subject resolves it', async () => {
  const tenant = newTenant(postgres)
  await record(tenant, { sightings: [seen(1, day(5)), seen(2, day(5))] })
  await record(tenant, { clearances: [fixed(1, day(5)), fixed(2, day(4))] }) // as old, older
  await record(tenant, { unknown: [{ findingId: id(1), reason: 'the policy was not readable' }] })
  await record(tenant, {}) // a scan that judged nothing
  await record(tenant, { goneUnlessSeen: [{ detection: 'another-rule', account: '100000000001', observedAt: day(9) }, { detection: 'aws-access-key-unused', account: '100000000002', observedAt: day(9) }] })
  await record(tenant, { environment: 'other', goneUnlessSeen: [{ detection: 'aws-access-key-unused', account: '100000000001', observedAt: day(9) }] })
  expect([await rowOf(tenant, 1), await rowOf(tenant, 2)]).toMatchObject([{ state: 'open', unknown: 'the policy was not readable' }, { state: 'open', unknown: null }])
  await record(tenant, { unknown: [{ findingId: id(1), reason: 'still not' }], goneUnlessSeen: [{ detection: 'aws-access-key-unused', account: '100000000001', observedAt: day(9) }] })
  expect([await rowOf(tenant, 1), await rowOf(tenant, 2)]).toMatchObject([{ state: 'open', unknown: 'still not' }, { state: 'resolved', reason: 'gone' }])
})

test('a scan that is repeated, or an older one that arrives late, changes nothing', async () => {
  const tenant = newTenant(postgres)
  const first = judged({ sightings: [seen(1, day(1)), seen(2, day(1))] })
  const second = judged({ sightings: [seen(1, day(2), 'newer')], clearances: [fixed(2, day(2))] })
  const run = (what: Judgements) => tenant.scanner((db) => recordJudgements(db, tenant.id, what))
  await run(first)
  await run(second)
  const before = [await rowOf(tenant, 1), await rowOf(tenant, 2)]
  for (const again of [second, first, first, second]) expect(await run(again)).toEqual({ opened: [], reopened: [], resolved: [] })
  expect([await rowOf(tenant, 1), await rowOf(tenant, 2)]).toEqual(before)
  expect((await tenant.server((db) => findingById(db, tenant.id, id(1))))?.summary).toBe('newer')
})

test('REL-07: sightings and clearances delivered in any order, several times, end as in order once', async () => {
  const kind = fc.constantFrom('seen', 'fixed')
  await fc.assert(fc.asyncProperty(fc.array(kind, { minLength: 2, maxLength: 6 }), fc.infiniteStream(fc.nat(1000)), async (kinds, stream) => {
    const tenant = newTenant(postgres)
    const scans = kinds.map((what, index) => (what === 'seen' || index === 0 ? { sightings: [seen(1, day(index))] } : { clearances: [fixed(1, day(index))] }))
    const order = [...scans, ...scans].map((scan) => ({ scan, at: stream.next().value })).sort((a, b) => a.at - b.at).map(({ scan }) => scan)
    for (const scan of [scans[0] ?? {}, ...order]) await record(tenant, scan) // because a clearance of what was never seen is about nothing
    expect((await rowOf(tenant, 1))?.state).toBe(kinds.at(-1) === 'seen' ? 'open' : 'resolved')
  }), { numRuns: 25, endOnFailure: true })
})

test('two scans that end at once leave each finding once, and nothing lost', async () => {
  const tenant = newTenant(postgres)
  const many = Array.from({ length: 40 }, (_, n) => seen(n, day(1)))
  const outcomes = await Promise.all([record(tenant, { sightings: many }), record(tenant, { sightings: many.toReversed() }), record(tenant, { sightings: many })])
  expect(outcomes.flatMap(({ opened }) => opened).toSorted()).toEqual(many.map(({ finding }) => finding.id).toSorted())
})

test('in progress follows the plan; muted comes back at its end; neither is undone by a scan that sees it again', async () => {
  const tenant = newTenant(postgres)
  await record(tenant, { sightings: [seen(1, day(0)), seen(2, day(0))] })
  await tenant.server((db) => setInProgress(db, tenant.id, [id(1)], true))
  await tenant.scanner((db) => db.execute(sql`update findings set state = 'muted', muted_until = now() - interval '1 second' where id = ${id(2)}`))
  await record(tenant, { sightings: [seen(1, day(1)), seen(2, day(1))] })
  expect([(await rowOf(tenant, 1))?.state, (await rowOf(tenant, 2))?.state]).toEqual(['in-progress', 'muted'])
  expect(await tenant.scanner((db) => unmuteExpired(db, tenant.id))).toEqual([id(2)])
  await tenant.server((db) => setInProgress(db, tenant.id, [id(1), id(2)], false))
  expect([(await rowOf(tenant, 1))?.state, (await rowOf(tenant, 2))?.state]).toEqual(['open', 'open'])
})

const environment = (name: string, enabled = true): Environment => ({ kind: 'sandbox', name, enabled, schedule: '6h' })

test('disabling an environment marks its findings stale and resolves none; enabling it takes the mark away', async () => {
  const tenant = newTenant(postgres)
  await tenant.server((db) => mirrorEnvironments(db, tenant.id, [environment('prod'), environment('test')]))
  await record(tenant, { sightings: [seen(1, day(0))] })
  await record(tenant, { environment: 'test', sightings: [seen(2, day(0))] })
  await tenant.server((db) => setEnvironmentEnabled(db, tenant.id, 'prod', false))
  expect([await rowOf(tenant, 1), await rowOf(tenant, 2)]).toMatchObject([{ state: 'open', stale: true }, { state: 'open', stale: false }])
  await tenant.server((db) => setEnvironmentEnabled(db, tenant.id, 'prod', true))
  expect(await rowOf(tenant, 1)).toMatchObject({ state: 'open', stale: false })
  await tenant.server((db) => mirrorEnvironments(db, tenant.id, [environment('test')])) // taken out of whittle.yaml
  expect(await rowOf(tenant, 1)).toMatchObject({ state: 'open', stale: true })
})

test('a finding whose account moved to another environment goes on there, with its history', async () => {
  const tenant = newTenant(postgres)
  await record(tenant, { sightings: [seen(1, day(2))] })
  expect(await record(tenant, { environment: 'other', sightings: [seen(1, day(1))] })).toEqual({ opened: [], reopened: [], resolved: [] }) // older
  expect(await record(tenant, { environment: 'other', sightings: [seen(1, day(3))] })).toEqual({ opened: [], reopened: [], resolved: [] })
  expect(await rowOf(tenant, 1)).toMatchObject({ firstSeenAt: day(2), lastSeenAt: day(3) })
  expect((await tenant.server((db) => findingById(db, tenant.id, id(1))))?.environment).toBe('other')
})

test('an account belongs to one enabled environment; the second is refused by name, also when both come at once', async () => {
  const tenant = newTenant(postgres)
  await tenant.server((db) => mirrorEnvironments(db, tenant.id, [environment('a'), environment('b')]))
  const claim = (name: string) => tenant.scanner((db) => claimAccount(db, tenant.id, name, { cloud: 'aws', account: '100000000001' }))
  const raced = await Promise.allSettled([claim('a'), claim('b')])
  expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const [winner, loser] = raced[0]?.status === 'fulfilled' ? ['a', 'b'] : ['b', 'a']
  await claim(winner)
  await expect(claim(loser)).rejects.toMatchObject({ code: 'environment.overlap', message: expect.stringContaining(`\`${winner}\``) })
  await tenant.server((db) => setEnvironmentEnabled(db, tenant.id, winner, false))
  await claim(loser)
  expect((await tenant.server((db) => environmentNamed(db, tenant.id, loser))).accounts).toEqual([{ cloud: 'aws', account: '100000000001' }])
  expect((await tenant.server((db) => listEnvironments(db, tenant.id))).map(({ environment: { name }, isEnabled }) => [name, isEnabled])).toEqual([['a', winner !== 'a'], ['b', winner !== 'b']])
  await expect(tenant.server((db) => environmentNamed(db, tenant.id, 'c'))).rejects.toMatchObject({ code: 'environment.not-found' })
})
