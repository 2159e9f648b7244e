import { z } from 'zod'
import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import { problemSchema } from '../../model/finding.ts'
import { coverageSchema, type ScanRow } from '../../model/views.ts'
import { environmentNamed, listEnvironments, setEnvironmentEnabled } from '../../store/environments.ts'
import { appendAudit } from '../../store/audit.ts'
import type { Db } from '../../store/db.ts'
import { enqueueNudge } from '../../store/messages.ts'
import { pageOf, readCursor } from '../../store/page.ts'
import { userNames } from '../../store/plan-reading.ts'
import { openRisksByEnvironment } from '../../store/risk-reading.ts'
import { listScans, requestScanCancel, type Scan, type ScanAccount, scanById, startScan } from '../../store/scans.ts'
import { whoIs } from '../plan-view.ts'
import { serve } from '../serve.ts'
import { asCaller, done, type RouteDeps } from './context.ts'

/** What the scanner writes when a scan ends; a scan that still runs has none of it. */
const reportSchema = z.object({
  coverage: z.array(coverageSchema).catch([]), unread: z.array(z.object({ what: z.string(), why: z.string(), subjects: z.number().int() })).catch([]),
  unknown: z.array(z.object({ detection: z.string(), subject: z.string(), reason: z.string() })).catch([]), problems: z.array(problemSchema).catch([]),
  opened: z.number().int().catch(0), resolved: z.number().int().catch(0),
})

function scanRow(scan: Scan, accounts: readonly ScanAccount[], names: ReadonlyMap<string, string>): ScanRow {
  const report = reportSchema.parse(scan.report)
  const ended = accounts.filter((account) => account.state !== 'waiting' && account.state !== 'running')
  return {
    id: scan.id, environment: scan.environment, state: scan.state, startedBy: scan.requestedBy === null ? 'schedule' : whoIs(names, scan.requestedBy), startedAt: scan.startedAt, endedAt: scan.finishedAt,
    accountsDone: ended.length, accountsTotal: accounts.length, step: stepOf(scan, accounts, ended.length), opened: report.opened, resolved: report.resolved, unread: report.unread.length, problems: report.problems.length, reason: scan.reason,
  }
}
function stepOf(scan: Scan, accounts: readonly ScanAccount[], ended: number): string {
  if (scan.state !== 'running') return scan.state
  if (scan.isCancelRequested) return 'stopping'
  if (accounts.length === 0) return 'listing accounts'
  return ended === accounts.length ? 'judging' : 'reading'
}

const answersOf = ({ answersRead, answersExpected }: ScanAccount): string => (answersExpected === null ? (answersRead === 0 ? '' : `${String(answersRead)} answers`) : `${String(answersRead)} of ${String(answersExpected)} answers`)

async function accountsOf(db: Db, tenant: string, id: string): Promise<readonly ScanAccount[]> {
  return (await scanById(db, tenant, id))?.accounts ?? []
}

/** Scans: rows of the store; the work itself is a workflow of the scanner. */
export const scanRoutes = (deps: RouteDeps) => ({
  scans: serve(api.scans, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const after = readCursor(query.cursor, z.tuple([z.string()]))
    const scans = await listScans(db, tenant, { limit: query.limit + 1, ...(query.environment !== undefined && { environment: query.environment }), ...(after !== null && { before: after[0] }) })
    const page = pageOf(scans, query.limit, (scan) => [scan.id])
    const names = await userNames(db, tenant)
    const rows: ScanRow[] = []
    for (const scan of page.rows) rows.push(scanRow(scan, await accountsOf(db, tenant, scan.id), names))
    return { rows, next: page.next }
  })),
  scan: serve(api.scan, ({ caller, param }) => asCaller(deps, caller, async (db, tenant) => {
    const scan = await scanById(db, tenant, param('id'))
    if (scan === null) throw new WhittleError('scan.not-found', `there is no scan \`${param('id').slice(0, 80)}\``)
    const report = reportSchema.parse(scan.report)
    return {
      ...scanRow(scan, scan.accounts, await userNames(db, tenant)), coverage: report.coverage, unreadFacts: report.unread, unknown: report.unknown.slice(0, 500), brokenFiles: report.problems.slice(0, 500),
      accounts: scan.accounts.map((account) => ({ account: account.account, cloud: account.cloud, state: account.state, reason: account.reason, step: answersOf(account) })),
    }
  })),
  startScan: serve(api.startScan, ({ caller, body }) => asCaller(deps, caller, async (db, tenant) => {
    const { isEnabled, environment } = await environmentNamed(db, tenant, body.environment)
    if (!isEnabled) throw new WhittleError('environment.invalid', `environment \`${environment.name}\` is disabled: enable it first`)
    const [last] = await listScans(db, tenant, { environment: environment.name, limit: 1 })
    if (last?.state === 'running') return { id: last.id }
    const id = await startScan(db, tenant, { environment: environment.name, requestedBy: caller.userId })
    await appendAudit(db, tenant, { kind: 'scan.requested', actor: caller.userId, subject: id, details: { environment: environment.name } })
    await enqueueNudge(db, tenant, `scan:${tenant}:${environment.name}`)
    return { id }
  })),
  cancelScan: serve(api.cancelScan, async ({ caller, param }) => {
    const environment = await asCaller(deps, caller, async (db, tenant) => {
      const scan = await scanById(db, tenant, param('id'))
      if (scan === null) throw new WhittleError('scan.not-found', `there is no scan \`${param('id').slice(0, 80)}\``)
      if (!(await requestScanCancel(db, tenant, scan.id))) return null
      await appendAudit(db, tenant, { kind: 'scan.cancel-requested', actor: caller.userId, subject: scan.id })
      return scan.environment
    })
    // because the request stands in the store and the scanner reads it there: Temporal being down delays the stop, and loses nothing
    if (environment !== null) await deps.workflows.cancelScan(caller.tenant, environment).catch(() => undefined)
    return done
  }),
})

/** Environments: declared in whittle.yaml, switched on and off here. */
export function environmentRoutes(deps: RouteDeps) {
  const set = (isEnabled: boolean) => async ({ caller, param }: { caller: Parameters<typeof asCaller>[1]; param: (name: 'name') => string }) => asCaller(deps, caller, async (db, tenant) => {
    await setEnvironmentEnabled(db, tenant, param('name'), isEnabled)
    await appendAudit(db, tenant, { kind: isEnabled ? 'environment.enabled' : 'environment.disabled', actor: caller.userId, subject: param('name') })
    return done
  })
  return {
    environments: serve(api.environments, ({ caller }) => asCaller(deps, caller, async (db, tenant) => {
      const open = await openRisksByEnvironment(db, tenant)
      const rows = []
      for (const { environment, isEnabled, accounts } of await listEnvironments(db, tenant)) {
        const [last] = await listScans(db, tenant, { environment: environment.name, limit: 1 })
        rows.push({
          name: environment.name, kind: environment.kind, schedule: environment.schedule, isEnabled, accounts: accounts.map(({ account }) => account), openRisks: open.get(environment.name) ?? 0,
          lastScan: last === undefined ? null : { id: last.id, state: last.state, startedAt: last.startedAt, endedAt: last.finishedAt },
        })
      }
      return { rows }
    })),
    enableEnvironment: serve(api.enableEnvironment, set(true)),
    disableEnvironment: serve(api.disableEnvironment, set(false)),
    testEnvironment: serve(api.testEnvironment, async ({ caller, param }) => {
      await asCaller(deps, caller, (db, tenant) => environmentNamed(db, tenant, param('name')))
      return deps.workflows.testEnvironment(caller.tenant, param('name'))
    }),
  }
}
