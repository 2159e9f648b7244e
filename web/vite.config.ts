import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Everything comes from our own host: no CDN, no web font, no inline script (the server's policy refuses them). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': 'http://localhost:8080' } },
})
