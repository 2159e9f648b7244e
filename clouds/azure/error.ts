import { z } from 'zod'
import { type ErrorCode, WhittleError } from '../../model/error.ts'

const bodySchema = z.object({ error: z.object({ code: z.string() }) })
/** What is read of an SDK's error, and no more: its message may quote what was sent. Covers the ARM clients, Graph and `@azure/identity`. */
const failureSchema = z.object({
  name: z.string().optional(), code: z.union([z.string(), z.number(), z.null()]).optional(), statusCode: z.number().optional(),
  response: z.object({ bodyAsText: z.string().nullish(), headers: z.unknown() }).optional(), headers: z.unknown().optional(),
})
const getterSchema = z.object({ get: z.custom<(name: string) => unknown>((value) => typeof value === 'function') })

const conflicts = new Set(['RoleAssignmentExists', 'RoleAssignmentUpdateNotPermitted', 'Conflict', 'AnotherOperationInProgress', 'PreconditionFailed'])
const signInNames = new Set(['CredentialUnavailableError', 'AuthenticationError', 'AggregateAuthenticationError', 'AuthenticationRequiredError'])

/** What Azure calls the failure (`AuthorizationFailed`, `Request_ResourceNotFound`, …); null where nothing answered. */
export function azureErrorCode(error: unknown): string | null {
  const failure = failureSchema.safeParse(error).data
  if (failure?.statusCode === undefined || failure.statusCode < 100) return null
  const told = bodySchema.safeParse(jsonOrNull(failure.response?.bodyAsText)).data?.error.code
  return told ?? (typeof failure.code === 'string' && failure.code !== '' ? failure.code : `Http${failure.statusCode}`)
}

/** The failure of `call` (a permission's name) as Whittle knows it; one that is already known stays. Nothing of what Azure said is repeated but its code. */
export function azureError(call: string, error: unknown): WhittleError {
  if (error instanceof WhittleError) return error
  const failure = failureSchema.safeParse(error).data ?? {}
  const name = azureErrorCode(error) ?? failure.name ?? 'Error'
  const code = codeOf(failure.statusCode, name, failure.name)
  const retryAfter = Number(headerOf(failure.response?.headers ?? failure.headers, 'retry-after'))
  const details = { call, azureCode: name, ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterSeconds: String(Math.ceil(retryAfter)) } : {}) }
  return new WhittleError(code, wording(code, call, name), details, error)
}

function codeOf(status: number | undefined, name: string, kind: string | undefined): ErrorCode {
  if (kind !== undefined && signInNames.has(kind)) return 'cloud.no-credentials'
  if (conflicts.has(name) || status === 409 || status === 412) return 'cloud.conflict'
  switch (status) {
    case 401: return 'cloud.no-credentials'
    case 403: return 'cloud.access-denied'
    case 404: return 'cloud.not-found'
    case 429: return 'cloud.throttled'
    default: return status !== undefined && status >= 400 && status < 500 ? 'cloud.invalid-request' : 'cloud.unavailable'
  }
}

function wording(code: ErrorCode, call: string, name: string): string {
  switch (code) {
    case 'cloud.access-denied': return `Azure refused \`${call}\` (${name}); grant it to the identity that Whittle uses (docs/permissions.md)`
    case 'cloud.no-credentials': return `Azure does not accept the credentials for \`${call}\` (${name}); sign in with \`az login\`, or set the environment's or the workload's identity`
    case 'cloud.throttled': return `Azure is slowing \`${call}\` down (${name}); it is tried again`
    case 'cloud.not-found': return `Azure knows no such thing for \`${call}\` (${name})`
    case 'cloud.conflict': return `it changed, or something else is changing it at this moment: \`${call}\` (${name}); propose the change again`
    case 'cloud.invalid-request': return `Azure did not take \`${call}\` (${name})`
    default: return `Azure did not answer \`${call}\` (${name}); look at the network, the proxy and the endpoints`
  }
}

function headerOf(headers: unknown, name: string): unknown {
  const getter = getterSchema.safeParse(headers)
  return getter.success && typeof headers === 'object' && headers !== null ? getter.data.get.call(headers, name) : undefined
}

function jsonOrNull(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
