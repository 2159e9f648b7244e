import { nonce } from './policy.ts' // first: what it sets holds while the other modules are read
import '@mantine/core/styles.css'
import './style.css'
import { Badge, createTheme, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './api.ts'
import { router } from './router.tsx'

const theme = createTheme({ primaryColor: 'teal', primaryShade: { light: 8, dark: 7 }, autoContrast: true, defaultRadius: 'md', components: { Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600 }, styles: (_theme, props) => ({ label: { overflow: 'visible', ...(props.variant === 'light' && { color: 'var(--mantine-color-text)' }) } }) }) }, fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif' })
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
