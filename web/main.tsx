import '@mantine/core/styles.css'
import './style.css'
import { createTheme, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api.ts'
import { router } from './router.tsx'

// Mantine and its scroll lock write <style> elements: they carry the page's nonce, and Trusted Types lets through only text that cannot open a tag.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
Object.assign(globalThis, { __webpack_nonce__: nonce })
declare global { interface Window { readonly trustedTypes?: { createPolicy: (name: string, rules: { createHTML: (text: string) => string }) => unknown } } }
window.trustedTypes?.createPolicy('default', { createHTML: (text) => {
  if (text.includes('<')) throw new TypeError('markup from text is refused')
  return text
} })

const theme = createTheme({ primaryColor: 'teal', primaryShade: { light: 8, dark: 7 }, autoContrast: true, defaultRadius: 'md', fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif' })
const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={queries}><RouterProvider router={router} /></QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
