import type { ErrorCode } from '../model/error.ts'

/** CONTRACTS §2. 3 and 4 are of `analyze` alone. */
export const exits = { fine: 0, internal: 1, usage: 2, findings: 3, partial: 4, refused: 5 } as const
export type Exit = (typeof exits)[keyof typeof exits]

const exitOfCode = {
  'input.invalid': 2, internal: 1, 'not-allowed': 5, 'sign-in.required': 5, 'sign-in.invalid': 5, 'route.not-found': 1, 'request.throttled': 1,
  'cloud.access-denied': 1, 'cloud.throttled': 1, 'cloud.unavailable': 1, 'cloud.not-found': 1, 'cloud.invalid-request': 1, 'cloud.conflict': 1, 'cloud.no-credentials': 1,
  'change.drifted': 5, 'change.refused': 5, 'change.unsupported': 5,
  'finding.not-found': 2, 'plan.not-found': 2, 'plan.wrong-state': 5, 'plan.refused': 5, 'plan.target-busy': 5,
  'approval.not-allowed': 5, 'approval.needs-step-up': 5, 'approval.out-of-date': 5, 'approval.expired': 5,
  'environment.not-found': 2, 'environment.invalid': 2, 'environment.overlap': 2,
  'user.not-found': 2, 'user.exists': 5, 'run.not-found': 2, 'scan.not-found': 2, 'playbook.invalid': 5, 'playbook.not-found': 2, 'token.not-found': 2,
  'estate.unreadable': 2, 'store.unavailable': 1, 'temporal.unavailable': 1, 'audit.unavailable': 1, 'audit.tampered': 5, 'kill-switch.on': 5, 'budget.exhausted': 5, 'secret.unreadable': 2,
  'slack.unavailable': 1, 'slack.refused': 1, 'slack.throttled': 1, 'jira.unavailable': 1, 'jira.refused': 1, 'jira.throttled': 1, 'jira.not-found': 1,
} satisfies Record<ErrorCode, Exit>

/** The exit code of a coded error. */
export const exitOf = (code: ErrorCode): Exit => exitOfCode[code]

let chosen: Exit = exits.fine
/** The process will end with `exit` when the command has returned. */
export function exitWith(exit: Exit): void { chosen = exit }
export const chosenExit = (): Exit => chosen
