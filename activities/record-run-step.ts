import { WhittleError } from '../model/error.ts'
import { withTenant } from '../store/db.ts'
import { runById, setRunState, setRunStep } from '../store/runs.ts'
import type { RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** What a person made of the run, or what it is doing. A run that is not in the store any more counts as cancelled. */
export const readRun = ({ store }: ScannerDeps): RunActivities['readRun'] => ({ tenant, runId }) =>
  withTenant(store, tenant, async (db) => ({ state: (await runById(db, tenant, runId))?.state ?? 'cancelled' }))

export const recordRunStep = ({ store }: ScannerDeps): RunActivities['recordRunStep'] => ({ tenant, runId, step, state, note, waitingFor }) =>
  withTenant(store, tenant, async (db) => {
    const run = await runById(db, tenant, runId)
    if (run === null) throw new WhittleError('run.not-found', `there is no run \`${runId}\``)
    await setRunStep(db, tenant, { runId, step }, { state, ...(note === null ? {} : { detail: note }) })
    if (run.state !== 'paused') await setRunState(db, tenant, runId, waitingFor === null ? { state: 'running', reason: null } : { state: 'waiting', reason: waitingFor })
  })

/** A run that has ended keeps its end. */
export const endRun = ({ store }: ScannerDeps): RunActivities['endRun'] => ({ tenant, runId, state, reason }) =>
  withTenant(store, tenant, (db) => setRunState(db, tenant, runId, { state, reason }))
