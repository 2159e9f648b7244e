import { RestError } from '@azure/core-rest-pipeline'
import { GraphError } from '@microsoft/microsoft-graph-client'
import { expect, test } from 'vitest'
import { azureError, azureErrorCode } from '../../../clouds/azure/error.ts'
import { WhittleError } from '../../../model/error.ts'

const rest = (statusCode: number, code: string): RestError => new RestError(`said ${'secret'}`, { statusCode, code })
const graph = (status: number, code: string): GraphError => Object.assign(new GraphError(status, 'said secret'), { code, headers: new Headers({ 'Retry-After': '42' }) })
const named = (name: string): Error => Object.assign(new Error('said secret'), { name })

test.each<[unknown, string]>([
  [rest(403, 'AuthorizationFailed'), 'cloud.access-denied'], [rest(401, 'InvalidAuthenticationToken'), 'cloud.no-credentials'], [rest(404, 'RoleAssignmentNotFound'), 'cloud.not-found'],
  [rest(409, 'RoleAssignmentExists'), 'cloud.conflict'], [rest(400, 'RoleAssignmentUpdateNotPermitted'), 'cloud.conflict'], [rest(400, 'PrincipalNotFound'), 'cloud.invalid-request'],
  [rest(429, 'TooManyRequests'), 'cloud.throttled'], [rest(503, 'ServerBusy'), 'cloud.unavailable'], [named('RestError'), 'cloud.unavailable'], [named('AbortError'), 'cloud.unavailable'],
  [named('CredentialUnavailableError'), 'cloud.no-credentials'], [named('AggregateAuthenticationError'), 'cloud.no-credentials'], [graph(403, 'Authorization_RequestDenied'), 'cloud.access-denied'],
  [graph(429, 'TooManyRequests'), 'cloud.throttled'], ['text', 'cloud.unavailable'],
])('%s is %s, and nothing that was said is repeated', (error, code) => {
  const known = azureError('Microsoft.Authorization/roleAssignments/read', error)
  expect([known.code, known.message.includes('secret'), known.message.includes('Microsoft.Authorization/roleAssignments/read')]).toEqual([code, false, true])
})

test('Retry-After comes along, what is known already stays, what never answered has no code', () => {
  expect(azureError('x', graph(429, 'TooManyRequests')).details).toMatchObject({ retryAfterSeconds: '42', azureCode: 'TooManyRequests' })
  const known = new WhittleError('cloud.conflict', 'known')
  expect(azureError('x', known)).toBe(known)
  expect([azureErrorCode(rest(403, 'AuthorizationFailed')), azureErrorCode(named('AbortError'))]).toEqual(['AuthorizationFailed', null])
})
