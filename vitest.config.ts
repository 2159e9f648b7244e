import { defineConfig } from 'vitest/config'

/** Four projects (README, "Tests"): each needs more of the machine than the one before it. */
const project = (name: string, include: string[], exclude: string[] = []) => ({
  test: { name, include, exclude: ['**/node_modules/**', ...exclude], testTimeout: 60_000, hookTimeout: 180_000, setupFiles: ['test/setup.ts'] },
})

export default defineConfig({
  test: {
    reporters: ['default'],
    maxWorkers: 2,
    projects: [
      project('main', ['test/**/*.test.ts'], ['test/{peers,shared,browser}/**']),
      project('peers', ['test/peers/**/*.test.ts']),
      project('shared', ['test/shared/**/*.test.ts']),
      project('browser', ['test/browser/**/*.test.ts']),
    ],
  },
})
