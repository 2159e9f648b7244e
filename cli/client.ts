import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { loadClientConfig } from '../config.ts'
import { api, type Answered, type ApiName, type Call, type Endpoint, urlOf } from '../model/api.ts'
import { errorCodes, type ErrorCode, WhittleError } from '../model/error.ts'
import { problemDetailSchema } from '../model/views.ts'

const tokenFileSchema = z.strictObject({ server: z.url({ protocol: /^https?$/ }), token: z.string().regex(/^whittle_[A-Za-z0-9_-]{43}$/), name: z.string() })
export type TokenFile = z.infer<typeof tokenFileSchema>
type Input<N extends ApiName> = Partial<Call<(typeof api)[N]>>
/** Calls one endpoint as the person of the personal token. */
export type Client = { readonly call: <N extends ApiName>(name: N, input?: Input<N>) => Promise<Answered<(typeof api)[N]>> }

/** The client of the signed-in person: `WHITTLE_TOKEN` with `WHITTLE_URL`, else what `whittle login` wrote. @throws WhittleError `sign-in.required` */
export function openClient(): Client {
  const { token, server, tokenFile } = loadClientConfig()
  if (token !== null) return clientOf(server ?? 'http://localhost:8080', token)
  const file = readTokenFile(tokenFile)
  return clientOf(server ?? file.server, file.token)
}
export const clientOf = (server: string, token: string | null): Client => ({ call: (name, input = {}) => send(server, token, { endpoint: api[name], input }) })

async function send<E extends Endpoint>(server: string, token: string | null, { endpoint, input }: { endpoint: E; input: Partial<Call<E>> }): Promise<Answered<E>> {
  const params: object = input.params ?? {}
  const url = `${server}${urlOf(endpoint.path, Object.fromEntries(Object.entries(params)), Object(input.query ?? {}))}`
  const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...(endpoint.method === 'POST' && { 'content-type': 'application/json' }) }
  const response = await fetch(url, { method: endpoint.method, headers, redirect: 'error', signal: AbortSignal.timeout(330_000), ...(endpoint.method === 'POST' && { body: JSON.stringify(input.body ?? {}) }) }).catch((cause: unknown) => {
    throw new WhittleError('internal', `Whittle does not answer at \`${server}\`: start it with \`npm start\`, or set WHITTLE_URL`, {}, cause)
  })
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw refusalOf(body, response.status)
  const answer = endpoint.answer.safeParse(body)
  if (!answer.success) throw new WhittleError('internal', `\`${server}\` does not answer as this version of Whittle does: use the command line of the same version`)
  return parsed<E['answer']>(endpoint.answer, body)
}
const parsed = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value)

const isCode = (text: string): text is ErrorCode => errorCodes.some((code) => code === text)
function refusalOf(body: unknown, status: number): WhittleError {
  const problem = problemDetailSchema.safeParse(body)
  if (!problem.success) return new WhittleError('internal', `the server answered ${String(status)} without a reason: is this the address of Whittle?`)
  return new WhittleError(isCode(problem.data.code) ? problem.data.code : 'internal', problem.data.title, problem.data.details)
}

/** The file holds a token that acts in a person's name: its owner alone may read it. */
function readTokenFile(path: string): TokenFile {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new WhittleError('sign-in.required', 'you are not signed in: run `whittle login LINK` with a sign-in link (Whittle prints one when it starts; an administrator makes more)')
  if ((found.mode & 0o077) !== 0) throw new WhittleError('secret.unreadable', `others may read your token: run \`chmod 600 ${path}\``)
  const read = tokenFileSchema.safeParse(parseJson(readFileSync(path, 'utf8')))
  if (!read.success) throw new WhittleError('secret.unreadable', `\`${path}\` is broken: delete it and run \`whittle login\``)
  return read.data
}
/** Written whole or not at all, 0600 from its first byte. */
export function writeTokenFile(path: string, file: TokenFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${String(process.pid)}`
  writeFileSync(draft, `${JSON.stringify(tokenFileSchema.parse(file), null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
function parseJson(text: string): unknown {
  try { return JSON.parse(text) } catch { return null }
}
