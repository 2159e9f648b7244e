// `npm run generate`: renews every generated file of docs/ from the registries and schemas that the code itself uses.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedDocuments } from './documents.ts'

const root = join(import.meta.dirname, '..', '..')
for (const [path, text] of Object.entries(generatedDocuments())) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
  process.stdout.write(`${path}\n`)
}
