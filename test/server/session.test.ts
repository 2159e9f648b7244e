import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { tokenScopes } from '../../model/views.ts'
import { hashToken } from '../../server/secret-token.ts'
import { withTenant } from '../../store/db.ts'
import type { User } from '../../store/users.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { host, linkOf, person, publicUrl, serverOn, signIn, tenant, type TestServer, tokenIn } from '../builders/server.ts'

let postgres: TestPostgres
let server: TestServer
let owner: pg.Client
let you: User
let second: User

beforeAll(async () => {
  postgres = await startTestPostgres()
  server = await serverOn(postgres.stores.server)
  you = await person(postgres.stores.server, 'you', 'admin')
  second = await person(postgres.stores.server, 'second', 'approver')
  owner = new pg.Client({ connectionString: postgres.server.ownerUrl })
  await owner.connect()
  await owner.query("select set_config('whittle.tenant', 'default', false)")
})
afterAll(async () => { await owner.end(); await postgres.stop() })

const link = async (user = you) => tokenIn(await linkOf(postgres.stores.server, user))
const post = (app: TestServer['app'], path: string, body: object, headers: Record<string, string> = {}) => request(app).post(path).set({ Host: host, Origin: publicUrl, ...headers }).send(body)

test('a link signs in once; the second use, also in parallel, is refused', async () => {
  const token = await link()
  const answers = await Promise.all([1, 2, 3, 4].map(() => post(server.app, '/api/sign-in', { token })))
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 401, 401, 401])
  expect(answers.find((answer) => answer.status === 401)?.body.code).toBe('sign-in.invalid')
})
test('opening the link, as a preview would, uses nothing up', async () => {
  const token = await link()
  for (const path of ['/sign-in', `/sign-in?token=${token}`, '/api/sign-in']) await request(server.app).get(path).set('Host', host)
  expect((await post(server.app, '/api/sign-in', { token })).status).toBe(200)
})
test('a link older than ten minutes, one that was never made, and one of a disabled person are refused alike', async () => {
  const old = await link()
  await owner.query("update sign_in_links set expires_at = now() - interval '1 second' where token_hash = $1", [hashToken(old)])
  const gone = await person(postgres.stores.server, 'gone', 'viewer')
  const disabled = await link(gone)
  await owner.query('update users set is_active = false where id = $1', [gone.id])
  const answers = await Promise.all([old, 'x'.repeat(43), disabled].map((token) => post(server.app, '/api/sign-in', { token })))
  expect(answers.map((answer) => [answer.status, answer.body.code, answer.headers['set-cookie']])).toEqual([[401, 'sign-in.invalid', undefined], [401, 'sign-in.invalid', undefined], [401, 'sign-in.invalid', undefined]])
})
test('the store keeps only hashes of links, sessions and tokens', async () => {
  const token = await link()
  const rows = await owner.query('select token_hash from sign_in_links union all select token_hash from sessions union all select token_hash from personal_tokens')
  const hashes = rows.rows.map((row: { token_hash: string }) => row.token_hash)
  expect(hashes).toContain(hashToken(token))
  expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
})
test('the cookie is HttpOnly and Lax; over https it is Secure and bound to the host', async () => {
  const plain = await post(server.app, '/api/sign-in', { token: await link() })
  expect(plain.headers['set-cookie']?.[0]).toMatch(/^whittle-session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
  const secure = await serverOn(postgres.stores.server, { isSecure: true })
  const answer = await post(secure.app, '/api/sign-in', { token: await link() })
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-whittle-session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
  expect(answer.headers['strict-transport-security']).toBeDefined()
  const cookie = String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? ''
  expect((await request(secure.app).get('/api/me').set({ Host: host, Cookie: cookie })).status).toBe(200)
  expect((await request(secure.app).get('/api/me').set({ Host: host, Cookie: cookie.replace('__Host-', '') })).status).toBe(401)
})
test('signing in never keeps a session id that was there before, and ends it', async () => {
  const planted = `whittle-session=${'A'.repeat(43)}`
  const first = await post(server.app, '/api/sign-in', { token: await link() }, { Cookie: planted })
  const cookie = String(first.headers['set-cookie']?.[0]).split(';')[0] ?? ''
  expect(cookie).not.toBe(planted)
  expect((await request(server.app).get('/api/me').set({ Host: host, Cookie: planted })).status).toBe(401)
  await post(server.app, '/api/sign-in', { token: await link(second) }, { Cookie: cookie })
  expect((await request(server.app).get('/api/me').set({ Host: host, Cookie: cookie })).status).toBe(401)
})
test('signing out ends the session in the store, not only in the browser', async () => {
  const browser = await signIn(server.app, postgres.stores.server, you)
  const out = await browser.post('/api/sign-out')
  expect(out.headers['set-cookie']?.[0]).toMatch(/^whittle-session=; Path=\/; Expires=Thu, 01 Jan 1970/)
  expect((await browser.get('/api/me')).status).toBe(401)
})
test.each([
  ['29 minutes of silence', "last_seen_at = now() - interval '29 minutes'", 200], ['31 minutes of silence', "last_seen_at = now() - interval '31 minutes'", 401],
  ['just under twelve hours', "expires_at = now() + interval '1 minute'", 200], ['twelve hours', "expires_at = now()", 401],
])('after %s a session answers as it should', async (_name, change, status) => {
  const browser = await signIn(server.app, postgres.stores.server, you)
  await owner.query(`update sessions set ${change} where token_hash = $1`, [hashToken(browser.cookie.split('=')[1] ?? '')])
  expect((await browser.get('/api/me')).status).toBe(status)
})

test('a personal token does what its scopes and its person may, and nothing after it is revoked', async () => {
  const made = await request(server.app).post('/api/sign-in/token').set('Host', host).send({ token: await link(second), label: 'laptop', scopes: ['read'], days: 1 })
  expect(made.body).toMatchObject({ name: 'second', role: 'approver', row: { label: 'laptop', scopes: ['read'] } })
  const bearer = { Host: host, Authorization: `Bearer ${String(made.body.token)}` }
  expect((await request(server.app).get('/api/me').set(bearer)).body).toMatchObject({ name: 'second', csrf: null })
  const scope = await request(server.app).post('/api/scans').set(bearer).send({ environment: 'sandbox' })
  expect([scope.status, scope.body.title]).toEqual([403, expect.stringContaining('`request`')])
  const minted = await request(server.app).post('/api/tokens').set(bearer).send({ label: 'more', scopes: [...tokenScopes] })
  expect([minted.status, minted.body.title]).toEqual([403, expect.stringContaining('browser session')])
  const browser = await signIn(server.app, postgres.stores.server, second)
  expect((await browser.post(`/api/tokens/${String(made.body.row.id)}/revoke`)).status).toBe(200)
  expect((await request(server.app).get('/api/me').set(bearer)).status).toBe(401)
})
test('an expired token and one of a disabled person are nobody', async () => {
  const make = async (user: User) => (await request(server.app).post('/api/sign-in/token').set('Host', host).send({ token: await link(user), label: 'x', scopes: ['read'] })).body
  const expired = await make(you)
  await owner.query("update personal_tokens set expires_at = now() where id = $1", [expired.row.id])
  const leaver = await person(postgres.stores.server, 'leaver', 'viewer')
  const theirs = await make(leaver)
  await owner.query('update users set is_active = false where id = $1', [leaver.id])
  for (const { token } of [expired, theirs]) expect((await request(server.app).get('/api/me').set({ Host: host, Authorization: `Bearer ${String(token)}` })).status).toBe(401)
})

test("another tenant's credentials are nobody here", async () => {
  await withTenant(postgres.stores.server, 'other', async (db) => {
    const { addUser, addSignInLink } = await import('../../store/users.ts')
    const stranger = await addUser(db, 'other', { name: 'stranger', role: 'admin' })
    await addSignInLink(db, 'other', stranger.id, hashToken('s'.repeat(43)))
  })
  expect((await post(server.app, '/api/sign-in', { token: 's'.repeat(43) })).status).toBe(401)
  const browser = await signIn(server.app, postgres.stores.server, you)
  expect((await browser.get('/api/users')).body.rows.map((row: { name: string }) => row.name)).not.toContain('stranger')
  expect(tenant).toBe('default')
})
