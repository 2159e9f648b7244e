import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { z } from 'zod'
import { type Config, loadConfig, readSecret } from '../config.ts'
import { detections } from '../detections/index.ts'
import { slackClient } from '../integrations/slack/client.ts'
import { type ApprovalSigner, approvalSigner } from '../kernel/approval.ts'
import { WhittleError } from '../model/error.ts'
import { shippedPlaybooks } from '../playbooks/index.ts'
import { remediations } from '../remediations/index.ts'
import { openStore, type Store } from '../store/db.ts'
import { playbookDigest } from '../store/runs.ts'
import { temporalClient } from '../temporal/connection.ts'
import { createApp } from './app.ts'
import { addressesOf } from './guard.ts'
import { allRoutes } from './routes/index.ts'
import { callersIn } from './routes/sign-in.ts'
import { slackMount } from './slack-mount.ts'
import { workflowsBy } from './temporal-workflows.ts'

/** What is logged of an error: its name, code and message, never what it carries; the stack only where nobody expected the error. */
const logged = (error: unknown) => (error instanceof WhittleError ? { code: error.code, message: error.message } : { name: error instanceof Error ? error.name : typeof error, stack: error instanceof Error ? error.stack : undefined })
const log = pino({ base: { process: 'server' }, serializers: { error: logged } })
const report = (error: unknown, where: string) => { log.error({ error, where }, 'a request failed') }

const given = (name: string, value: string | null): string => {
  if (value === null) throw new WhittleError('secret.unreadable', `the server was not given ${name}: start Whittle with \`npm start\``)
  return value
}

async function signerOf(config: Config): Promise<ApprovalSigner> {
  const text = readSecret(given('its signing key (WHITTLE_SIGNING_KEY)', config.keys.signing), config.baseFolder)
  const jwk = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() }).safeParse(JSON.parse(text))
  if (!jwk.success) throw new WhittleError('secret.unreadable', 'the signing key is not an Ed25519 private key: restore the keys folder from the backup')
  return approvalSigner(jwk.data)
}
function sessionKeyOf(config: Config): Buffer {
  const key = Buffer.from(readSecret(given('its session key (WHITTLE_SESSION_KEY)', config.keys.session), config.baseFolder), 'base64')
  if (key.length !== 32) throw new WhittleError('secret.unreadable', 'the session key is not 32 bytes in base64: delete it and start again (everybody signs in again)')
  return key
}

/** The HTTP face as it is configured; nothing is connected before the first request. */
async function compose(config: Config, store: Store) {
  const { publicUrl, port } = config.server
  const [signer, sessionKey, temporal] = [await signerOf(config), sessionKeyOf(config), temporalClient(config)]
  const isSecure = publicUrl.startsWith('https:')
  const playbooks = [...shippedPlaybooks({ detections: detections.map(({ id }) => id), remediations: remediations.map(({ id }) => id) }).values()].map((playbook) => ({ playbook, digest: playbookDigest(playbook) }))
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))
  const routes = allRoutes({ store, tenant: config.tenant, isSecure, sessionKey, publicUrl, signer, workflows: workflowsBy(temporal.client), detections, remediations, playbooks, version })
  const slack = config.slack
  const before = slack === null ? undefined : slackMount({
    store, tenant: config.tenant, signer, publicUrl, signingSecret: readSecret(slack.signingSecret, config.baseFolder), log: (what, error) => { log.error({ error }, what) },
    slack: slackClient({ botToken: readSecret(slack.botToken, config.baseFolder), timeoutMs: 1000, ...(slack.apiUrl !== undefined && { apiUrl: slack.apiUrl }) }),
  })
  const app = createApp({ addresses: addressesOf(publicUrl, port), isSecure, sessionKey, callers: callersIn(store, config.tenant), routes, webFolder: fileURLToPath(new URL('../web/dist', import.meta.url)), report, ...(before !== undefined && { before }) })
  return { app, close: temporal.close }
}

/** The server listens until SIGTERM, or until the supervisor is gone. */
async function main(): Promise<void> {
  const config = loadConfig()
  const { host, port } = config.server
  const store = openStore(given('its database (DATABASE_URL)', config.databaseUrl))
  const { app, close } = await compose(config, store)
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5000 }, app)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? new WhittleError('input.invalid', `port ${String(port)} is taken on ${host}: stop what listens there, or set WHITTLE_PORT or server.port in whittle.yaml`, {}, cause) : cause)
    })
    server.listen(port, host, resolve)
  })
  log.info({ host, port }, 'listening')
  process.send?.('ready')
  const stop = () => {
    server.close(() => { void Promise.allSettled([store.close(), close()]).then(() => process.exit(0)) })
    server.closeIdleConnections()
    setTimeout(() => { server.closeAllConnections() }, 5000).unref()
  }
  process.once('SIGTERM', stop).once('disconnect', stop)
}

main().catch((error: unknown) => {
  log.fatal({ error }, 'the server could not start')
  const message = error instanceof Error ? error.message : 'the server could not start'
  if (process.send === undefined) process.exit(1)
  process.send({ fatal: message }, () => process.exit(1))
})
