import { accessSync, constants, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import pg from 'pg'
import { type Config, readSecret } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { placePostgres } from '../store/postgres-binaries.ts'
import { findTemporal } from '../temporal/binary.ts'
import { temporalAnswers } from '../temporal/server.ts'

/** One thing that a start needs. `advice` says what to do where it is not fine. */
export type Examined = { readonly what: string; readonly isFine: boolean; readonly detail: string }

/** Everything that `npm start` needs, looked at without starting or changing anything. */
export async function examine(config: Config): Promise<readonly Examined[]> {
  return Promise.all([
    examined('node', () => nodeVersion()),
    examined('configuration', () => `${String(config.environments.length)} environments: ${config.environments.map((environment) => environment.name).join(', ') || 'none'}`),
    examined('state folder', () => stateFolder(config.home)),
    examined('port', () => port(config)),
    examined('PostgreSQL', () => postgres(config)),
    examined('Temporal', () => temporal(config)),
    ...secrets(config).map(([name, reference]) => examined(`secret ${name}`, () => { readSecret(reference, config.baseFolder); return `${reference} can be read` })),
  ])
}

async function examined(what: string, look: () => string | Promise<string>): Promise<Examined> {
  try {
    return { what, isFine: true, detail: await look() }
  } catch (cause) {
    return { what, isFine: false, detail: cause instanceof Error ? cause.message : 'unknown' }
  }
}

function nodeVersion(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 18)) throw new WhittleError('input.invalid', `Node ${process.versions.node} cannot run Whittle: install Node 24`)
  return process.versions.node
}

function stateFolder(home: string): string {
  let folder = home
  while (!existsSync(folder)) folder = dirname(folder)
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    throw new WhittleError('input.invalid', `\`${folder}\` cannot be written: make it writable, or set WHITTLE_HOME`)
  }
  return folder === home ? home : `${home} (made at the first start)`
}

function port({ server }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () => { reject(new WhittleError('input.invalid', `port ${String(server.port)} on ${server.host} is taken: Whittle runs already, or choose another with WHITTLE_PORT`)) })
    probe.listen(server.port, server.host, () => { probe.close(() => { resolve(`${server.host}:${String(server.port)} is free`) }) })
  })
}

async function postgres({ databaseUrl, home }: Config): Promise<string> {
  if (databaseUrl === null) return `embedded, data in ${placePostgres(`${home}/postgres`).dataFolder}`
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    return 'DATABASE_URL answers'
  } catch (cause) {
    throw new WhittleError('store.unavailable', `DATABASE_URL does not answer: ${cause instanceof Error ? cause.message : 'no reason'}`, {}, cause)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function temporal(config: Config): Promise<string> {
  const { address, namespace, tls } = config.temporal
  if (address === null) return `dev server ${await findTemporal({ programFolders: config.programFolders, cacheFolder: config.cacheFolder, report: () => undefined, mayFetch: false })}`
  if (tls || await temporalAnswers(address, namespace)) return `TEMPORAL_ADDRESS ${address}`
  throw new WhittleError('temporal.unavailable', `TEMPORAL_ADDRESS \`${address}\` does not answer for the namespace \`${namespace}\``)
}

const secrets = ({ slack, jira }: Config): readonly (readonly [string, string])[] => [
  ...(slack === null ? [] : [['slack.botToken', slack.botToken] as const, ['slack.signingSecret', slack.signingSecret] as const]),
  ...(jira === null ? [] : [['jira.apiToken', jira.apiToken] as const]),
]
