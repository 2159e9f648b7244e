import { z } from 'zod'
import { type ErrorCode, WhittleError } from '../../model/error.ts'

/** What is read of an SDK's error, and no more: its message may quote what was sent. */
const failureSchema = z.object({
  name: z.string().optional(), Code: z.string().optional(), code: z.string().optional(), Error: z.object({ Code: z.string().optional() }).optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(), $response: z.object({ headers: z.record(z.string(), z.unknown()).optional() }).optional(),
})

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ...['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation'].map((name) => [name, 'cloud.access-denied'] as const),
  ...['InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException', 'UnrecognizedClientException', 'CredentialsProviderError', 'AuthFailure', 'MissingAuthenticationToken', 'IncompleteSignature', 'TokenProviderError', 'RequestExpired']
    .map((name) => [name, 'cloud.no-credentials'] as const),
  ...['Throttling', 'ThrottlingException', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown', 'RequestThrottledException'].map((name) => [name, 'cloud.throttled'] as const),
  ...['NoSuchEntity', 'NoSuchEntityException', 'ResourceNotFoundException'].map((name) => [name, 'cloud.not-found'] as const),
  ...['ConcurrentModification', 'ConcurrentModificationException', 'EntityTemporarilyUnmodifiable', 'EntityTemporarilyUnmodifiableException', 'DeleteConflict', 'DeleteConflictException'].map((name) => [name, 'cloud.conflict'] as const),
])

/** What AWS calls the failure, as its command line prints it: `AccessDenied`, `NoSuchEntity`, …; null where nothing answered. */
export function awsErrorCode(error: unknown): string | null {
  const failure = failureSchema.safeParse(error).data
  if (failure?.$metadata?.httpStatusCode === undefined) return null
  return failure.Error?.Code ?? failure.Code ?? failure.name ?? null
}

/** The failure of `call` (an IAM action) as Whittle knows it; one that is already known stays. Nothing of what AWS said is repeated but its code. */
export function awsError(call: string, error: unknown): WhittleError {
  if (error instanceof WhittleError) return error
  const failure = failureSchema.safeParse(error).data ?? {}
  const name = failure.Error?.Code ?? failure.Code ?? failure.name ?? 'Error'
  const status = failure.$metadata?.httpStatusCode
  const code = codes.get(name) ?? codes.get(failure.name ?? '') ?? (status === 429 ? 'cloud.throttled' : status === undefined || status >= 500 || status < 400 ? 'cloud.unavailable' : 'cloud.invalid-request')
  const retryAfter = Number(failure.$response?.headers?.['retry-after'])
  const details = { call, awsCode: name, ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterSeconds: String(Math.ceil(retryAfter)) } : {}) }
  return new WhittleError(code, wording(code, call, name), details, error)
}

function wording(code: ErrorCode, call: string, name: string): string {
  switch (code) {
    case 'cloud.access-denied': return `AWS refused \`${call}\` (${name}); grant it to the role that Whittle uses (docs/permissions.md)`
    case 'cloud.no-credentials': return `AWS does not accept the credentials for \`${call}\` (${name}); sign in again, or look at the role's trust policy and external id`
    case 'cloud.throttled': return `AWS is slowing \`${call}\` down (${name}); it is tried again`
    case 'cloud.not-found': return `AWS knows no such thing for \`${call}\` (${name})`
    case 'cloud.conflict': return `something else is changing it at this moment: \`${call}\` (${name}); try again`
    case 'cloud.invalid-request': return `AWS did not take \`${call}\` (${name})`
    default: return `AWS did not answer \`${call}\` (${name}); look at the network, the proxy and the region`
  }
}
