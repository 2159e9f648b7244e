import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateCACertificate, getLocal, type Mockttp } from 'mockttp'
import { afterAll, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'whittle-gcp-proxy-'))
const ca = join(folder, 'ca.pem')
let proxy: Mockttp
beforeAll(async () => {
  const made = await generateCACertificate({ subject: { commonName: 'Acme private CA' } })
  writeFileSync(ca, made.cert)
  writeFileSync(join(folder, 'token'), 'not-a-secret')
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify({ type: 'external_account', audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme/providers/acme',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', token_url: 'https://sts.googleapis.com/v1/token', credential_source: { file: join(folder, 'token') } }))
  proxy = getLocal({ https: { key: made.key, cert: made.cert } })
  await proxy.start()
  await proxy.forPost('https://sts.googleapis.com/v1/token').thenJson(200, { access_token: 'x', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: 3600 })
  await proxy.forPost('https://cloudresourcemanager.googleapis.com/v3/projects/acme-prod:getIamPolicy').thenJson(200, { version: 1, etag: 'BwY=', bindings: [{ role: 'roles/owner', members: ['user:lena@acme.example'] }] })
  await proxy.forGet('https://iam.googleapis.com/v1/roles/viewer').thenJson(200, { name: 'roles/viewer', title: 'Viewer' })
})
afterAll(async () => { await proxy.stop(); rmSync(folder, { recursive: true, force: true }) })

/** A process with the variables that the supervisor hands on: the exchange of a federated token reads them itself, everything else is told by the configuration. */
const call = async (variables: Record<string, string>): Promise<string> => (await promisify(execFile)(process.execPath, [new URL('./proxied-call.ts', import.meta.url).pathname],
  { env: { PATH: process.env['PATH'], GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'credentials.json'), ...variables }, timeout: 45_000 })).stdout

test('tokens, policies and roles are reached through the proxy, and a private CA is believed', async () => {
  expect(await call({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: ca })).toBe('["roles/owner","Viewer"]')
})
test('without the CA nothing is said to a stranger', async () => { await expect(call({ HTTPS_PROXY: proxy.url })).rejects.toThrow(/certificate|self-signed/i) })
