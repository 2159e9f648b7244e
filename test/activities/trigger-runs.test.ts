import { afterAll, beforeAll, expect, test } from 'vitest'
import { triggerRuns } from '../../activities/trigger-runs.ts'
import { instant } from '../../model/instant.ts'
import { type Playbook, playbookSchema } from '../../model/playbook.ts'
import type { Finding } from '../../model/finding.ts'
import { recordJudgements } from '../../store/findings.ts'
import { movePlan } from '../../store/plans.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { newTenant } from '../builders/tenant.ts'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

const seenAt = instant('2026-11-20T00:00:00Z')
const finding = (id: string): Finding => ({
  id, detection: 'aws-access-key-unused', title: 'Access key is active but unused', severity: 'medium', likelihood: 2, impact: 3, certainty: 'certain', cloud: 'aws', account: '100000000001',
  principal: 'arn:aws:iam::100000000001:user/deploy', resource: null, summary: 'idle', evidence: {}, paths: [], fixes: ['deactivate-access-key'],
})
const playbook = (over: Partial<Playbook> = {}): Playbook => ({ ...playbookSchema.parse({ schemaVersion: 1, id: 'ask-first', title: 'Ask first', owner: 'security', mode: 'ask', triggers: [{ on: 'finding', detection: ['aws-access-key-unused'] }], limits: { perRun: 2, perDay: 3 }, steps: [{ id: 'ask', kind: 'ask' }, { id: 'fix', kind: 'apply' }] }), ...over })
const ids = ['f_000000000000000000000001', 'f_000000000000000000000002', 'f_000000000000000000000003']

async function triggered(playbooks: readonly Playbook[], turnDown: readonly string[] = []): Promise<number> {
  const tenant = newTenant(postgres)
  await tenant.scanner((db) => recordJudgements(db, tenant.id, { environment: 'sandbox', scanId: 's', sightings: ids.map((id) => ({ finding: finding(id), observedAt: seenAt })), clearances: [], unknown: [], goneUnlessSeen: [] }))
  for (const id of turnDown) {
    const plan = await tenant.plan({ findings: [id] })
    await tenant.server((db) => movePlan(db, tenant.id, plan.id, { to: 'rejected', reason: 'needed', actor: 'u' }))
  }
  return tenant.scanner((db) => triggerRuns({ playbooks: new Map(playbooks.map((each) => [each.id, each])) }, db, { tenant: tenant.id, environment: 'sandbox', findingIds: ids }))
}

test.each([
  ['the limit of one scan holds', [playbook()], [], 2],
  ['the limit of a day holds', [playbook({ limits: { perRun: 10, perDay: 1 } })], [], 1],
  ['a playbook that only observes asks nobody', [playbook({ mode: 'observe' })], [], 0],
  ['another detection is not meant', [playbook({ triggers: [{ on: 'finding', detection: ['gcp-principal-basic-role'] }] })], [], 0],
  ['what was rejected in the last 30 days is not asked again by a trigger', [playbook({ limits: { perRun: 10, perDay: 10 } })], ids.slice(0, 2), 1],
])('%s', async (_name, playbooks, turnDown, started) => {
  expect(await triggered(playbooks, turnDown)).toBe(started)
})
