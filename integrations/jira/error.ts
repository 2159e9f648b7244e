import { isApiError, isNetworkError, isRateLimitError } from 'jira.js'
import { z } from 'zod'
import { WhittleError } from '../../model/error.ts'

/** Nothing was sent: no connection was made. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])
const advice: Readonly<Record<number, string>> = {
  401: 'set `jira.email` and `jira.apiToken` again', 403: 'give the user of `jira.email` the permission in the project', 404: 'the issue was deleted or moved out of sight',
}
const problemBody = z.object({ errorMessages: z.array(z.string()).default([]), errors: z.record(z.string(), z.string()).default({}) })

/**
 * Every failure of the Jira client as a WhittleError: `jira.throttled` with `retryAfterSeconds`, `jira.not-found`, `jira.refused` with the refused `fields`, else `jira.unavailable`.
 * `details.outcome` is `unknown` where Jira may have done it all the same, else `none`.
 */
export function jiraError(error: unknown, what: string): WhittleError {
  if (error instanceof WhittleError) return error
  const unavailable = (why: string, outcome: 'unknown' | 'none') => new WhittleError('jira.unavailable', `cannot ${what} in jira: ${why}`, { outcome }, error)
  if (isRateLimitError(error)) {
    const seconds = String(Math.min(3600, Math.max(1, Math.ceil((error.retryAfterMs ?? 60_000) / 1000))))
    return new WhittleError('jira.throttled', `cannot ${what} in jira: too many requests, trying again after ${seconds} seconds`, { retryAfterSeconds: seconds, outcome: 'none' }, error)
  }
  if (isApiError(error)) {
    const { status } = error
    if (status === 404 || status === 410) return new WhittleError('jira.not-found', `cannot ${what} in jira: ${advice[404] ?? ''}`, { status: String(status), outcome: 'none' }, error)
    if (status === 409 || status === 423) return unavailable(`another change of the issue is under way (${String(status)})`, 'none')
    if (status >= 500 || status === 408) return unavailable(`it answered ${String(status)}`, 'unknown')
    const fields = refusedFields(error.body)
    return new WhittleError('jira.refused', `cannot ${what} in jira: it answered ${String(status)}${fields ? ` about \`${fields}\`` : ''}: ${advice[status] ?? 'look at `jira` in whittle.yaml and at the project\'s fields'}`, { status: String(status), fields, outcome: 'none' }, error)
  }
  if (isNetworkError(error)) return unavailable('no answer: look at the network, the proxy and `jira.host`', neverSent.has(error.code ?? '') ? 'none' : 'unknown')
  return unavailable('the answer could not be read', 'unknown')
}

function refusedFields(body: unknown): string {
  const read = problemBody.safeParse(body)
  return read.success ? Object.keys(read.data.errors).filter((name) => /^[A-Za-z0-9_]{1,60}$/.test(name)).slice(0, 10).join(', ') : ''
}
