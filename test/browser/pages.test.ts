import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashToken } from '../../server/secret-token.ts'
import { withTenant } from '../../store/db.ts'
import { proposePlan } from '../../store/plans.ts'
import { addSlackLinkCode } from '../../store/slack.ts'
import { setKillSwitch } from '../../store/switches.ts'
import type { User } from '../../store/users.ts'
import { buildWeb } from '../../supervisor/web-build.ts'
import { freePort } from '../../temporal/server.ts'
import { startTestPostgres, type TestPostgres } from '../builders/postgres.ts'
import { findingNumber, linkOf, person, planFor, serverOn, storeEnvironments, storeFindings, tenant, type TestServer } from '../builders/server.ts'
import { openWindow, signInWith, startChromium, type Window } from './chromium.ts'

/** Names that people may give things in a cloud, made to break out of wherever they are shown. */
const hostile = ['<img src=x onerror="window.broken=1">', '"><script>window.broken=1</script>', '\'"`;--</style></title><svg onload=window.broken=1>', 'javascript:window.broken=1', '\u202Egpj.exe\u0000\u2028{{constructor.constructor("window.broken=1")()}}'.replace('\u0000', ''), '${window.broken=1}']

let postgres: TestPostgres
let server: TestServer
let listening: Server
let url: string
let browser: Browser
let you: User

beforeAll(async () => {
  await buildWeb(() => undefined)
  postgres = await startTestPostgres()
  const port = await freePort()
  url = `http://localhost:${String(port)}`
  server = await serverOn(postgres.stores.server, { port, webFolder: fileURLToPath(new URL('../../web/dist', import.meta.url)) })
  listening = createServer(server.app)
  await new Promise<void>((resolve) => { listening.listen(port, '127.0.0.1', resolve) })
  you = await person(postgres.stores.server, 'you', 'admin')
  await storeEnvironments(postgres.stores.scanner, ['sandbox'])
  browser = await startChromium()
})
afterAll(async () => {
  await browser.close()
  await new Promise((resolve) => { listening.close(resolve); listening.closeAllConnections() })
  await postgres.stop()
})

const signedIn = async (options: Parameters<typeof openWindow>[1] = {}): Promise<Window> => {
  const opened = await openWindow(browser, options)
  await signInWith(opened.page, await linkOf(postgres.stores.server, you, url))
  return opened
}
const visit = async (page: Page, path: string) => { await page.goto(`${url}${path}`); await page.locator('h1').waitFor() }
const pages = ['/risks', '/approvals', '/runs', '/scans', '/environments', '/users', '/audit', '/account']

test('an empty Whittle says why every list is empty, and what to do', async () => {
  const { page, complaints, context } = await signedIn()
  for (const [path, words] of [['/risks', 'No open risks'], ['/approvals', 'Nothing waits for a decision'], ['/runs', 'No playbook ran yet'], ['/scans', 'Nothing was scanned yet']] as const) {
    await visit(page, path)
    await page.getByText(words).waitFor()
  }
  expect(complaints).toEqual([])
  await context.close()
})

test('hostile names are text on every page that shows them', async () => {
  await storeFindings(postgres.stores.scanner, hostile.map((name, index) => findingNumber(index + 1, { title: name, summary: name, principal: name, resource: name, account: name.slice(0, 60), evidence: { [name]: name, list: [name, { [name]: [name] }] }, paths: [{ step: name }] })))
  const plan = await withTenant(postgres.stores.scanner, tenant, async (db) => (await proposePlan(db, planFor(findingNumber(1, { principal: 'x' }), you.id, { title: hostile[0] ?? '', reason: hostile.join(' '), apiCalls: [...hostile], affects: [...hostile] }), null)).plan)
  const { page, complaints, context } = await signedIn()
  for (const path of ['/risks', ...hostile.map((_name, index) => `/risks/${findingNumber(index + 1).id}`), `/plans/${plan.id}`, '/approvals', `/risks?q=${encodeURIComponent(hostile[0] ?? '')}`]) {
    await visit(page, path)
    await page.getByText('window.broken=1').first().waitFor()
    expect(await page.evaluate(() => 'broken' in window)).toBe(false)
    expect(await page.locator('main img[src="x"], main script, main svg[onload], main a[href^="javascript"]').count()).toBe(0)
  }
  expect(complaints).toEqual([])
  await context.close()
})

test('on a phone no page is wider than its screen, and the pages are reached from the menu', async () => {
  const { page, complaints, context } = await signedIn({ width: 360, height: 740, scheme: 'dark' })
  for (const path of [...pages, `/risks/${findingNumber(1).id}`]) {
    await visit(page, path)
    await page.waitForLoadState('networkidle')
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)]).toEqual([path, 0])
  }
  await page.getByRole('button', { name: 'Navigation' }).click()
  await page.getByRole('link', { name: 'Scans' }).click()
  await page.getByRole('heading', { level: 1, name: 'Scans' }).waitFor()
  expect(complaints).toEqual([])
  await context.close()
})

test('with the keyboard alone: search, open a risk, preview its fix, and leave the dialog where one came from', async () => {
  const { page, complaints, context } = await signedIn()
  await page.keyboard.press('/')
  await page.keyboard.type('constructor')
  await page.getByText('1 risk match your filters').or(page.getByText('1 risk match')).first().waitFor()
  await page.getByRole('link', { name: /constructor/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Evidence' }).waitFor()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  await page.getByRole('button', { name: 'Preview' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Request this fix' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Preview')
  expect(complaints).toEqual([])
  await context.close()
})

test('facets narrow the list, live in the address, and are announced', async () => {
  await storeFindings(postgres.stores.scanner, [findingNumber(50, { cloud: 'gcp', severity: 'critical', title: 'A public bucket' })])
  const { page, complaints, context } = await signedIn()
  await page.getByRole('checkbox', { name: /Google Cloud/ }).check()
  await page.getByRole('link', { name: 'A public bucket' }).waitFor()
  expect(page.url()).toContain('cloud=gcp')
  await expect.poll(() => page.locator('[role=status][aria-live]').textContent()).toBe('1 risks')
  await page.reload()
  await page.getByRole('link', { name: 'A public bucket' }).waitFor()
  expect(await page.getByRole('checkbox', { name: /Google Cloud/ }).isChecked()).toBe(true)
  expect(complaints).toEqual([])
  await context.close()
})

test('the kill switch is on every page in words', async () => {
  await withTenant(postgres.stores.server, tenant, (db) => setKillSwitch(db, tenant, { isOn: true, userId: you.id, reason: 'something odd' }))
  const { page, complaints, context } = await signedIn()
  await page.getByText('Kill switch is on: nothing is written to any cloud').waitFor()
  await visit(page, '/environments')
  await page.getByRole('button', { name: 'Turn the kill switch off' }).click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('all clear')
  await page.getByRole('button', { name: 'Turn it off' }).click()
  await page.getByText('Kill switch is on').waitFor({ state: 'hidden' })
  expect(complaints).toEqual([])
  await context.close()
})

test('linking Slack names both people and works in the browser that opened it alone', async () => {
  const code = 'c'.repeat(43)
  await withTenant(postgres.stores.server, tenant, (db) => addSlackLinkCode(db, tenant, { teamId: 'T0001', teamName: 'Acme', slackUserId: 'U0001', slackName: 'Grace', codeHash: hashToken(code) }))
  const first = await signedIn()
  await visit(first.page, `/slack-link?code=${code}`)
  await first.page.getByText(/Slack user Grace \(U0001\) of workspace Acme will act as Whittle user you/).waitFor()
  const other = await signedIn()
  await visit(other.page, `/slack-link?code=${code}`)
  await other.page.getByText(/was opened in another browser/).waitFor()
  await first.page.getByRole('button', { name: 'Yes, that is me' }).click()
  await first.page.getByText('Your decisions in Slack now count as yours.').waitFor()
  await first.context.close()
  await other.context.close()
})

test('a session that ended says so, and a used link says what to do', async () => {
  const { page, context } = await signedIn()
  await visit(page, '/account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  const link = await linkOf(postgres.stores.server, you, url)
  await signInWith(page, link)
  const second = await openWindow(browser)
  await second.page.goto(link)
  await second.page.getByRole('button', { name: 'Sign in' }).click()
  await second.page.getByText(/this sign-in link is used up/).waitFor()
  await context.close()
  await second.context.close()
})

test('no page met an error that nobody expected', () => {
  expect(server.reported).toEqual([])
})
