import { outOfDate } from '../integrations/slack/notices.ts'
import { type ErrorCode, WhittleError } from '../model/error.ts'

/** What a person in Slack is told: the error's own message, that the card is old, or nothing because it failed on our side and the click was not taken. */
type Wording = 'message' | 'out-of-date' | 'failed'
const wordings = {
  'input.invalid': 'message', internal: 'failed', 'not-allowed': 'message', 'sign-in.required': 'message', 'sign-in.invalid': 'message', 'route.not-found': 'failed', 'request.throttled': 'message',
  'cloud.access-denied': 'failed', 'cloud.throttled': 'failed', 'cloud.unavailable': 'failed', 'cloud.not-found': 'failed', 'cloud.invalid-request': 'failed', 'cloud.conflict': 'failed', 'cloud.no-credentials': 'failed',
  'change.drifted': 'message', 'change.refused': 'message', 'change.unsupported': 'message',
  'finding.not-found': 'message', 'plan.not-found': 'out-of-date', 'plan.wrong-state': 'out-of-date', 'plan.refused': 'message', 'plan.target-busy': 'message',
  'approval.not-allowed': 'message', 'approval.needs-step-up': 'message', 'approval.out-of-date': 'out-of-date', 'approval.expired': 'message',
  'environment.not-found': 'failed', 'environment.invalid': 'failed', 'environment.overlap': 'failed',
  'user.not-found': 'message', 'user.exists': 'failed', 'run.not-found': 'out-of-date', 'scan.not-found': 'failed', 'playbook.invalid': 'failed', 'playbook.not-found': 'failed', 'token.not-found': 'failed',
  'estate.unreadable': 'failed', 'store.unavailable': 'failed', 'temporal.unavailable': 'failed', 'audit.unavailable': 'failed', 'audit.tampered': 'message', 'kill-switch.on': 'message', 'budget.exhausted': 'message', 'secret.unreadable': 'failed',
  'slack.unavailable': 'failed', 'slack.refused': 'failed', 'slack.throttled': 'failed', 'jira.unavailable': 'failed', 'jira.refused': 'failed', 'jira.throttled': 'failed', 'jira.not-found': 'failed',
} satisfies Record<ErrorCode, Wording>

/** The words for a refused click, or null where the click failed on our side and Slack shall show that it was not taken. */
export function wordsFor(error: unknown): string | null {
  if (!(error instanceof WhittleError)) return null
  const wording: Wording = wordings[error.code]
  return wording === 'failed' ? null : wording === 'out-of-date' ? outOfDate : `Nothing was changed: ${error.message}.`
}
