import { z } from 'zod'
import { withTenant } from '../store/db.ts'
import { dropUnseenAnswers, putAnswer } from '../store/answers.ts'
import { environmentNamed } from '../store/environments.ts'
import { setScanAccount } from '../store/scans.ts'
import type { ScanActivities } from './contract.ts'
import { accountOf } from './list-accounts.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** Each answer is in the store before the next is asked for. An attempt that died goes on after the last answer that it told of; the heartbeat carries that far and no payload more. */
export const collectAccount = (deps: ScannerDeps): ScanActivities['collectAccount'] => async ({ tenant, environment, scanId, account, cursor }) => {
  const { store } = deps
  const { environment: settings } = await withTenant(store, tenant, (db) => environmentNamed(db, tenant, environment))
  await withTenant(store, tenant, (db) => setScanAccount(db, tenant, { scanId, ...accountOf(account), state: 'running' }))
  const resumed = z.string().safeParse(deps.heartbeatDetails())
  const next = await deps.collectorOf(settings).collect(account, {
    cursor: resumed.success ? resumed.data : cursor,
    emit: async (path, answer) => { await withTenant(store, tenant, (db) => putAnswer(db, tenant, { environment, scanId }, [path, answer])) },
    reached: (at) => { deps.heartbeat(at) },
    signal: deps.signal(),
  })
  if (next === null) await withTenant(store, tenant, (db) => dropUnseenAnswers(db, tenant, { environment, scanId }, [`${account}/`]))
  return { cursor: next }
}

/** The scan's page shows how the account ended. */
export const recordAccount = ({ store }: ScannerDeps): ScanActivities['recordAccount'] => ({ tenant, scanId, account, state, reason }) =>
  withTenant(store, tenant, (db) => setScanAccount(db, tenant, { scanId, ...accountOf(account), state: state === 'done' ? 'complete' : 'failed', reason }))
