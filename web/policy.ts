import { z } from 'zod'

/** What the page needs to live under the server's strict policy. */
z.config({ jitless: true }) // because zod's faster parsers are made of text, which the policy refuses

// Mantine and its scroll lock write <style> elements: they carry the page's nonce, and Trusted Types lets through only text that cannot open a tag
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
Object.assign(globalThis, { __webpack_nonce__: nonce })
declare global { interface Window { readonly trustedTypes?: { createPolicy: (name: string, rules: { createHTML: (text: string) => string }) => unknown } } }
window.trustedTypes?.createPolicy('default', { createHTML: (text) => {
  if (text.includes('<')) throw new TypeError('markup from text is refused')
  return text
} })
