import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { type ErrorCode, WhittleError } from '../../model/error.ts'

/** What to do about an answer of Slack; every other one is told with its own name. */
const advice: Readonly<Record<string, string>> = {
  not_authed: 'set `slack.botToken` in whittle.yaml', invalid_auth: 'the bot token is wrong: set `slack.botToken` in whittle.yaml again', token_revoked: 'the bot token was revoked: install the app again',
  account_inactive: 'the app was removed from the workspace: install it again', missing_scope: 'install the app again from docs/slack-manifest.yaml',
  channel_not_found: 'invite the app to the channel of `slack.channel`, or set another one', not_in_channel: 'invite the app to the channel of `slack.channel`',
  is_archived: 'the channel is archived: set another `slack.channel`', message_not_found: 'the card was deleted in Slack', expired_trigger_id: 'the click is too old: click again',
}
const transient: ReadonlySet<string> = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org', 'accesslimited'])

/**
 * Every failure of the Slack client as a WhittleError: `slack.throttled` with `retryAfterSeconds`, `slack.refused` with Slack's own `error`, else `slack.unavailable`.
 * `details.outcome` is `unknown` where Slack may have done it all the same, else `none`.
 */
export function slackError(error: unknown, what: string): WhittleError {
  const failure = (code: ErrorCode, why: string, details: Readonly<Record<string, string>>) => new WhittleError(code, `cannot ${what} in slack: ${why}`, details, error)
  if (error instanceof WhittleError) return error
  if (error instanceof WebAPIRateLimitedError) {
    return failure('slack.throttled', `too many requests, trying again after ${String(error.retryAfter)} seconds`, { retryAfterSeconds: String(error.retryAfter), outcome: 'none' })
  }
  if (error instanceof WebAPIPlatformError) {
    const name = /^[a-z0-9_]{1,60}$/.test(error.data.error) ? error.data.error : 'an unknown error'
    if (name === 'ratelimited' || name === 'rate_limited') return failure('slack.throttled', 'too many requests', { retryAfterSeconds: '30', outcome: 'none' })
    if (transient.has(name)) return failure('slack.unavailable', `it answered \`${name}\``, { error: name, outcome: 'unknown' })
    return failure('slack.refused', `it answered \`${name}\`: ${advice[name] ?? 'see docs/slack.md'}`, { error: name, outcome: 'none' })
  }
  if (error instanceof WebAPIHTTPError) {
    const isOurs = error.statusCode >= 400 && error.statusCode < 500
    return failure(isOurs ? 'slack.refused' : 'slack.unavailable', `it answered ${String(error.statusCode)}`, { error: String(error.statusCode), outcome: isOurs ? 'none' : 'unknown' })
  }
  if (error instanceof WebAPIRequestError) return failure('slack.unavailable', 'no answer: look at the network, the proxy and `slack.apiUrl`', { outcome: 'unknown' })
  return failure('slack.unavailable', 'the answer could not be read', { outcome: 'unknown' })
}
