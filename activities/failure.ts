import { ApplicationFailure } from '@temporalio/common'
import { type ErrorCode, WhittleError } from '../model/error.ts'

type Answer = 'retry' | 'final'
/** Whether the same call may succeed when made again: total, so that a new code must be placed. */
const answers = {
  'input.invalid': 'final', internal: 'retry', 'not-allowed': 'final', 'sign-in.required': 'final', 'sign-in.invalid': 'final', 'route.not-found': 'final', 'request.throttled': 'retry',
  'cloud.access-denied': 'final', 'cloud.throttled': 'retry', 'cloud.unavailable': 'retry', 'cloud.not-found': 'final', 'cloud.invalid-request': 'final', 'cloud.conflict': 'retry', 'cloud.no-credentials': 'final',
  'change.drifted': 'final', 'change.refused': 'final', 'change.unsupported': 'final',
  'finding.not-found': 'final', 'plan.not-found': 'final', 'plan.wrong-state': 'final', 'plan.refused': 'final', 'plan.target-busy': 'final',
  'approval.not-allowed': 'final', 'approval.needs-step-up': 'final', 'approval.out-of-date': 'final', 'approval.expired': 'final',
  'environment.not-found': 'final', 'environment.invalid': 'final', 'environment.overlap': 'final',
  'user.not-found': 'final', 'user.exists': 'final', 'run.not-found': 'final', 'scan.not-found': 'final', 'playbook.invalid': 'final', 'playbook.not-found': 'final', 'token.not-found': 'final',
  'estate.unreadable': 'final', 'store.unavailable': 'retry', 'temporal.unavailable': 'retry', 'audit.unavailable': 'retry', 'audit.tampered': 'final', 'kill-switch.on': 'retry', 'budget.exhausted': 'retry', 'secret.unreadable': 'final',
  'slack.unavailable': 'retry', 'slack.refused': 'final', 'slack.throttled': 'retry', 'jira.unavailable': 'retry', 'jira.refused': 'final', 'jira.throttled': 'retry', 'jira.not-found': 'final',
} as const satisfies Record<ErrorCode, Answer>

/** What Temporal is told: the code as type, the words for people, and when to try again. Nothing of the cause goes along: it may hold what is secret. */
export function failureOf(cause: unknown): Error {
  if (cause instanceof ApplicationFailure) return cause
  if (!(cause instanceof WhittleError)) {
    if (cause instanceof Error && (cause.name === 'CancelledFailure' || cause.name === 'AbortError')) return cause
    return ApplicationFailure.create({ type: 'internal', message: cause instanceof Error ? `${cause.name}: ${firstLine(cause.message)}` : 'failed without a reason', nonRetryable: false })
  }
  const seconds = Number(cause.details['retryAfterSeconds'])
  return ApplicationFailure.create({
    type: cause.code, message: cause.message, nonRetryable: answers[cause.code] === 'final',
    ...(Number.isFinite(seconds) && seconds > 0 ? { nextRetryDelay: Math.min(seconds, 3600) * 1000 } : {}),
  })
}

/** Because a database driver's message may go on with the values of the row. */
const firstLine = (message: string): string => (message.split('\n')[0] ?? '').slice(0, 200)

type Activity = (input: never) => Promise<unknown>
/** The same activities, whose failures Temporal understands. */
export function translated<T extends Readonly<Record<string, Activity>>>(activities: T): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, (input: never) => run(input).catch((cause: unknown) => { throw failureOf(cause) })] as const)
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- because fromEntries forgets the keys that it was given
  return Object.fromEntries(wrapped) as T
}
