import type { Express } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { api, type ApiName, csrfHeader } from '../../model/api.ts'
import { type Role, roles } from '../../model/approval.ts'
import { createApp } from '../../server/app.ts'
import { addressesOf } from '../../server/guard.ts'
import { hashToken, seal } from '../../server/secret-token.ts'
import { cannedCallers, cannedPlan, cannedRoutes, sessionSecret, tokenSecret } from '../builders/canned-routes.ts'

const sessionKey = Buffer.alloc(32, 7)
const origin = 'http://localhost:8080'
const host = 'localhost:8080'
const reported: string[] = []
const app = createApp({ addresses: addressesOf(origin, 8080), isSecure: false, sessionKey, callers: cannedCallers(roles), routes: cannedRoutes(), webFolder: null, report: (error, where) => { reported.push(`${where}: ${String(error)}`) }, signInAttempts: 10_000 })

const names = Object.keys(api).filter((name): name is ApiName => name in api)
const posts = names.filter((name) => api[name].method === 'POST')
const bodies: Partial<Record<ApiName, object>> = {}
const pathOf = (name: ApiName) => api[name].path.replace(/:[a-z]+/gi, 'one')
const csrfFor = (role: Role) => seal(sessionKey, 'csrf', hashToken(sessionSecret(role)))

type Sent = { readonly role?: Role; readonly token?: Role; readonly origin?: string | null; readonly csrf?: string | null; readonly host?: string; readonly headers?: Record<string, string> }
function send(target: Express, name: ApiName, sent: Sent) {
  const call = api[name].method === 'GET' ? request(target).get(pathOf(name)) : request(target).post(pathOf(name))
  void call.set('Host', sent.host ?? host)
  if (sent.role !== undefined) void call.set('Cookie', `whittle-session=${sessionSecret(sent.role)}`)
  if (sent.token !== undefined) void call.set('Authorization', `Bearer ${tokenSecret(sent.token)}`)
  if (sent.origin !== null && (sent.origin !== undefined || sent.role !== undefined)) void call.set('Origin', sent.origin ?? origin)
  if (sent.csrf !== null && (sent.csrf !== undefined || sent.role !== undefined)) void call.set(csrfHeader, sent.csrf ?? csrfFor(sent.role ?? 'viewer'))
  for (const [header, value] of Object.entries(sent.headers ?? {})) void call.set(header, value)
  return api[name].method === 'GET' ? call : call.send(bodies[name] ?? {})
}

test('the contract has the routes that the rest of this file speaks about', () => {
  expect(names.length).toBeGreaterThanOrEqual(40)
  expect(posts.length).toBeGreaterThanOrEqual(20)
})

describe.each(posts)('%s changes state', (name) => {
  const isBodyCredential = name === 'signInForToken'
  test('without cookie, token and Origin it is 403', async () => {
    const response = await send(app, name, { origin: null })
    expect(response.status).toBe(isBodyCredential ? 200 : 403)
  })
  test.each([
    ['a foreign Origin', { role: 'admin', origin: 'https://evil.example' }], ['the Origin `null`', { role: 'admin', origin: 'null' }], ['our host on another port', { role: 'admin', origin: 'http://localhost:8081' }],
    ['https where we serve http', { role: 'admin', origin: 'https://localhost:8080' }], ['a foreign Origin with a personal token', { token: 'admin', origin: 'https://evil.example' }],
    ['a cross-site fetch that lies about its Origin', { role: 'admin', headers: { 'Sec-Fetch-Site': 'cross-site' } }], ['a foreign Host (DNS rebinding)', { role: 'admin', host: 'evil.example:8080' }],
  ] satisfies [string, Sent][])('with %s it is 403', async (_name, sent) => {
    const response = await send(app, name, sent)
    expect([response.status, response.body.code]).toEqual([403, 'not-allowed'])
  })
  if (api[name].least === 'anyone') return
  test.each([
    ['no Origin', { role: 'admin', origin: null }], ['no CSRF token', { role: 'admin', csrf: null }], ['an empty CSRF token', { role: 'admin', csrf: '' }], ["another session's CSRF token", { role: 'admin', csrf: csrfFor('viewer') }],
  ] satisfies [string, Sent][])('with a session but %s it is 403', async (_name, sent) => {
    const response = await send(app, name, sent)
    expect([response.status, response.body.code]).toEqual([403, 'not-allowed'])
  })
})

test('what each role may call is exactly this table', async () => {
  const table: Record<string, string> = {}
  for (const name of names) {
    const bySession = await Promise.all([undefined, ...roles].map(async (role) => (await send(app, name, role === undefined ? { origin } : { role })).status))
    const byToken = (await send(app, name, { token: 'admin' })).status
    table[`${api[name].method} ${api[name].path}`] = ['nobody', ...roles].map((who, index) => `${who} ${String(bySession[index])}`).join(', ') + `, admin's token ${String(byToken)}`
  }
  expect(table).toMatchSnapshot()
  expect(reported).toEqual([])
})

test.each([
  ['an unknown cookie', { headers: { Cookie: `whittle-session=${'z'.repeat(43)}` } }], ['a cookie that is no secret of ours', { headers: { Cookie: 'whittle-session=../../x' } }],
  ['an unknown token', { headers: { Authorization: `Bearer whittle_${'z'.repeat(40)}` } }], ['a session secret sent as a token', { headers: { Authorization: `Bearer ${sessionSecret('admin')}` } }], ['basic credentials', { headers: { Authorization: 'Basic YTpi' } }],
] satisfies [string, Sent][])('%s is nobody', async (_name, sent) => {
  const response = await send(app, 'me', sent)
  expect([response.status, response.body.code, response.headers['content-type']]).toEqual([401, 'sign-in.required', 'application/problem+json; charset=utf-8'])
})

test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST:8080'])('the host %s is this server', async (name) => {
  expect((await request(app).get('/healthz').set('Host', name)).status).toBe(200)
})
test.each(['localhost', 'localhost:80', 'evil.example', 'localhost.evil.example:8080', '0.0.0.0:8080'])('the host %s is not', async (name) => {
  expect((await request(app).get('/healthz').set('Host', name)).status).toBe(403)
})

test.each([
  ['a form post', 'text/plain', '{"isOn":true}', 400], ['broken JSON', 'application/json', '{"isOn":', 400], ['a body over 64 KiB', 'application/json', JSON.stringify({ reason: 'x'.repeat(70_000) }), 400],
])('%s is refused in words, without a stack', async (_name, type, body, status) => {
  const response = await request(app).post('/api/kill-switch').set({ Host: host, Origin: origin, Cookie: `whittle-session=${sessionSecret('admin')}`, [csrfHeader]: csrfFor('admin'), 'Content-Type': type }).send(body)
  expect(response.status).toBe(status)
  expect(response.body).toMatchObject({ code: 'input.invalid', status })
  expect(response.text).not.toMatch(/at .*\.ts|node_modules|SyntaxError/)
})

test('an unknown route and a crooked path are problems, not pages', async () => {
  const unknown = await request(app).get('/api/nothing').set('Host', host)
  expect([unknown.status, unknown.body.code]).toEqual([404, 'route.not-found'])
  const crooked = await request(app).get('/api/risks/%E0%A4%A').set({ Host: host, Cookie: `whittle-session=${sessionSecret('viewer')}` })
  expect([crooked.status, crooked.body.code]).toEqual([400, 'input.invalid'])
})

test('an error that nobody expected is reported and answered without its words', async () => {
  const seen: string[] = []
  const routes = { ...cannedRoutes(), me: { endpoint: api.me, run: () => Promise.reject(new Error('password=hunter2')) } }
  const broken = createApp({ addresses: addressesOf(origin, 8080), isSecure: false, sessionKey, callers: cannedCallers(roles), routes, webFolder: null, report: (error, where) => { seen.push(`${where} ${String(error)}`) } })
  const response = await send(broken, 'me', { role: 'viewer' })
  expect([response.status, response.body.code]).toEqual([500, 'internal'])
  expect(response.text).not.toContain('hunter2')
  expect(seen).toEqual(['GET /api/me Error: password=hunter2'])
})

test('sign-in is rate limited by address', async () => {
  const strict = createApp({ addresses: addressesOf(origin, 8080), isSecure: false, sessionKey, callers: cannedCallers([]), routes: cannedRoutes(), webFolder: null, report: () => undefined, signInAttempts: 3 })
  const statuses: number[] = []
  for (let attempt = 0; attempt < 5; attempt++) statuses.push((await send(strict, 'signIn', { origin })).status)
  expect(statuses).toEqual([200, 200, 200, 429, 429])
})

test('every answer carries the strict policy, without inline script or foreign host, with a new nonce', async () => {
  const policies = await Promise.all([1, 2].map(async () => String((await request(app).get('/healthz').set('Host', host)).headers['content-security-policy'])))
  expect(policies[0]?.replace(/nonce-[^']+/, 'nonce-N')).toBe("default-src 'none';script-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';manifest-src 'self';style-src 'self' 'nonce-N';base-uri 'none';form-action 'none';frame-ancestors 'none';object-src 'none';require-trusted-types-for 'script';trusted-types default")
  expect(policies[0]).not.toBe(policies[1])
})

test('a poll of something unchanged is answered 304', async () => {
  const plan = cannedPlan()
  const first = await send(app, 'plan', { role: 'viewer' })
  expect(first.body).toEqual(plan)
  const again = await request(app).get(pathOf('plan')).set({ Host: host, Cookie: `whittle-session=${sessionSecret('viewer')}`, 'If-None-Match': String(first.headers['etag']) })
  expect(again.status).toBe(304)
})
