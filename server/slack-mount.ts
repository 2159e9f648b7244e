import type { Express } from 'express'
import type { SlackClient } from '../integrations/slack/client.ts'
import type { ApprovalSigner } from '../kernel/approval.ts'
import { type Store, withTenant } from '../store/db.ts'
import { decide, requestUndo } from '../store/decisions.ts'
import { addSlackLinkCode, slackLinkOf } from '../store/slack.ts'
import { hashToken, mintToken } from './secret-token.ts'
import { mountSlack } from './slack.ts'

type Parts = { readonly store: Store; readonly tenant: string; readonly signer: ApprovalSigner; readonly slack: SlackClient; readonly signingSecret: string; readonly publicUrl: string; readonly log: (what: string, error: unknown) => void }

/** Clicks in Slack are decisions of this store: the same transaction as a click on our pages, known as `slack`. */
export const slackMount = ({ store, tenant, signer, slack, signingSecret, publicUrl, log }: Parts) => (app: Express): void => {
  mountSlack(app, {
    slack, signingSecret, publicUrl, log,
    links: {
      linkedUser: (teamId, slackUserId) => withTenant(store, tenant, async (db) => (await slackLinkOf(db, tenant, teamId, slackUserId))?.id ?? null),
      startLink: async ({ teamId, slackUserId, slackName }) => {
        const code = mintToken()
        const { teamName } = await slack.identity()
        await withTenant(store, tenant, (db) => addSlackLinkCode(db, tenant, { teamId, teamName, slackUserId, slackName, codeHash: hashToken(code) }))
        return code
      },
    },
    decide: async ({ planId, digest, nonce, userId, decision, reason }) => {
      await withTenant(store, tenant, (db) => decide(db, signer, { tenant, planId, planDigest: digest, userId, authStrength: 'slack', decision, reason, nonce }))
    },
    undo: async ({ planId, digest, nonce, userId }) => { await withTenant(store, tenant, (db) => requestUndo(db, tenant, { planId, userId, reason: 'asked for in Slack', nonce, planDigest: digest })) },
    nudge: () => Promise.resolve(), // because the decision's own transaction put the nudge into the outbox
  })
}
