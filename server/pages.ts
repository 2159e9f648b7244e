import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'

/** The built pages: a strict policy, no inline script, styles only ours or with the page's nonce, nothing from another host (SAFETY T15). */
export function mountPages(app: Express, webFolder: string | null): void {
  if (webFolder === null || !existsSync(join(webFolder, 'index.html'))) {
    app.get('/', (_request, response) => { response.type('text/plain').send('the pages are not built: run `npx vite build --config web/vite.config.ts`\n') })
    return
  }
  app.use('/assets', express.static(join(webFolder, 'assets'), { immutable: true, maxAge: '1y', index: false, fallthrough: false, redirect: false }))
  app.use(express.static(webFolder, { index: false, redirect: false }))
  const template = readFileSync(join(webFolder, 'index.html'), 'utf8')
  app.get(/^\/(?!api\/|assets\/|slack\/).*/, (_request, response) => {
    const nonce = String(response.locals['nonce'])
    response.set('Cache-Control', 'no-store').type('html').send(template.replaceAll('__NONCE__', nonce))
  })
}

/** Security headers of every answer. `isSecure` = served over https. */
export function securityHeaders(isSecure: boolean): readonly RequestHandler[] {
  const withNonce: RequestHandler = (_request, response, next) => { response.locals['nonce'] = randomBytes(16).toString('base64'); next() }
  const isResponse = (response: object): response is Response => 'locals' in response
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"], scriptSrc: ["'self'"], imgSrc: ["'self'", 'data:'], fontSrc: ["'self'"], connectSrc: ["'self'"], manifestSrc: ["'self'"],
        styleSrc: ["'self'", (_request, response) => `'nonce-${isResponse(response) ? String(response.locals['nonce']) : ''}'`],
        baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"], objectSrc: ["'none'"],
        requireTrustedTypesFor: ["'script'"], trustedTypes: ['default'], ...(isSecure && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: isSecure, referrerPolicy: { policy: 'no-referrer' }, xFrameOptions: { action: 'deny' },
  })
  return [withNonce, headers]
}
