import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { answerKinds, interpretEstate } from '../../clouds/index.ts'
import { renderSandbox, sandboxAnswers } from '../../clouds/sandbox/render.ts'
import { daysAfter, instant } from '../../model/instant.ts'

const root = mkdtempSync(join(tmpdir(), 'whittle-sandbox-'))
afterAll(() => { rmSync(root, { recursive: true, force: true }) })
const asOf = instant('2026-11-20T00:00:00Z')
const rendered = (name: string, day = asOf): string => { renderSandbox(join(root, name), day); return join(root, name) }
const files = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(dir, file)).isFile()).sort()

test('Acme is whole: every answer is read, nothing is broken, nothing is missing', () => {
  const estate = interpretEstate(readEstateDirectory(rendered('whole')))
  expect(estate).toMatchObject({ asOf, label: 'Acme', problems: [], unread: [] })
  expect([estate.aws.accounts.length, estate.azure.accounts.length, estate.gcp.accounts.length]).toEqual([4, 2, 5])
  expect(estate.principals.length).toBeGreaterThanOrEqual(80)
})
test('the same day gives the same bytes and times; another day moves every date and nothing else', () => {
  const [one, two, later] = [rendered('one'), rendered('two'), rendered('later', daysAfter(asOf, 30))]
  const shape = (dir: string) => files(dir).map((file) => [file, readFileSync(join(dir, file), 'utf8'), statSync(join(dir, file)).mtimeMs])
  expect(shape(two)).toEqual(shape(one))
  expect(files(later)).toEqual(files(one))
  const judged = (dir: string) => { const { principals } = interpretEstate(readEstateDirectory(dir)); return principals }
  expect(judged(later)).toEqual(judged(one))
})
test('every answer of Acme is one that docs/estate.md names', () => {
  const patterns = answerKinds.map(({ path }) => new RegExp(`^${path.replaceAll(/<[A-Za-z]+>/g, '[^/]+')}$`))
  const strangers = Object.keys(sandboxAnswers(asOf)).filter((path) => !patterns.some((pattern) => pattern.test(path)))
  expect(strangers).toEqual([])
})
