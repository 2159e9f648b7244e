import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { detections } from '../../detections/index.ts'
import { freePort } from '../../temporal/server.ts'
import { openWindow, signInWith, startChromium } from './chromium.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'whittle-newcomer-'))
/** `UPDATE_SCREENSHOTS=1` puts the pictures where the documentation shows them. */
const pictures = process.env['UPDATE_SCREENSHOTS'] === '1' ? join(root, 'docs', 'images') : join(folder, 'images')
let whittle: ChildProcess
let browser: Browser
let printed = ''

/** The one-time links that Whittle printed at its start, in their order; else everything that it printed is the reason. */
async function printedLinks(count: number): Promise<readonly string[]> {
  for (let tries = 0; tries < 1500 && whittle.exitCode === null; tries++) {
    const links = printed.match(/http:\/\/localhost:\d+\/sign-in#[A-Za-z0-9_-]{43}/g) ?? []
    if (links.length >= count) return links
    await new Promise((resolve) => { setTimeout(resolve, 200) })
  }
  throw new Error(`Whittle printed no ${String(count)} sign-in links: ${printed}`)
}

beforeAll(async () => {
  const port = await freePort()
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...env } = process.env
  whittle = spawn(process.execPath, ['supervisor/main.ts'], { cwd: root, env: { ...env, WHITTLE_HOME: join(folder, 'home'), WHITTLE_PORT: String(port), WHITTLE_CONFIG: undefined }, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [whittle.stdout, whittle.stderr]) stream?.on('data', (chunk: Buffer) => { printed += chunk.toString() })
  mkdirSync(pictures, { recursive: true })
  browser = await startChromium()
  await printedLinks(2)
}, 400_000)
afterAll(async () => {
  await browser.close()
  const ended = new Promise((resolve) => { whittle.once('exit', resolve) })
  if (whittle.exitCode === null) { whittle.kill('SIGTERM'); await ended }
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

/** What the engine finds in the sandbox's files as they are now: the judge that knows nothing of server, store and workflows. */
const findingsOfFiles = (): ReadonlySet<string> => new Set(analyze(interpretEstate(readEstateDirectory(join(folder, 'home', 'estates', 'sandbox'))), detections).findings.map(({ id }) => id))
const picture = async (page: Page, name: string) => { await page.mouse.move(0, 0); await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' }) }

test("the newcomer's minute: sign in, see the risks, ask for a fix, a second person approves, it is fixed, and undone", { timeout: 400_000 }, async () => {
  const [yourLink = '', secondLink = ''] = await printedLinks(2)
  const you = await openWindow(browser)
  await signInWith(you.page, yourLink)
  await you.page.getByText(/^[2-9]\d risks open, worst first/).waitFor({ timeout: 120_000 }) // the first scan is done
  await picture(you.page, 'risks')

  await you.page.getByRole('checkbox', { name: /Access key is active but unused/ }).check({ timeout: 60_000 })
  const risk = you.page.getByRole('link', { name: 'Access key is active but unused' }).first()
  await risk.click()
  await you.page.getByRole('heading', { name: 'Why it matters' }).waitFor()
  const finding = /f_[0-9a-f]{24}/.exec(you.page.url())?.[0] ?? ''
  expect(findingsOfFiles().has(finding)).toBe(true)
  await picture(you.page, 'risk')

  await you.page.getByRole('button', { name: 'Preview' }).click()
  await you.page.getByText('"status": "Inactive"').waitFor()
  await you.page.getByRole('textbox', { name: /Why/ }).fill('nobody used it for months')
  await picture(you.page, 'preview')
  await you.page.getByRole('button', { name: 'Request this fix' }).click()
  await you.page.getByText('awaiting approval').first().waitFor()
  await you.page.getByText('you asked for this change: another person must approve it').waitFor()
  expect(await you.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)

  const second = await openWindow(browser, { scheme: 'dark' })
  await signInWith(second.page, secondLink)
  await second.page.getByRole('navigation').getByRole('link', { name: /Approvals/ }).click()
  await second.page.getByRole('link', { name: /^Deactivate access key/ }).waitFor()
  await picture(second.page, 'approvals')
  await second.page.getByRole('link', { name: /^Deactivate access key/ }).click()
  await second.page.getByRole('button', { name: 'Approve' }).click()
  await second.page.getByRole('textbox', { name: 'Reason' }).fill('fine with me')
  await picture(second.page, 'approve')
  await second.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()

  await you.page.getByText('fixed and verified').first().waitFor({ timeout: 180_000 })
  expect(findingsOfFiles().has(finding)).toBe(false)
  await picture(you.page, 'fixed')

  await you.page.getByRole('button', { name: 'Undo' }).click()
  await you.page.getByRole('textbox', { name: 'Reason' }).fill('the night job still needs it')
  await you.page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click()
  await you.page.getByText('undone', { exact: true }).first().waitFor({ timeout: 180_000 })
  expect(findingsOfFiles().has(finding)).toBe(true)
  await picture(you.page, 'undone')

  await you.page.getByRole('navigation').getByRole('link', { name: 'Audit' }).click()
  await you.page.getByRole('button', { name: 'Verify the chain' }).click()
  await you.page.getByText(/rows recomputed/).waitFor()
  expect([...you.complaints, ...second.complaints]).toEqual([])
})
