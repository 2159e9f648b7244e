import { withTenant } from '../store/db.ts'
import { enqueueMessage } from '../store/messages.ts'
import type { RunActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

/** The plan's card will show what is so when it is delivered: it stands in the outbox, once an occasion. */
export const sendCard = ({ store, config }: ScannerDeps): RunActivities['sendCard'] => ({ tenant, runId, planId, occasion }) =>
  withTenant(store, tenant, async (db) => {
    if (planId === null) return { note: 'there is no plan to tell of' }
    await enqueueMessage(db, tenant, { kind: 'slack.card', key: `slack:card:${planId}:${occasion}:${runId}`, payload: { planId } })
    return { note: config.slack === null ? 'Slack is not connected: see the web' : 'told in Slack' }
  })
