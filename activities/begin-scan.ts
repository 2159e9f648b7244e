import { withTenant } from '../store/db.ts'
import { environmentNamed } from '../store/environments.ts'
import { finishScan, listScans, startScan } from '../store/scans.ts'
import type { ScanActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** Harmless to repeat: the row that the first attempt wrote is the newest running one. */
export const beginScan = ({ store }: ScannerDeps): ScanActivities['beginScan'] => ({ tenant, environment }) =>
  withTenant(store, tenant, async (db) => {
    const found = await environmentNamed(db, tenant, environment)
    const [newest, ...older] = (await listScans(db, tenant, { environment, limit: 50 })).filter((scan) => scan.state === 'running')
    for (const scan of [...older, ...(found.isEnabled || !newest ? [] : [newest])]) {
      await finishScan(db, tenant, scan.id, { state: 'failed', reason: found.isEnabled ? 'it was interrupted: a newer scan took its place' : 'the environment is disabled', report: {} })
    }
    if (!found.isEnabled) return { kind: 'disabled', scanId: null }
    return { kind: 'begun', scanId: newest?.id ?? await startScan(db, tenant, { environment, requestedBy: null }) }
  })
