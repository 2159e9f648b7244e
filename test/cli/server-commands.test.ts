import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withTenant } from '../../store/db.ts'
import { movePlan } from '../../store/plans.ts'
import type { User } from '../../store/users.ts'
import { freePort } from '../../temporal/server.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { findingNumber, linkOf, person, serverOn, storeEnvironments, storeFindings, tenant } from '../builders/server.ts'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'whittle-cli-'))
let postgres: TestPostgres
let listening: Server
let url: string
let people: Record<'you' | 'second', User>

beforeAll(async () => {
  postgres = await startTestPostgres()
  const port = await freePort()
  url = `http://localhost:${String(port)}`
  const { app } = await serverOn(postgres.stores.server, { port })
  listening = createServer(app)
  await new Promise<void>((resolve) => { listening.listen(port, '127.0.0.1', resolve) })
  people = { you: await person(postgres.stores.server, 'you', 'admin'), second: await person(postgres.stores.server, 'second', 'approver') }
  await storeEnvironments(postgres.stores.scanner, ['sandbox'])
  await storeFindings(postgres.stores.scanner, [1, 2, 3].map((n) => findingNumber(n)))
})
afterAll(async () => {
  await new Promise((resolve) => { listening.close(resolve); listening.closeAllConnections() })
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

type Ran = { readonly exit: number; readonly out: string; readonly err: string }
/** The real process as `who`: each person has a configuration folder of their own. */
const as = (who: string, env: Record<string, string> = {}) => (...words: string[]): Promise<Ran> => new Promise((resolve) => {
  execFile(process.execPath, [main, ...words], { env: { ...process.env, NO_COLOR: '1', XDG_CONFIG_HOME: join(folder, who), ...env } }, (error, out, err) => { resolve({ exit: typeof error?.code === 'number' ? error.code : 0, out, err }) }).stdin?.end()
})
const you = as('you')
const second = as('second')
const toEffective = (id: string) => withTenant(postgres.stores.executor, tenant, async (db) => { for (const to of ['executing', 'applied', 'effective'] as const) await movePlan(db, tenant, id, { to, reason: null, actor: 'executor' }) })

describe('login', () => {
  test('uses a link up and keeps the token where only its owner may read it', async () => {
    const link = await linkOf(postgres.stores.server, people.you, url)
    const first = await you('login', link)
    expect(first).toMatchObject({ exit: 0, err: '' })
    expect(first.out).toMatch(/^signed in as you \(admin\) at http:\/\/localhost:\d+ until /)
    const file = join(folder, 'you', 'whittle', 'token.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(first.out).not.toContain(String(JSON.parse(readFileSync(file, 'utf8')).token))
    expect(await you('login', link)).toMatchObject({ exit: 5, out: '' })
    expect((await second('login', await linkOf(postgres.stores.server, people.second, url))).exit).toBe(0)
  })
  test.each([
    ['something that is no link', ['login', 'https://example.com/x'], 2, /this is no sign-in link/], ['nothing, without a terminal', ['login'], 2, /give the sign-in link/],
    ['an unknown scope', ['login', '--scopes', 'all', 'x'], 2, /allowed are read/],
  ] as const)('with %s is refused', async (_name, words, exit, reason) => {
    const ran = await you(...words)
    expect(ran.exit).toBe(exit)
    expect(ran.err).toMatch(reason)
  })
  test('without it every command says how', async () => {
    const ran = await as('nobody')('risks')
    expect(ran).toMatchObject({ exit: 5, out: '' })
    expect(ran.err).toMatch(/run `whittle login LINK`/)
  })
  test('a token that others may read is refused', async () => {
    const file = join(folder, 'you', 'whittle', 'token.json')
    chmodSync(file, 0o644)
    expect((await you('risks')).err).toMatch(/run `chmod 600/)
    chmodSync(file, 0o600)
  })
  test('WHITTLE_TOKEN and WHITTLE_URL stand in for the file; a wrong one is nobody', async () => {
    const { token } = JSON.parse(readFileSync(join(folder, 'you', 'whittle', 'token.json'), 'utf8'))
    expect((await as('nobody', { WHITTLE_TOKEN: String(token), WHITTLE_URL: url })('risks')).exit).toBe(0)
    expect(await as('nobody', { WHITTLE_TOKEN: `whittle_${'x'.repeat(43)}`, WHITTLE_URL: url })('risks')).toMatchObject({ exit: 5 })
    expect((await as('nobody', { WHITTLE_TOKEN: String(token), WHITTLE_URL: 'http://127.0.0.1:9' })('risks')).err).toMatch(/does not answer/)
  })
})

test('risks are listed and searched; one is shown with its reasons', async () => {
  expect((await you('risks')).out).toMatch(/SEVERITY\s+RISK[\s\S]+high\s+Access key is active but unused/)
  expect(JSON.parse((await you('risks', '--json', '--search', 'user-2')).out)).toMatchObject({ total: 1, rows: [{ id: findingNumber(2).id }] })
  expect((await you('risks', '--severity', 'huge')).err).toMatch(/`severity/)
  const one = (await you('risk', findingNumber(2).id)).out
  expect(one).toMatch(/idleDays: 102/)
  expect(one).toMatch(/deactivate-access-key/)
  expect(await you('risk', 'f_none')).toMatchObject({ exit: 2 })
})

test('a fix is previewed, asked for, approved by a second person who read it, and undone', { timeout: 180_000 }, async () => {
  const finding = findingNumber(1).id
  const preview = await second('plan', finding)
  expect(preview.out).toMatch(/\+ {3}"status": "Inactive"/)
  expect(preview.out).toMatch(/nothing is stored/)
  const plan = JSON.parse((await you('plan', finding, '--request', '--reason', 'left', '--json')).out)
  expect(plan).toMatchObject({ state: 'awaiting-approval', requestedBy: 'you', reason: 'left' })
  const digest = String(plan.digestPrefix)

  expect((await second('approve', plan.id)).err).toContain(`--digest ${digest}`)
  expect(await second('approve', plan.id, '--digest', 'f'.repeat(12))).toMatchObject({ exit: 5 })
  const own = await you('approve', plan.id, '--digest', digest)
  expect(own.exit).toBe(5)
  expect(own.err).toMatch(/another person must approve/)
  expect((await second('approve', plan.id, '--digest', digest, '--reason', 'fine')).out).toMatch(/is approved[\s\S]*second: approve \(fine\)/)

  await toEffective(plan.id)
  expect((await you('undo', plan.id, '--digest', digest, '--reason', 'broke the build')).exit).toBe(0)
  expect((await you('audit', 'verify')).out).toMatch(/^intact: \d+ rows/)
  expect((await you('audit', 'list')).out).toMatch(/undo\.requested/)
})

test('a rejection needs its reason', async () => {
  const plan = JSON.parse((await you('plan', findingNumber(3).id, '--request', '--json')).out)
  expect(await second('reject', plan.id, '--digest', plan.digestPrefix)).toMatchObject({ exit: 2 })
  expect((await second('reject', plan.id, '--digest', plan.digestPrefix, '--reason', 'still in use')).out).toMatch(/is rejected: still in use/)
})

test('people, environments, scans, playbooks and the kill switch', { timeout: 180_000 }, async () => {
  const added = (await you('user', 'add', 'Grace Hopper', '--role', 'approver')).out
  expect(added).toMatch(/sign-in#[A-Za-z0-9_-]{43}/)
  expect((await you('user', 'list')).out).toMatch(/Grace Hopper\s+approver/)
  expect(await second('user', 'list')).toMatchObject({ exit: 5 })
  expect((await you('user', 'add', 'x', '--role', 'god')).exit).toBe(2)
  expect((await you('environments')).out).toMatch(/sandbox\s+sandbox\s+yes/)
  const tested = await you('environments', 'test', 'sandbox')
  expect(tested).toMatchObject({ exit: 5 })
  expect(tested.out).toMatch(/grant to the scanner: iam:GenerateCredentialReport/)
  expect((await you('scan', 'sandbox', '--no-wait')).out).toMatch(/scan of sandbox/)
  expect((await you('scans')).out).toMatch(/sandbox\s+running/)
  expect((await you('playbook', 'list')).out).toMatch(/fix-with-approval/)
  expect((await you('playbook', 'run', 'fix-with-approval', findingNumber(2).id)).out).toMatch(/^run [0-9A-Z]{26} has begun/)
  expect(await you('kill-switch', 'on')).toMatchObject({ exit: 2 })
  expect((await you('kill-switch', 'on', '--reason', 'drill')).out).toMatch(/is on: nothing new is written/)
  expect((await you('kill-switch', 'off', '--reason', 'over')).out).toMatch(/is off/)
})

test('a playbook is checked offline, with line and column of every error', async () => {
  const file = join(folder, 'broken.yaml')
  writeFileSync(file, 'schemaVersion: 1\nid: broken\ntitle: x\nowner: y\nmode: ask\nsteps:\n  - { id: a, kind: fly }\n')
  const ran = await as('nobody')('playbook', 'check', file)
  expect(ran.exit).toBe(5)
  expect(ran.err).toMatch(/:7:\d+/)
})
