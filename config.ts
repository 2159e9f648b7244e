import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { severitySchema } from './model/detection.ts'
import { type Environment, environmentSchema } from './model/environment.ts'
import { WhittleError } from './model/error.ts'
import { defaultTenant } from './model/id.ts'
import { instantSchema } from './model/instant.ts'
import { durationSchema } from './model/playbook.ts'
import { err, ok, type Result } from './model/result.ts'
import { printYamlProblems, readYaml, type YamlProblem, positionIn } from './yaml-document.ts'

/** Where a secret stands: `env:NAME` or `file:PATH`. Never the secret itself: it is read when it is used (`readSecret`). */
export type SecretReference = string
const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, 'must be a reference such as `env:SLACK_BOT_TOKEN` or `file:secrets/slack`, never the secret itself')
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

const detectionSettings = z.strictObject({
  enabled: z.boolean().default(true), severity: severitySchema.optional(), options: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), z.union([z.number(), z.string(), z.boolean()])).default({}),
})
const slackSettings = z.strictObject({
  botToken: secretReference, signingSecret: secretReference, channel: z.string().regex(/^[CGD][A-Z0-9]{2,}$/, 'must be a channel id such as `C0123`'), apiUrl: httpUrl.optional(),
})
const jiraSettings = z.strictObject({
  host: httpUrl, email: z.email('must be an e-mail address'), apiToken: secretReference, project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'must be a project key such as `SEC`'),
  issueType: z.string().min(1).default('Task'), labels: z.array(z.string().regex(/^\S+$/, 'must be a label without spaces')).default(['whittle']),
  priorities: z.partialRecord(severitySchema, z.string().min(1)).default({}), doneTransition: z.string().min(1).optional(), pollMinutes: z.number().int().min(1).max(1440).default(10),
})
const serverSettings = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'), port: z.number().int().min(1).max(65_535).default(8080), publicUrl: httpUrl.optional(),
})
const freeze = z.strictObject({ from: instantSchema, until: instantSchema, reason: z.string().min(1).max(200) })

/** `whittle.yaml` (CONTRACTS §7): unknown keys are refused. */
export const whittleYamlSchema = z.strictObject({
  schemaVersion: z.literal(1),
  environments: z.array(environmentSchema).max(500).default([]),
  detections: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be the id of a detection'), detectionSettings).default({}),
  slack: slackSettings.optional(),
  jira: jiraSettings.optional(),
  server: serverSettings.prefault({}),
  protected: z.strictObject({ breakGlass: z.array(z.string().min(1)).default([]), ownRoles: z.array(z.string().min(1)).default([]) }).prefault({}),
  approvals: z.strictObject({ quorum: z.number().int().min(1).max(5).default(1), wait: durationSchema.default('72h'), rollback: durationSchema.default('7d') }).prefault({}),
  budgets: z.strictObject({ writesPerAccountAndHour: z.number().int().min(1).max(1000).default(10) }).prefault({}),
  freezes: z.array(freeze).max(100).default([]),
  http: z.strictObject({ caFile: z.string().min(1).optional() }).prefault({}),
})
export type WhittleYaml = z.infer<typeof whittleYamlSchema>

/** Everything that this process was told at its start. Secrets are references; what another process is told is not in it. */
export type Config = Omit<WhittleYaml, 'http' | 'server' | 'slack' | 'jira'> & {
  readonly tenant: string
  /** The state folder (`WHITTLE_HOME`, else `.whittle`), absolute. */
  readonly home: string
  /** Folder that relative paths of whittle.yaml start from. */
  readonly baseFolder: string
  readonly server: { readonly host: string; readonly port: number; readonly publicUrl: string }
  readonly slack: z.infer<typeof slackSettings> | null
  readonly jira: z.infer<typeof jiraSettings> | null
  /** For every outgoing client. */
  readonly http: { readonly proxy: string | null; readonly noProxy: string | null; readonly caFile: string | null }
  /** PostgreSQL as this process may use it; null = the supervisor starts the embedded one. */
  readonly databaseUrl: string | null
  readonly temporal: { readonly address: string | null; readonly namespace: string; readonly apiKey: SecretReference | null; readonly tls: boolean }
  /** References to the keys that this process was given; null = not given to this process. */
  readonly keys: { readonly codec: SecretReference | null; readonly signing: SecretReference | null; readonly trustRoots: SecretReference | null; readonly session: SecretReference | null }
  /** Where downloaded and built programs are kept, outside the checkout. */
  readonly cacheFolder: string
  /** Folders that programs are looked for in. */
  readonly programFolders: readonly string[]
  /** The sandbox estate's folder. */
  readonly sandboxFolder: string
}

export type ProcessEnv = Readonly<Record<string, string | undefined>>

/** The value of a whittle.yaml, or every problem with line and column; environments are unique by name and by account. */
export function parseWhittleYaml(text: string): Result<WhittleYaml, readonly YamlProblem[]> {
  const read = readYaml(text, whittleYamlSchema)
  if (!read.ok) return read
  const clashes = environmentClashes(read.value.environments).map((clash) => ({ ...positionIn(text, ['environments', clash.index]), reason: clash.reason }))
  return clashes.length > 0 ? err(clashes) : ok(read.value)
}

/** The config of this process from its environment and `whittle.yaml` (`WHITTLE_CONFIG`, else in the working folder; missing = the sandbox alone). @throws WhittleError `input.invalid` */
export function loadConfig(env: ProcessEnv = process.env, workingFolder: string = process.cwd()): Config {
  const file = resolve(workingFolder, env['WHITTLE_CONFIG'] ?? 'whittle.yaml')
  const text = readOptional(file, env['WHITTLE_CONFIG'] !== undefined)
  const parsed = parseWhittleYaml(text ?? 'schemaVersion: 1\nenvironments: [{ name: sandbox, kind: sandbox }]\n')
  if (!parsed.ok) throw new WhittleError('input.invalid', printYamlProblems(file, parsed.error), { file })
  const { http, server, slack, jira, ...rest } = parsed.value
  const home = resolve(workingFolder, env['WHITTLE_HOME'] ?? '.whittle')
  const port = portOf(env['WHITTLE_PORT']) ?? server.port
  return {
    ...rest, tenant: defaultTenant, home, baseFolder: dirname(file), sandboxFolder: resolve(home, 'estates', 'sandbox'),
    server: { host: server.host, port, publicUrl: trimSlash(server.publicUrl ?? `http://localhost:${String(port)}`) },
    slack: slack ?? null, jira: jira ?? null,
    http: { proxy: env['HTTPS_PROXY'] ?? env['https_proxy'] ?? null, noProxy: env['NO_PROXY'] ?? env['no_proxy'] ?? null, caFile: caFile(http.caFile, dirname(file), env) },
    cacheFolder: resolve(env['XDG_CACHE_HOME'] ?? resolve(homedir(), '.cache'), 'whittle'), programFolders: (env['PATH'] ?? '').split(delimiter).filter(isAbsolute),
    databaseUrl: env['DATABASE_URL'] ?? null,
    temporal: { address: env['TEMPORAL_ADDRESS'] ?? null, namespace: env['TEMPORAL_NAMESPACE'] ?? 'default', apiKey: env['TEMPORAL_API_KEY'] === undefined ? null : 'env:TEMPORAL_API_KEY', tls: env['TEMPORAL_TLS'] === 'true' || env['TEMPORAL_API_KEY'] !== undefined },
    keys: { codec: env['WHITTLE_CODEC_KEY'] ?? null, signing: env['WHITTLE_SIGNING_KEY'] ?? null, trustRoots: env['WHITTLE_TRUST_ROOTS'] ?? null, session: env['WHITTLE_SESSION_KEY'] ?? null },
  }
}

/** What the command line knows of the server that it talks to: a token of its own (`WHITTLE_TOKEN`), else the file that `whittle login` wrote. */
export type ClientConfig = { readonly token: string | null; readonly server: string | null; readonly tokenFile: string }

export function loadClientConfig(env: ProcessEnv = process.env): ClientConfig {
  const server = env['WHITTLE_URL']
  if (server !== undefined && !httpUrl.safeParse(server).success) throw new WhittleError('input.invalid', '`WHITTLE_URL` must be an http or https address such as `http://localhost:8080`')
  return { token: env['WHITTLE_TOKEN'] ?? null, server: server === undefined ? null : trimSlash(server), tokenFile: resolve(env['XDG_CONFIG_HOME'] ?? resolve(homedir(), '.config'), 'whittle', 'token.json') }
}

/** The secret that `reference` names, without a newline at its end. Files are regular, at most 64 KiB and readable by their owner alone (0600). @throws WhittleError `secret.unreadable`, naming the reference and never the secret */
export function readSecret(reference: SecretReference, baseFolder: string, env: ProcessEnv = process.env): string {
  const refuse = (why: string) => new WhittleError('secret.unreadable', `cannot read the secret \`${secretReference.safeParse(reference).success ? reference : '…'}\`: ${why}`)
  if (reference.startsWith('env:')) {
    const value = env[reference.slice(4)]
    if (value === undefined || value.trim() === '') throw refuse(`the environment variable is not set: export ${reference.slice(4)} and start again`)
    return value.trim()
  }
  if (!reference.startsWith('file:')) throw refuse('a secret is given as `env:NAME` or `file:PATH`')
  const path = isAbsolute(reference.slice(5)) ? reference.slice(5) : resolve(baseFolder, reference.slice(5))
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw refuse('the file does not exist')
  if (!found.isFile()) throw refuse('it is not a regular file')
  if ((found.mode & 0o077) !== 0) throw refuse(`others may read the file: run \`chmod 600 ${path}\``)
  if (found.size > 65_536) throw refuse('the file is larger than 64 KiB')
  const value = readFileSync(path, 'utf8').trimEnd()
  if (value === '') throw refuse('the file is empty')
  return value
}

/** The environment called `name`. @throws WhittleError `environment.not-found`, naming those that there are */
export function environmentNamed(config: Pick<Config, 'environments'>, name: string): Environment {
  const found = config.environments.find((environment) => environment.name === name)
  if (found) return found
  const names = config.environments.map((environment) => `\`${environment.name}\``).join(', ')
  throw new WhittleError('environment.not-found', `there is no environment \`${name.slice(0, 80)}\` in whittle.yaml${names ? `: there are ${names}` : ''}`)
}

/** What `environment` alone may hold: a second enabled environment with the same one is refused. */
export function ownedBy(environment: Environment): string | null {
  switch (environment.kind) {
    case 'sandbox': return 'the sandbox'
    case 'directory': return `directory ${environment.path}`
    case 'aws-account': return `aws account ${environment.account}`
    case 'aws-organization': return `aws account ${environment.managementAccount}`
    case 'azure-tenant': return `azure tenant ${environment.tenantId.toLowerCase()}`
    case 'gcp-organization': return `gcp organization ${environment.organization}`
    case 'gcp-project': return `gcp project ${environment.project}`
  }
}

function environmentClashes(environments: readonly Environment[]): { index: number; reason: string }[] {
  const names = new Set<string>()
  const owners = new Map<string, string>()
  return environments.flatMap((environment, index) => {
    const clashes: { index: number; reason: string }[] = []
    if (names.has(environment.name)) clashes.push({ index, reason: `\`environments[${String(index)}].name\` \`${environment.name}\` is used twice: rename one` })
    names.add(environment.name)
    const owned = environment.enabled ? ownedBy(environment) : null
    const owner = owned === null ? undefined : owners.get(owned)
    if (owned !== null && owner !== undefined) clashes.push({ index, reason: `${owned} belongs to the enabled environment \`${owner}\` already: disable one of \`${owner}\` and \`${environment.name}\`` })
    else if (owned !== null) owners.set(owned, environment.name)
    return clashes
  })
}

function readOptional(file: string, isRequired: boolean): string | null {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found && !isRequired) return null
  if (!found) throw new WhittleError('input.invalid', `\`${file}\` (WHITTLE_CONFIG) does not exist`)
  if (!found.isFile()) throw new WhittleError('input.invalid', `\`${file}\` is not a regular file`)
  if (found.size > 1_048_576) throw new WhittleError('input.invalid', `\`${file}\` is larger than 256 KiB: split it`)
  return readFileSync(file, 'utf8')
}

function portOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new WhittleError('input.invalid', `WHITTLE_PORT \`${text.slice(0, 20)}\` is not a port: give a number from 1 to 65535`)
  return port
}

const trimSlash = (url: string): string => url.replace(/\/$/, '')
const caFile = (fromYaml: string | undefined, folder: string, env: ProcessEnv): string | null => (fromYaml === undefined ? env['NODE_EXTRA_CA_CERTS'] ?? null : resolve(folder, fromYaml))

/** This process's environment, for those who start processes and must choose what each is told. */
export const processEnvironment = (): ProcessEnv => process.env
