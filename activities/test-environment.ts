import { WhittleError } from '../model/error.ts'
import { withTenant } from '../store/db.ts'
import { environmentNamed } from '../store/environments.ts'
import type { RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** What can be read just now; that nothing can is an answer too. */
export const testEnvironment = (deps: ScannerDeps): RunActivities['testEnvironment'] => async ({ tenant, environment }) => {
  const { environment: settings } = await withTenant(deps.store, tenant, (db) => environmentNamed(db, tenant, environment))
  try {
    const checks = await deps.collectorOf(settings).check(deps.signal())
    const missing = [...new Set(checks.filter((check) => check.outcome === 'refused').map((check) => check.permission))].toSorted()
    return { environment, isReadable: checks.some((check) => check.outcome === 'read') && missing.length === 0, missing, checks }
  } catch (cause) {
    if (!(cause instanceof WhittleError)) throw cause
    const isRefused = cause.code === 'cloud.access-denied' || cause.code === 'cloud.no-credentials'
    return { environment, isReadable: false, missing: [], checks: [{ what: `environment ${environment}`, permission: '', outcome: isRefused ? 'refused' : 'failed', reason: cause.message }] }
  }
}
