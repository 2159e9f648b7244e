import type { RequestHandler } from 'express'

const maxSkewSeconds = 300

/**
 * Only a request that is shaped exactly as Slack signs it, stamped at most 300 seconds ago or ahead, comes to Bolt, which then proves the signature over the raw body.
 * Because Bolt accepts signed timestamps from the future, several spellings of one timestamp, and other versions of the signature (SAFETY T1, T2).
 */
export const onlyAsSlackSends = (now: () => number): RequestHandler => (request, response, next) => {
  const headersOf = (name: string): readonly string[] => request.headersDistinct[name] ?? []
  const one = (name: string, pattern: RegExp): string | null => {
    const [value, ...others] = headersOf(name)
    return value !== undefined && others.length === 0 && pattern.test(value) ? value : null
  }
  const stamped = one('x-slack-request-timestamp', /^[1-9][0-9]{9}$/)
  const isFresh = stamped !== null && Math.abs(Math.floor(now() / 1000) - Number(stamped)) <= maxSkewSeconds
  if (!isFresh || one('x-slack-signature', /^v0=[0-9a-f]{64}$/) === null) { response.status(401).end(); return }
  if (one('content-type', /^application\/x-www-form-urlencoded$/) === null || headersOf('content-encoding').length > 0) { response.status(415).end(); return }
  next()
}
