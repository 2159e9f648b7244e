import { withTenant } from '../store/db.ts'
import { finishScan } from '../store/scans.ts'
import type { ScanActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** A scan that has ended keeps its end. */
export const endScan = ({ store }: ScannerDeps): ScanActivities['endScan'] => ({ tenant, scanId, state, reason }) =>
  withTenant(store, tenant, (db) => finishScan(db, tenant, scanId, { state, reason, report: {} }))
