/** Public: routes, retries, exit codes and alerts key on the code, never on the message. Add here; the boundary tables then ask for it. */
export const errorCodes = [
  'input.invalid', 'internal', 'not-allowed', 'sign-in.required', 'sign-in.invalid', 'route.not-found', 'request.throttled',
  'cloud.access-denied', 'cloud.throttled', 'cloud.unavailable', 'cloud.not-found', 'cloud.invalid-request', 'cloud.conflict', 'cloud.no-credentials',
  'change.drifted', 'change.refused', 'change.unsupported',
  'finding.not-found', 'plan.not-found', 'plan.wrong-state', 'plan.refused', 'plan.target-busy',
  'approval.not-allowed', 'approval.needs-step-up', 'approval.out-of-date', 'approval.expired',
  'environment.not-found', 'environment.invalid', 'environment.overlap',
  'user.not-found', 'user.exists', 'run.not-found', 'scan.not-found', 'playbook.invalid', 'playbook.not-found', 'token.not-found',
  'estate.unreadable', 'store.unavailable', 'temporal.unavailable', 'audit.unavailable', 'audit.tampered', 'kill-switch.on', 'budget.exhausted', 'secret.unreadable',
  'slack.unavailable', 'slack.refused', 'slack.throttled', 'jira.unavailable', 'jira.refused', 'jira.throttled', 'jira.not-found',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** An expected failure at a boundary. `message`: lower-case, input in backticks, no secret, and what to do next. */
export class WhittleError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string>>
  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, string>> = {}, cause?: unknown) {
    super(message, { cause })
    this.name = 'WhittleError'
    this.code = code
    this.details = details
  }
}
