import { readdirSync } from 'node:fs'

// npm run bench [-- NAME…]: every benchmark of this folder, or those named, one after the other.
const notBenchmarks = new Set(['run', 'table'])
const all = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3)).filter((name) => !notBenchmarks.has(name))
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all
for (const name of wanted) {
  if (!all.includes(name)) { console.error(`there is no benchmark \`${name}\`: choose from ${all.join(', ')}`); process.exitCode = 2; break }
  await import(`./${name}.ts`)
}
