import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateCACertificate, getLocal, type Mockttp } from 'mockttp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../config.ts'
import { childEnvironment } from '../../supervisor/child-environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'whittle-proxy-'))
let proxy: Mockttp
beforeAll(async () => {
  const ca = await generateCACertificate({ subject: { commonName: 'Acme private CA' } })
  writeFileSync(join(folder, 'ca.pem'), ca.cert)
  proxy = getLocal({ https: { key: ca.key, cert: ca.cert } })
  await proxy.start()
  await proxy.forPost('https://slack.acme.test/api/auth.test').thenJson(200, { ok: true, team_id: 'T0ACME', team: 'Acme', user_id: 'U1' })
  await proxy.forGet('https://jira.acme.test/rest/api/3/issue/10001').thenJson(200, { id: '10001', key: 'SEC-1', fields: { status: { name: 'To Do', statusCategory: { key: 'new' } }, updated: '2026-01-01T00:00:00.000+0000' } })
})
afterAll(async () => { await proxy.stop(); rmSync(folder, { recursive: true, force: true }) })

/** The process as the supervisor starts it on a machine with these variables. */
async function call(machine: Record<string, string>): Promise<string> {
  const env = { PATH: process.env['PATH'], ...machine }
  writeFileSync(join(folder, 'whittle.yaml'), 'schemaVersion: 1\n')
  const config = loadConfig(env, folder)
  const key = join(folder, 'none')
  const child = childEnvironment('scanner', env, { config, keys: { codec: key, signing: key, session: key, trustRoots: key }, databaseUrl: 'postgres://x', temporalAddress: 'x' })
  return (await promisify(execFile)(process.execPath, [new URL('./proxied-call.ts', import.meta.url).pathname], { env: child, timeout: 30_000 })).stdout
}

test('Slack and Jira are reached through HTTPS_PROXY, and a private CA is believed', async () => {
  expect(await call({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })).toBe('["T0ACME","SEC-1"]')
})
test.each<[string, () => Record<string, string>]>([
  ['without the CA nothing is said to a stranger', () => ({ HTTPS_PROXY: proxy.url })],
  ['NO_PROXY goes around the proxy', () => ({ HTTPS_PROXY: proxy.url, NO_PROXY: '.acme.test', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })],
  ['without a proxy the names are looked up here', () => ({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })],
])('%s', async (_name, machine) => { await expect(call(machine())).rejects.toThrow(/slack\.unavailable|cannot sign in in slack/) })
