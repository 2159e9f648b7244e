import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliveryDeps } from '../activities/deliver-messages.ts'
import type { TicketDeps } from '../activities/sync-ticket.ts'
import { type Config, readSecret } from '../config.ts'
import { jiraClient } from '../integrations/jira/client.ts'
import { slackClient } from '../integrations/slack/client.ts'
import type { Store } from '../store/db.ts'

/** The longest that a request may be on its way, and that Jira's search may lag behind it. */
const jiraTimeoutMs = 30_000
const jiraSearchLagSeconds = 90

/** What delivering to Slack and Jira works with; each is null where whittle.yaml does not connect it. @throws WhittleError `secret.unreadable` */
export function deliveryDeps(config: Config, store: Store, tell: (line: string) => void): DeliveryDeps {
  const { slack, jira, tenant, server: { publicUrl } } = config
  return {
    store, tenant, publicUrl, log: (what, error) => { tell(`${what}: ${error instanceof Error ? error.message : 'failed'}`) }, pace: () => sleep(1100),
    slack: slack === null ? null : { channel: slack.channel, client: slackClient({ botToken: readSecret(slack.botToken, config.baseFolder), ...(slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl }) }) },
    jira: jira === null ? null : {
      client: jiraClient({ host: jira.host, email: jira.email, apiToken: readSecret(jira.apiToken, config.baseFolder), project: jira.project, timeoutMs: jiraTimeoutMs }),
      settings: {
        project: jira.project, issueType: jira.issueType, labels: jira.labels, priorities: jira.priorities, publicUrl, host: jira.host.replace(/\/+$/, ''), doneTransition: jira.doneTransition ?? null,
        settleSeconds: jiraTimeoutMs / 1000 + jiraSearchLagSeconds,
      },
    },
  }
}

/** What the poll of Jira works with, or null where Jira is not connected. */
export const pollDeps = ({ store, tenant, jira }: DeliveryDeps): TicketDeps | null => (jira === null ? null : { store, tenant, jira: jira.client, settings: jira.settings })
