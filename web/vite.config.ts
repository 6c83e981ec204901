/// <reference types="vitest/config" />
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// In development one origin: the Go server answers the API, Vite the page.
const server = process.env.SALLYPORT_DEV_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwind()],
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    manifest: true,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // React and the router change rarely: their own file stays cached over releases.
        codeSplitting: {
          groups: [
            {
              name: 'vendor',
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|clsx)[\\/]/,
              priority: 2,
            },
            // What nearly every page uses is one file: forty small ones compress worse and ask forty times.
            {
              name: 'kit',
              test: /src[\\/](api|components|modules)[\\/]|node_modules[\\/]lucide-react[\\/]/,
              minShareCount: 14,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': server, '/auth': server },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    // A busy machine is slow, not wrong.
    testTimeout: 30_000,
  },
})
