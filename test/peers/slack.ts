import { createServer, type IncomingMessage } from 'node:http'
import { WebClient } from '@slack/web-api'
import { createEmulator } from 'emulate'
import { z } from 'zod'
import { freePort } from './free-port.ts'

export const signingSecret = 'test-signing-secret'
export const botToken = 'xoxb-test-local'
const scopes = ['chat:write', 'users:read', 'channels:read', 'channels:history']

/** What goes wrong with the next call of one method: answered instead of the peer, or (`after`) answered although the peer has done it. */
export type SlackFault = { readonly method: string; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown; readonly after?: boolean }
export type StoredMessage = { readonly ts: string; readonly text: string; readonly blocks: readonly unknown[] }
export type SlackPeer = {
  readonly apiUrl: string; readonly channel: string; readonly userIds: Readonly<Record<string, string>>; readonly web: WebClient
  readonly faults: SlackFault[]
  /** Fields that `users.info` shows for a user although the peer has none such (guests). */
  readonly userExtras: Map<string, Record<string, unknown>>
  /** Methods called, in order. */
  readonly calls: string[]
  readonly ephemerals: { user: string; text: string; blocks: string }[]
  readonly views: { triggerId: string; view: unknown }[]
  readonly messages: () => Promise<StoredMessage[]>
  readonly close: () => Promise<void>
}

/** The Slack of these tests: npm `emulate` behind a loopback front that loses, delays or refuses answers as told. See README, "Slack". */
export async function startSlackPeer(userNames: readonly string[] = ['alice', 'bob']): Promise<SlackPeer> {
  const emulator = await createEmulator({ service: 'slack', port: await freePort(), seed: { slack: {
    signing_secret: signingSecret, strict_scopes: true, users: userNames.map((name) => ({ name, real_name: name, email: `${name}@acme.example` })), channels: [{ name: 'approvals' }], bots: [{ name: 'whittle' }],
    oauth_apps: [{ client_id: '1.2', client_secret: 's', app_id: 'A000000001', name: 'Whittle', redirect_uris: ['http://localhost/cb'], scopes, bot_name: 'whittle' }],
    tokens: [{ token: botToken, type: 'bot', user: 'whittle', app_id: 'A000000001', scopes }],
  } } })
  const state = { faults: [] as SlackFault[], userExtras: new Map<string, Record<string, unknown>>(), calls: [] as string[], ephemerals: [] as SlackPeer['ephemerals'], views: [] as SlackPeer['views'] }
  const port = await freePort()
  const front = createServer((request, response) => {
    void answer(request, emulator.url, state).then(({ status, headers, body }) => response.writeHead(status, headers).end(body), () => response.destroy())
  })
  await new Promise<void>((resolve) => { front.listen(port, '127.0.0.1', () => { resolve() }) })
  const web = new WebClient(botToken, { slackApiUrl: `${emulator.url}/api/`, retryConfig: { retries: 0 } })
  const channel = (await web.conversations.list()).channels?.find((one) => one.name === 'approvals')?.id ?? ''
  const members = (await web.users.list({})).members ?? []
  return {
    apiUrl: `http://127.0.0.1:${String(port)}/api/`, channel, web, ...state,
    userIds: Object.fromEntries(members.flatMap((member) => (member.id && member.name ? [[member.name, member.id]] : []))),
    messages: async () => z.array(z.object({ ts: z.string(), text: z.string(), blocks: z.array(z.unknown()).default([]) })).parse((await web.conversations.history({ channel })).messages),
    close: async () => { await new Promise((resolve) => { front.close(resolve); front.closeAllConnections() }); await emulator.close() },
  }
}

type State = Pick<SlackPeer, 'faults' | 'userExtras' | 'calls' | 'ephemerals' | 'views'>
type Answer = { status: number; headers: Record<string, string>; body: string }

async function answer(request: IncomingMessage, peerUrl: string, state: State): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk))
  const sent = Buffer.concat(chunks).toString('utf8')
  const method = (request.url ?? '').replace('/api/', '')
  state.calls.push(method)
  const index = state.faults.findIndex((fault) => fault.method === method)
  const fault = index < 0 ? undefined : state.faults.splice(index, 1)[0]
  const instead = (one: SlackFault): Answer => ({ status: one.status, headers: { 'content-type': 'application/json', ...one.headers }, body: JSON.stringify(one.body ?? {}) })
  if (fault && fault.after !== true) return instead(fault)
  record(method, new URLSearchParams(sent), state)
  const response = await fetch(`${peerUrl}/api/${method}`, { method: 'POST', headers: { 'content-type': request.headers['content-type'] ?? '', authorization: request.headers.authorization ?? '' }, body: sent })
  const body = await response.text()
  if (fault) return instead(fault)
  return { status: response.status, headers: { 'content-type': 'application/json' }, body: method === 'users.info' ? withExtras(body, state.userExtras) : body }
}

function record(method: string, sent: URLSearchParams, state: State): void {
  if (method === 'chat.postEphemeral') state.ephemerals.push({ user: sent.get('user') ?? '', text: sent.get('text') ?? '', blocks: sent.get('blocks') ?? '' })
  if (method === 'views.open') state.views.push({ triggerId: sent.get('trigger_id') ?? '', view: JSON.parse(sent.get('view') ?? 'null') })
}

function withExtras(body: string, extras: State['userExtras']): string {
  const read = z.looseObject({ user: z.looseObject({ id: z.string() }).optional() }).parse(JSON.parse(body))
  return JSON.stringify(read.user ? { ...read, user: { ...read.user, ...extras.get(read.user.id) } } : read)
}
