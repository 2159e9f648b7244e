import { WhittleError } from '../model/error.ts'
import { withTenant } from '../store/db.ts'
import { enqueueMessage } from '../store/messages.ts'
import { runById } from '../store/runs.ts'
import type { RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** The risk's issue will exist: it stands in the outbox, once a run. */
export const openTicket = ({ store, config }: ScannerDeps): RunActivities['openTicket'] => ({ tenant, runId }) =>
  withTenant(store, tenant, async (db) => {
    const run = await runById(db, tenant, runId)
    if (run === null) throw new WhittleError('run.not-found', `there is no run \`${runId}\``)
    await enqueueMessage(db, tenant, { kind: 'jira.sync', key: `jira:${run.findingId}:run:${runId}`, payload: { findingId: run.findingId, comment: null } })
    return { note: config.jira === null ? 'no ticket system is connected' : 'the issue is on its way' }
  })
