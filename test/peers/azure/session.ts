import type { AzureSession } from '../../../clouds/azure/session.ts'
import { direct } from '../../../clouds/outgoing.ts'
import { tenantId } from '../../builders/azure.ts'
import type { AzureStub } from './stub.ts'

/** A session with the stub's tenant whose token is there already. */
export const sessionOf = (stub: AzureStub): AzureSession => ({
  tenantId, subscriptions: null, endpoints: { resourceManager: stub.url, graph: stub.url, authority: stub.url }, outgoing: { ...direct, caFile: stub.caFile },
  credential: { getToken: () => Promise.resolve({ token: 'test-token', expiresOnTimestamp: Date.now() + 3_600_000 }) } })
