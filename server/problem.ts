import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { type ErrorCode, WhittleError } from '../model/error.ts'
import type { ErrorSink } from './app.ts'

/** The HTTP status of every error. Clouds, Slack and Jira are upstream of this server: their failures are 502 and 503. */
export const statusOf = {
  'input.invalid': 400, internal: 500, 'not-allowed': 403, 'sign-in.required': 401, 'sign-in.invalid': 401, 'route.not-found': 404, 'request.throttled': 429,
  'cloud.access-denied': 502, 'cloud.throttled': 503, 'cloud.unavailable': 503, 'cloud.not-found': 502, 'cloud.invalid-request': 502, 'cloud.conflict': 409, 'cloud.no-credentials': 502,
  'change.drifted': 409, 'change.refused': 422, 'change.unsupported': 422,
  'finding.not-found': 404, 'plan.not-found': 404, 'plan.wrong-state': 409, 'plan.refused': 422, 'plan.target-busy': 409,
  'approval.not-allowed': 403, 'approval.needs-step-up': 403, 'approval.out-of-date': 409, 'approval.expired': 409,
  'environment.not-found': 404, 'environment.invalid': 422, 'environment.overlap': 409,
  'user.not-found': 404, 'user.exists': 409, 'run.not-found': 404, 'scan.not-found': 404, 'playbook.invalid': 422, 'playbook.not-found': 404, 'token.not-found': 404,
  'estate.unreadable': 422, 'store.unavailable': 503, 'temporal.unavailable': 503, 'audit.unavailable': 503, 'audit.tampered': 500, 'kill-switch.on': 409, 'budget.exhausted': 409, 'secret.unreadable': 500,
  'slack.unavailable': 503, 'slack.refused': 502, 'slack.throttled': 503, 'jira.unavailable': 503, 'jira.refused': 502, 'jira.throttled': 503, 'jira.not-found': 502,
} satisfies Record<ErrorCode, number>

/** Answers with RFC 9457 problem+json. */
export function sendProblem(response: Response, error: WhittleError): void {
  const status = statusOf[error.code]
  const retryAfter = error.details['retryAfterSeconds']
  if (retryAfter !== undefined) response.set('Retry-After', retryAfter)
  response.status(status).type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: error.message, status, code: error.code, ...(Object.keys(error.details).length > 0 && { details: error.details }) }))
}

/** Turns every error into a problem; only coded errors show their message, everything else goes to `report` and is answered "internal error". */
export const problem = (report: ErrorSink): ErrorRequestHandler => (error: unknown, request, response, next) => {
  if (response.headersSent) { next(error); return }
  const known = knownError(error)
  if (known === null || known.code === 'internal') report(error, `${request.method} ${request.path}`)
  sendProblem(response, known ?? new WhittleError('internal', 'internal error: look at the log of the server'))
}

export const routeNotFound: RequestHandler = (request, response) => {
  sendProblem(response, new WhittleError('route.not-found', `there is nothing at \`${request.method} ${request.path.slice(0, 200)}\``))
}

const requestErrorSchema = z.object({ status: z.number().int().min(400).max(499), type: z.string() })
/** Names the fields of a refused body or query; the messages of Express' own parsers never carry the input. */
function knownError(error: unknown): WhittleError | null {
  if (error instanceof WhittleError) return error
  if (error instanceof z.ZodError) return new WhittleError('input.invalid', error.issues.map((issue) => issue.path.length > 0 ? `\`${issue.path.join('.')}\` ${wording(issue)}` : wording(issue)).join('; ').slice(0, 1000))
  const refused = requestErrorSchema.safeParse(error)
  if (!refused.success) return error instanceof URIError ? new WhittleError('input.invalid', 'the path is not valid percent-encoding') : null
  return new WhittleError('input.invalid', refused.data.type === 'entity.too.large' ? 'the body is larger than 64 KiB' : 'the body is not valid JSON')
}
function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has fields that are not known: ${issue.keys.map((key) => `\`${key.slice(0, 60)}\``).join(', ')}`
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
}
