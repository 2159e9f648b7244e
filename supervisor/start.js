// Plain JavaScript that every Node understands (see cli/whittle.js): `npm start` on a Node that cannot run TypeScript says so instead of printing a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) await import('./main.ts')
else {
  console.error(`whittle needs Node 22.18 or newer, this is ${process.versions.node}: on Linux run \`npm ci\` first (it brings Node 24); elsewhere install Node 24`)
  process.exitCode = 1
}
