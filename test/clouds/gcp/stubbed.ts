import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '../../../model/answer.ts'
import { direct } from '../../../clouds/outgoing.ts'
import type { GcpScope, GcpSession } from '../../../clouds/gcp/session.ts'
import { startGcpStub, type Stub } from '../../peers/gcp/stub.ts'

export type Stubbed = { readonly stub: Stub; readonly session: (scope?: GcpScope, url?: string) => GcpSession; readonly close: () => Promise<void> }
export const acmeScope: GcpScope = { kind: 'organization', organization: '300000000001' }

/** A stub, and credentials for it as a user has them: a workload identity configuration that GOOGLE_APPLICATION_CREDENTIALS names. */
export async function startStubbed(): Promise<Stubbed> {
  const stub = await startGcpStub()
  const dir = mkdtempSync(join(tmpdir(), 'whittle-adc-'))
  writeFileSync(join(dir, 'token'), 'not-a-secret')
  writeFileSync(join(dir, 'credentials.json'), JSON.stringify({ type: 'external_account', audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme/providers/loopback',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', token_url: `${stub.url}/v1/token`, credential_source: { file: join(dir, 'token') } }))
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = join(dir, 'credentials.json')
  const session = (scope: GcpScope = acmeScope, url: string = stub.url): GcpSession => ({ scope, actAs: null, endpoints: { cloudResourceManager: url, iam: url, cloudAsset: url, cloudIdentity: url, iamCredentials: stub.url }, outgoing: direct })
  return { stub, session, close: async () => { rmSync(dir, { recursive: true }); await stub.close() } }
}

export function recorder(): { readonly answers: Map<string, Answer>; readonly emit: (path: string, answer: Answer) => Promise<void> } {
  const answers = new Map<string, Answer>()
  return { answers, emit: (path, answer) => { answers.set(path, answer); return Promise.resolve() } }
}
