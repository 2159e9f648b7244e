import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** A real Chromium that calls nobody but the page's own server. */
export function startChromium(): Promise<Browser> {
  if (program === undefined) throw new Error('the browser tests need Chromium: apt-get install chromium')
  return chromium.launch({ executablePath: program, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
}

/** One person's window. `complaints` = everything the browser refused or a script threw: policy violations, errors, failed requests to other hosts. */
export type Window = { readonly context: BrowserContext; readonly page: Page; readonly complaints: string[] }
export async function openWindow(browser: Browser, options: { width?: number; height?: number; scheme?: 'light' | 'dark' } = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: options.height ?? 860 }, colorScheme: options.scheme ?? 'light', reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  page.on('console', (message) => { if (message.type() === 'error' && !/the server responded with a status of (401|403|409|422|503)/.test(message.text())) complaints.push(`console: ${message.text()}`) })
  page.on('request', (request) => { if (!/^(http:\/\/localhost:\d+\/|data:|blob:)/.test(request.url())) complaints.push(`foreign request: ${request.url()}`) })
  return { context, page, complaints }
}

/** Opens a one-time link and signs in with it. */
export async function signInWith(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Risks' }).waitFor()
}
