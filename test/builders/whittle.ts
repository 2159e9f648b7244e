import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import { directoryCollector } from '../../activities/directory-collector.ts'
import type { ScannerDeps } from '../../activities/scanner-deps.ts'
import { scannerActivities } from '../../activities/scanner.ts'
import { deliverNudges } from '../../activities/wake-workflow.ts'
import { changeKindAbout } from '../../clouds/change-kinds.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { renderSandbox } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import { environmentSchema } from '../../model/environment.ts'
import { defaultTenant } from '../../model/id.ts'
import { instant } from '../../model/instant.ts'
import { shippedPlaybooks } from '../../playbooks/index.ts'
import { remediations } from '../../remediations/index.ts'
import { type Db, withTenant } from '../../store/db.ts'
import { mirrorEnvironments } from '../../store/environments.ts'
import { ensureSchedules } from '../../worker/schedules.ts'
import { listEnvironments } from '../../store/environments.ts'
import { startTestPostgres, type TestPostgres } from './postgres.ts'
import { startTestTemporal, type TestTemporal } from './temporal.ts'

export const tenant = defaultTenant
/** The day that the sandbox of every test is rendered for. */
export const sandboxDay = instant('2026-11-20T00:00:00Z')

/** PostgreSQL, Temporal and a sandbox of its own, as `npm start` has them, with the scanner's activities; nobody serves the queues yet. */
export type TestWhittle = {
  readonly postgres: TestPostgres
  readonly temporal: TestTemporal
  readonly sandbox: string
  readonly deps: ScannerDeps
  readonly activities: ReturnType<typeof scannerActivities>
  readonly as: <T>(role: 'server' | 'scanner' | 'executor', work: (db: Db) => Promise<T>) => Promise<T>
  /** Delivers what is in the outbox for Temporal, again and again until `isOver`. */
  readonly wakeUntil: (isOver: () => Promise<boolean>, seconds?: number) => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startTestWhittle(): Promise<TestWhittle> {
  const [postgres, temporal] = await Promise.all([startTestPostgres(), startTestTemporal()])
  const sandbox = join(temporal.folder, 'sandbox')
  renderSandbox(sandbox, sandboxDay)
  const as: TestWhittle['as'] = (role, work) => withTenant(postgres.stores[role], tenant, work)
  const collector = directoryCollector(sandbox, true, 0)
  const deps: ScannerDeps = {
    store: postgres.stores.scanner, client: temporal.client, interpret: interpretEstate, detections, detectionSettings: {}, remediations,
    config: { tenant, approvals: { quorum: 1, wait: '72h', rollback: '7d' }, protected: { breakGlass: [], ownRoles: [] }, slack: null, jira: null },
    collectorOf: () => collector, playbooks: shippedPlaybooks({ detections: detections.map(({ id }) => id), remediations: remediations.map(({ id }) => id) }),
    describe: (change) => changeKindAbout(change.kind).describe(change),
    heartbeat: (details) => { Context.current().heartbeat(details) }, heartbeatDetails: () => Context.current().info.heartbeatDetails, signal: () => Context.current().cancellationSignal,
  }
  await as('scanner', (db) => mirrorEnvironments(db, tenant, [environmentSchema.parse({ name: 'sandbox', kind: 'sandbox' })]))
  await ensureSchedules(temporal.client, tenant, await as('scanner', (db) => listEnvironments(db, tenant)))
  return {
    postgres, temporal, sandbox, deps, activities: scannerActivities(deps), as,
    wakeUntil: async (isOver, seconds = 60) => {
      const until = performance.now() + seconds * 1000
      while (!(await isOver())) {
        if (performance.now() > until) throw new Error(`what was waited for did not happen in ${String(seconds)} s`)
        await deliverNudges(deps, tenant, 50)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    stop: async () => {
      await temporal.stop()
      await postgres.stop()
    },
  }
}
