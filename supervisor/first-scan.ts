import { setTimeout as sleep } from 'node:timers/promises'
import { defaultTenant as tenant } from '../model/id.ts'
import { type Store, withTenant } from '../store/db.ts'
import { listEnvironments } from '../store/environments.ts'
import { enqueueNudge } from '../store/messages.ts'
import { listScans, scanById, startScan } from '../store/scans.ts'

/** Every enabled environment that no scan has ended of is being scanned; gives the ids of those scans. */
export async function startFirstScans(store: Store): Promise<readonly { readonly id: string; readonly environment: string }[]> {
  return withTenant(store, tenant, async (db) => {
    const started: { id: string; environment: string }[] = []
    for (const { environment, isEnabled } of await listEnvironments(db, tenant)) {
      if (!isEnabled) continue
      const scans = await listScans(db, tenant, { environment: environment.name, limit: 50 })
      if (scans.some((scan) => scan.state === 'complete' || scan.state === 'partial')) continue
      const id = scans.find((scan) => scan.state === 'running')?.id ?? await startScan(db, tenant, { environment: environment.name, requestedBy: null })
      await enqueueNudge(db, tenant, `scan:${tenant}:${environment.name}`)
      started.push({ id, environment: environment.name })
    }
    return started
  })
}

/** Tells how the scan gets on, until it has ended or `signal` says stop. */
export async function followScan(store: Store, scan: { id: string; environment: string }, report: (line: string) => void, signal: AbortSignal): Promise<void> {
  for (let last = ''; !signal.aborted; await sleep(500, undefined, { signal }).catch(() => undefined)) {
    const row = await withTenant(store, tenant, (db) => scanById(db, tenant, scan.id)).catch(() => null)
    if (row === null) continue
    const done = row.accounts.filter((account) => account.state !== 'waiting' && account.state !== 'running').length
    const { opened, resolved } = row.report
    const line = row.state === 'running' ? `Scan of ${scan.environment}: ${row.accounts.length === 0 ? 'starting' : `${String(done)} of ${String(row.accounts.length)} accounts read`} …`
      : `Scan of ${scan.environment}: ${row.state}${row.reason === null ? '' : ` (${row.reason})`}${typeof opened === 'number' ? `, ${String(opened)} risks found` : ''}${typeof resolved === 'number' && resolved > 0 ? `, ${String(resolved)} resolved` : ''}`
    if (line !== last) report(line)
    last = line
    if (row.state !== 'running') return
  }
}
