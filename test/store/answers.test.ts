import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEstateDirectory, writeAnswer } from '../../clouds/estate-directory.ts'
import type { Answer } from '../../model/answer.ts'
import { instant, secondsAfter } from '../../model/instant.ts'
import { answerSource, dropUnseenAnswers, putAnswer } from '../../store/answers.ts'
import { finishScan, listScans, requestScanCancel, scanById, setScanAccount, startScan } from '../../store/scans.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant, type TestTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const at = instant('2026-02-01T00:00:00Z')
const later = secondsAfter(at, 3600)
const present = (pages: readonly unknown[], observedAt = at, isComplete = true): Answer => ({ kind: 'present', pages, isComplete, observedAt })
const put = (tenant: TestTenant, scanId: string, path: string, answer: Answer) => tenant.scanner((db) => putAnswer(db, tenant.id, { environment: 'prod', scanId }, [path, answer]))
const source = (tenant: TestTenant) => tenant.scanner((db) => answerSource(db, tenant.id, 'prod'))

test('what was put is read back, as from a directory with the same answers', async () => {
  const tenant = newTenant(postgres)
  const folder = mkdtempSync(join(tmpdir(), 'whittle-estate-'))
  const answers: readonly (readonly [string, Extract<Answer, { kind: 'present' | 'error' }>])[] = [
    ['aws/100000000001/global/iam/get-account-summary', { kind: 'present', pages: [{ SummaryMap: { Users: 3 } }], isComplete: true, observedAt: at }],
    ['aws/100000000001/global/s3api/get-bucket-policy/my%2Ebucket', { kind: 'error', code: 'NoSuchBucketPolicy', message: 'none', observedAt: at }],
    ['aws/organization/list-accounts', { kind: 'present', pages: [{ Accounts: [1] }, { Accounts: [2] }, { Accounts: ['ü'] }], isComplete: true, observedAt: at }],
    ['gcp/none/acme/iam-policy', { kind: 'present', pages: [[]], isComplete: true, observedAt: at }],
  ]
  for (const [path, answer] of answers) {
    writeAnswer(folder, path, answer)
    expect(await put(tenant, 's1', path, answer)).toBe(answer.kind === 'present' ? answer.pages.length : 1)
  }
  const [stored, files] = [await source(tenant), readEstateDirectory(folder)]
  for (const [path] of answers) expect(stored.read(path), path).toEqual(files.read(path))
  for (const place of ['', 'aws', 'aws/100000000001/global', 'aws/100000000001/global/s3api/get-bucket-policy', 'nowhere']) expect(stored.list(place), place).toEqual(files.list(place))
  expect([stored.asOf, stored.read('aws/nothing')]).toEqual([at, { kind: 'not-exported' }])
})

test('an unchanged answer is not rewritten, only newer; a changed page is; pages that are no more go', async () => {
  const tenant = newTenant(postgres)
  const path = 'aws/organization/list-accounts'
  expect(await put(tenant, 's1', path, present([{ a: 1 }, { a: 2 }, { a: 3 }]))).toBe(3)
  expect(await put(tenant, 's2', path, present([{ a: 1 }, { a: 2 }, { a: 3 }], later))).toBe(0)
  expect((await source(tenant)).read(path)).toEqual(present([{ a: 1 }, { a: 2 }, { a: 3 }], later))
  expect(await put(tenant, 's3', path, present([{ a: 1 }, { a: 9 }], later))).toBe(1)
  expect((await source(tenant)).read(path)).toEqual(present([{ a: 1 }, { a: 9 }], later))
  await put(tenant, 's4', path, { kind: 'error', code: 'AccessDenied', message: 'no', observedAt: later })
  expect((await source(tenant)).read(path)).toEqual({ kind: 'error', code: 'AccessDenied', message: 'no', observedAt: later })
  await put(tenant, 's5', path, present([{ a: 1 }], later, false))
  expect((await source(tenant)).read(path)).toEqual(present([{ a: 1 }], later, false))
})

test('an answer that this scan could not look for keeps its age; one that a complete scan of its place did not see is gone', async () => {
  const tenant = newTenant(postgres)
  for (const path of ['gcp/1/acme/iam-policy', 'gcp/1/acme/roles', 'gcp/1/acme-prod/iam-policy', 'gcp/1/acme']) await put(tenant, 's1', path, present([{}]))
  await put(tenant, 's2', 'gcp/1/acme/iam-policy', present([{}], later))
  await tenant.scanner((db) => dropUnseenAnswers(db, tenant.id, { environment: 'prod', scanId: 's2' }, []))
  expect((await source(tenant)).list('gcp/1')).toEqual(['acme', 'acme-prod'])
  await tenant.scanner((db) => dropUnseenAnswers(db, tenant.id, { environment: 'prod', scanId: 's2' }, ['gcp/1/acme/']))
  const left = await source(tenant)
  expect([left.list('gcp/1/acme'), left.list('gcp/1/acme-prod'), left.read('gcp/1/acme-prod/iam-policy')]).toEqual([['iam-policy'], ['iam-policy'], present([{}])])
})

test('answers lie compressed', async () => {
  const tenant = newTenant(postgres)
  await put(tenant, 's1', 'aws/x/y', present([Array.from({ length: 20_000 }, () => ({ Action: 'iam:ListUsers', Resource: '*' }))]))
  const size = await tenant.scanner((db) => db.execute(sql`select octet_length(content) as n from answers`))
  expect(Number(size.rows[0]?.['n'])).toBeLessThan(20_000)
})

test('a scan is started once per id, ends once, and its accounts report as they go', async () => {
  const tenant = newTenant(postgres)
  const id = ulid()
  for (let again = 0; again < 2; again += 1) await tenant.server((db) => startScan(db, tenant.id, { environment: 'prod', requestedBy: 'u', id }))
  const account = { scanId: id, cloud: 'aws' as const, account: '100000000001' }
  await tenant.scanner((db) => setScanAccount(db, tenant.id, { ...account, state: 'running', answersRead: 3, answersExpected: 9 }))
  await tenant.scanner((db) => setScanAccount(db, tenant.id, { ...account, state: 'partial', answersRead: 8, reason: 'one call was refused' }))
  expect(await tenant.server((db) => requestScanCancel(db, tenant.id, id))).toBe(true)
  await tenant.scanner((db) => finishScan(db, tenant.id, id, { state: 'partial', reason: null, report: { findings: 3 } }))
  await tenant.scanner((db) => finishScan(db, tenant.id, id, { state: 'failed', reason: 'late', report: {} }))
  expect(await tenant.server((db) => scanById(db, tenant.id, id))).toMatchObject({ state: 'partial', report: { findings: 3 }, accounts: [{ state: 'partial', answersRead: 8, answersExpected: 9, reason: 'one call was refused' }] })
  expect([await tenant.server((db) => requestScanCancel(db, tenant.id, id)), await tenant.server((db) => scanById(db, tenant.id, 'x'))]).toEqual([false, null])
})

test('scans are paged newest first without a gap or a repeat', async () => {
  const tenant = newTenant(postgres)
  for (let n = 0; n < 7; n += 1) await tenant.scanner((db) => startScan(db, tenant.id, { environment: n % 2 === 0 ? 'a' : 'b', requestedBy: null, id: `scan-${n}` }))
  const seen: string[] = []
  for (let before: string | undefined = undefined; ;) {
    const page: { id: string }[] = await tenant.server((db) => listScans(db, tenant.id, { limit: 3, ...(before === undefined ? {} : { before }) }))
    if (page.length === 0) break
    seen.push(...page.map(({ id }) => id))
    before = page.at(-1)?.id
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `scan-${n}`))
  expect((await tenant.server((db) => listScans(db, tenant.id, { environment: 'b', limit: 9 }))).map(({ id }) => id)).toEqual(['scan-5', 'scan-3', 'scan-1'])
})
