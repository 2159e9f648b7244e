import { z } from 'zod'
import { type ErrorCode, WhittleError } from '../../model/error.ts'

/** What is read of a client's error, and no more: its message may quote what was sent. gax gives gRPC numbers, gaxios gives the response. */
const failureSchema = z.object({
  name: z.string().optional(), code: z.union([z.number(), z.string()]).optional(), status: z.union([z.number(), z.string()]).optional(),
  response: z.object({ status: z.number().optional(), data: z.unknown().optional(), headers: z.unknown().optional() }).optional(), config: z.object({ url: z.unknown().optional() }).optional(),
})
const bodySchema = z.object({ error: z.object({ status: z.string().optional(), code: z.number().optional() }) })

const named: ReadonlyMap<number, string> = new Map([[3, 'INVALID_ARGUMENT'], [4, 'DEADLINE_EXCEEDED'], [5, 'NOT_FOUND'], [6, 'ALREADY_EXISTS'], [7, 'PERMISSION_DENIED'], [8, 'RESOURCE_EXHAUSTED'], [9, 'FAILED_PRECONDITION'], [10, 'ABORTED'],
  [12, 'UNIMPLEMENTED'], [13, 'INTERNAL'], [14, 'UNAVAILABLE'], [16, 'UNAUTHENTICATED'], [400, 'INVALID_ARGUMENT'], [401, 'UNAUTHENTICATED'], [403, 'PERMISSION_DENIED'], [404, 'NOT_FOUND'], [409, 'ABORTED'], [412, 'FAILED_PRECONDITION'], [429, 'RESOURCE_EXHAUSTED'], [503, 'UNAVAILABLE']])
const codes: ReadonlyMap<string, ErrorCode> = new Map([['INVALID_ARGUMENT', 'cloud.invalid-request'], ['FAILED_PRECONDITION', 'cloud.invalid-request'], ['NOT_FOUND', 'cloud.not-found'], ['ALREADY_EXISTS', 'cloud.conflict'], ['ABORTED', 'cloud.conflict'],
  ['PERMISSION_DENIED', 'cloud.access-denied'], ['RESOURCE_EXHAUSTED', 'cloud.throttled'], ['UNAUTHENTICATED', 'cloud.no-credentials'], ['UNIMPLEMENTED', 'cloud.invalid-request']])

/** What Google calls the failure, as gcloud prints it: `PERMISSION_DENIED`, `NOT_FOUND`, …; null where nothing answered. */
export function gcpErrorCode(error: unknown): string | null {
  if (error instanceof WhittleError) return error.details['gcpCode'] ?? null
  const failure = failureSchema.safeParse(error).data
  const body = bodySchema.safeParse(failure?.response?.data).data?.error
  const number = failure?.response?.status ?? (typeof failure?.code === 'number' ? failure.code : Number(failure?.code))
  return body?.status ?? named.get(number) ?? null
}

/** The failure of `call` (the permission that it needs) as Whittle knows it; one that is already known stays. Nothing of what Google said is repeated but its code. */
export function gcpError(call: string, error: unknown): WhittleError {
  if (error instanceof WhittleError) return error
  const failure = failureSchema.safeParse(error).data
  const name = gcpErrorCode(error) ?? (typeof failure?.code === 'string' && !/^\d+$/.test(failure.code) ? failure.code : 'Error')
  const isToken = /\/token(\?|$)/.test(String(failure?.config?.url ?? '')) && failure?.response !== undefined
  const code = isToken ? 'cloud.no-credentials' : codes.get(name) ?? 'cloud.unavailable'
  return gcpFailure(code, call, name)
}

/** `retryAfter` is the header of the answer: seconds. */
export function gcpFailure(code: ErrorCode, call: string, name: string, retryAfter: string | null = null): WhittleError {
  const seconds = Number(retryAfter ?? Number.NaN)
  return new WhittleError(code, wording(code, call, name), { call, gcpCode: name, ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: String(Math.ceil(seconds)) } : {}) })
}

function wording(code: ErrorCode, call: string, name: string): string {
  switch (code) {
    case 'cloud.access-denied': return `Google Cloud refused \`${call}\` (${name}); grant it to the account that Whittle uses (docs/permissions.md)`
    case 'cloud.no-credentials': return `Google Cloud does not accept the credentials for \`${call}\` (${name}); run \`gcloud auth application-default login\`, or point GOOGLE_APPLICATION_CREDENTIALS at a workload identity configuration`
    case 'cloud.throttled': return `Google Cloud is slowing \`${call}\` down (${name}); it is tried again`
    case 'cloud.not-found': return `Google Cloud knows no such thing for \`${call}\` (${name})`
    case 'cloud.conflict': return `something else is changing it at this moment: \`${call}\` (${name}); try again`
    case 'cloud.invalid-request': return `Google Cloud did not take \`${call}\` (${name})`
    default: return `Google Cloud did not answer \`${call}\` (${name}); look at the network and the proxy`
  }
}
