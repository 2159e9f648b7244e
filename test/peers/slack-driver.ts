import { createHmac, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'

/** Sends what Slack sends: signed interactivity requests. Ours, because `emulate` delivers none (PEERS §2). */
export type Sent = { readonly status: number; readonly body: string }
export type Headers = Readonly<Record<string, string | string[]>>
const agent = new Agent({ keepAlive: true, maxSockets: 16 })
export const slackForm = 'application/x-www-form-urlencoded'

export function sendRaw(url: string, body: string | Buffer, headers: Headers, isChunked = false): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const length: Headers = isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) }
    const sending = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('end', () => { resolve({ status: response.statusCode ?? 0, body: text }) }).on('error', reject)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

export const signature = (secret: string, stamp: string, body: string, version = 'v0'): string => `${version}=${createHmac('sha256', secret).update(`${version}:${stamp}:${body}`).digest('hex')}`
export const stampAt = (ms: number, skewSeconds = 0): string => String(Math.floor(ms / 1000) + skewSeconds)
export const formOf = (payload: unknown): string => `payload=${encodeURIComponent(JSON.stringify(payload))}`

export function signedHeaders(secret: string, body: string, stamp = stampAt(Date.now())): Record<string, string> {
  return { 'content-type': slackForm, 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature(secret, stamp, body) }
}
/** One signed payload; the same text again is an exact replay. */
export const sendSigned = (url: string, secret: string, payload: unknown, stamp?: string): Promise<Sent> => {
  const body = formOf(payload)
  return sendRaw(url, body, signedHeaders(secret, body, stamp))
}

export type ClickOf = { readonly user: string; readonly team: string; readonly channel: string; readonly ts: string; readonly action: string; readonly value: string; readonly trigger?: string }
const actorFields = ({ user, team }: Pick<ClickOf, 'user' | 'team'>) => ({
  user: { id: user, username: 'someone', name: 'someone', team_id: team }, api_app_id: 'A000000001', token: 'legacy', team: { id: team, domain: 'acme' }, enterprise: null, is_enterprise_install: false,
})
export const clickPayload = (click: ClickOf) => ({
  type: 'block_actions', ...actorFields(click), container: { type: 'message', message_ts: click.ts, channel_id: click.channel, is_ephemeral: false }, trigger_id: click.trigger ?? '1.2.abc',
  channel: { id: click.channel, name: 'approvals' }, message: { type: 'message', ts: click.ts, text: '' }, state: { values: {} }, response_url: 'http://127.0.0.1:9/never',
  actions: [{ type: 'button', action_id: click.action, block_id: 'whittle', text: { type: 'plain_text', text: 'x', emoji: false }, value: click.value, action_ts: '1700000000.000001' }],
})
export const submissionPayload = (from: { readonly user: string; readonly team: string; readonly metadata: string; readonly reason: string | null }) => ({
  type: 'view_submission', ...actorFields(from), trigger_id: '1.2.abc', response_urls: [],
  view: { id: 'V1', type: 'modal', callback_id: 'whittle.reject', private_metadata: from.metadata, hash: '1', blocks: [], title: { type: 'plain_text', text: 'x' }, state: { values: { reason: { text: { type: 'plain_text_input', value: from.reason } } } } },
})

/** The 14 families of SEC-01: each takes a body that would count and sends it in a way that must not. `n` varies the details. */
export type Forge = (url: string, body: string, real: string, n: number) => Promise<Sent>
const flip = (text: string, n: number): string => { const at = n % text.length; return `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}` }
const now = () => stampAt(Date.now())
const stamped = (make: (n: number) => string): Forge => (url, body, real, n) => { const stamp = make(n); return sendRaw(url, body, { ...signedHeaders(real, body, stamp) }) }
export const forgeries: Readonly<Record<string, Forge>> = {
  random: (url, body) => sendRaw(url, body, { 'content-type': slackForm, 'x-slack-request-timestamp': now(), 'x-slack-signature': `v0=${randomBytes(32).toString('hex')}` }),
  truncated: (url, body, real, n) => { const headers = signedHeaders(real, body); return sendRaw(url, body, { ...headers, 'x-slack-signature': headers['x-slack-signature']?.slice(0, -1 - (n % 60)) ?? '' }) },
  'other secret': (url, body, real, n) => sendRaw(url, body, signedHeaders(n % 2 ? '' : `${real}${String(n)}`, body)),
  v1: (url, body, real) => { const stamp = now(); return sendRaw(url, body, { ...signedHeaders(real, body, stamp), 'x-slack-signature': signature(real, stamp, body, 'v1') }) },
  'one byte of the body': (url, body, real, n) => sendRaw(url, flip(body, n), signedHeaders(real, body)),
  'duplicate headers': (url, body, real, n) => {
    const headers = signedHeaders(real, body)
    const name = n % 2 ? 'x-slack-signature' : 'x-slack-request-timestamp'
    return sendRaw(url, body, { ...headers, [name]: [headers[name] ?? '', headers[name] ?? ''] })
  },
  'too old': stamped((n) => stampAt(Date.now(), -302 - n)),
  'from the future': stamped((n) => stampAt(Date.now(), 302 + n)),
  NaN: stamped((n) => ['NaN', '', ' ', '0x6553f100', '1e9'][n % 5] ?? 'NaN'),
  Infinity: stamped((n) => ['Infinity', '-Infinity', '9'.repeat(400), `+${now()}`, `${now()}.0`][n % 5] ?? 'Infinity'),
  ssl_check: (url, body, _real, n) => sendRaw(url, `ssl_check=1&token=x&${body}`, n % 2 ? { 'content-type': slackForm } : { 'content-type': slackForm, 'x-slack-request-timestamp': now(), 'x-slack-signature': `v0=${'0'.repeat(64)}` }),
  'json for form': (url, body, real, n) => {
    const json = decodeURIComponent(body.slice('payload='.length))
    return n % 2 ? sendRaw(url, json, { ...signedHeaders(real, body), 'content-type': 'application/json' }) : sendRaw(url, body, { ...signedHeaders(real, json), 'content-type': 'application/json' })
  },
  chunked: (url, body, _real, n) => sendRaw(url, body, { ...signedHeaders(`not-${String(n)}`, body) }, true),
  gzip: (url, body, real, n) => sendRaw(url, gzipSync(body), { ...signedHeaders(real, body), 'content-encoding': n % 2 ? 'gzip' : 'x-gzip' }),
}
