import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderSandbox } from '../../clouds/sandbox/render.ts'
import { analysisSchema } from '../../model/finding.ts'
import { instant } from '../../model/instant.ts'
import { type Ran, whittle, whittleIn } from './whittle.ts'

const root = mkdtempSync(join(tmpdir(), 'whittle-analyze-'))
const acme = join(root, 'acme')
beforeAll(() => { renderSandbox(acme, instant('2026-11-20T00:00:00Z')) })
afterAll(() => { rmSync(root, { recursive: true, force: true }) })

/** A copy of Acme in which `spoil` has done something. */
function spoilt(name: string, spoil: (dir: string) => void): string {
  const dir = join(root, name)
  cpSync(acme, dir, { recursive: true, preserveTimestamps: true })
  spoil(dir)
  return dir
}
const details = 'aws/100000000002/global/iam/get-account-authorization-details.json'
const isOneLine = ({ stderr }: Ran): boolean => stderr.trimEnd().split('\n').length <= 2 && !stderr.includes('    at ')

describe('what `whittle analyze` exits with', () => {
  test('0 on a whole estate, and the JSON is what the schema says', () => {
    const ran = whittle('analyze', acme, '--format', 'json')
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(analysisSchema.parse(JSON.parse(ran.stdout))).toMatchObject({ asOf: '2026-11-20T00:00:00.000Z', problems: [] })
  })
  test.each([
    ['no estate', ['analyze'], 'missing required argument'],
    ['a folder that is not there', ['analyze', join(root, 'nowhere')], 'is no directory and no file'],
    ['a folder without answers', ['analyze', '/usr/share/doc/whittle-none'], 'is no directory'],
    ['an unknown option', ['analyze', acme, '--frob'], "unknown option '--frob'"],
    ['an unknown format', ['analyze', acme, '--format', 'xml'], 'table, json, ndjson, sarif, csv'],
    ['a format that is not built yet', ['analyze', acme, '--format', 'sarif'], 'the format `sarif` is not built yet'],
    ['an unknown detection', ['analyze', acme, '--only', 'aws-nonsense'], 'there is no detection `aws-nonsense`'],
    ['an unknown severity', ['analyze', acme, '--fail-on', 'awful'], 'allowed are critical, high'],
    ['a date that is none', ['analyze', acme, '--as-of', 'soon'], 'give a date such as'],
    ['an --out that is a folder', ['analyze', acme, '--out', root], 'is a folder'],
    ['an --out in no folder', ['analyze', acme, '--out', join(root, 'no', 'where')], 'cannot write'],
    ['an unknown command', ['analyse', acme], 'Did you mean analyze?'],
  ])('2 on %s, with one line that says so', (_name, words, text) => {
    const ran = whittle(...words)
    expect(ran).toMatchObject({ exit: 2, stdout: '' })
    expect(ran.stderr).toContain(text)
    expect(isOneLine(ran)).toBe(true)
  })
  test('4 where a file is broken: the file and the position are named, the rest is analysed', () => {
    const dir = spoilt('broken', (copy) => { writeFileSync(join(copy, details), '{ "UserDetailList": [\n  { "UserName": ] }') })
    const { problems, estate } = analysisSchema.parse(JSON.parse(whittle('analyze', dir, '--format', 'json').stdout))
    expect(whittle('analyze', dir).exit).toBe(4)
    expect(problems.map(({ file, position }) => [file, position])).toEqual([[details, '2:17']])
    expect(estate['awsAccounts']).toBe(4)
  })
  test('4 where a file is a link: it is named and never opened', () => {
    const dir = spoilt('linked', (copy) => { rmSync(join(copy, details)); symlinkSync('/etc/passwd', join(copy, details)) })
    const ran = whittle('analyze', dir, '--format', 'json')
    expect(ran.exit).toBe(4)
    expect(ran.stdout).not.toContain('root:')
    expect(analysisSchema.parse(JSON.parse(ran.stdout)).problems).toEqual([{ file: details, position: '1:1', reason: 'is a link; links are not followed' }])
  })
})

describe('output', () => {
  test('--out writes the file and nothing on the terminal; twice gives the same bytes', () => {
    const [first, second] = ['one.json', 'two.json'].map((name) => join(root, name))
    expect(whittle('analyze', acme, '--format', 'json', '--out', first ?? '')).toEqual({ exit: 0, stdout: '', stderr: '' })
    whittle('analyze', acme, '--format', 'json', '--out', second ?? '')
    expect(readFileSync(second ?? '', 'utf8')).toBe(readFileSync(first ?? '', 'utf8'))
    expect(existsSync(join(root, 'one.json'))).toBe(true)
  })
  test('--as-of is the day that ages are computed against', () => {
    const { asOf } = analysisSchema.parse(JSON.parse(whittle('analyze', acme, '--format', 'json', '--as-of', '2027-01-01').stdout))
    expect(asOf).toBe('2027-01-01T00:00:00.000Z')
  })
  test('names out of other people\'s clouds steer no terminal', () => {
    const hostile = 'evil\u001b[2J\u001b]0;owned\u0007\u202etxt\u200b'
    const dir = spoilt('hostile', (copy) => {
      const file = join(copy, details)
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('deploy-bot', JSON.stringify(hostile).slice(1, -1)))
      writeFileSync(join(copy, 'estate.json'), JSON.stringify({ schemaVersion: 1, asOf: '2026-11-20T00:00:00Z', label: hostile }))
      mkdirSync(join(copy, 'aws', 'x\u001b[31m'), { recursive: true })
      writeFileSync(join(copy, 'aws', 'x\u001b[31m', 'y.json'), '{}')
    })
    const { stdout, stderr } = whittle('analyze', dir)
    expect(stdout).toContain('evil\\u{1b}[2J')
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  })
})

describe('the rest of the command line', () => {
  test('`whittle` alone and --help explain every command', () => {
    expect(whittle()).toMatchObject({ exit: 0 })
    expect(whittle('--help').stdout).toContain('analyze')
    expect(whittle('analyze', '--help').stdout).toContain('--fail-on')
  })
  test('`whittle sandbox` writes an estate, and never into a folder that holds something', () => {
    expect(whittle('sandbox', join(root, 'new'), '--as-of', '2026-11-20')).toMatchObject({ exit: 0 })
    expect(whittle('analyze', join(root, 'new'), '--format', 'json').stdout).toBe(whittle('analyze', acme, '--format', 'json').stdout)
    expect(whittle('sandbox', root)).toMatchObject({ exit: 2 })
  })
  test('`whittle collect --print-script` prints a script that a shell can read', () => {
    const { exit, stdout } = whittle('collect', '--print-script')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^#!\/bin\/sh\n/)
    expect(whittle('collect')).toMatchObject({ exit: 2 })
  })
  test('`whittle collect` writes the answers of an environment as they were, and says what it read', () => {
    const here = join(root, 'here')
    mkdirSync(here)
    writeFileSync(join(here, 'whittle.yaml'), `schemaVersion: 1\nenvironments: [{ name: acme, kind: directory, path: ${acme} }]\n`)
    const ran = whittleIn(here, 'collect', join(root, 'collected'), '--environment', 'acme')
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining('answers of acme') })
    expect(ran.stderr).toContain('reading aws/100000000001 (1 of 7)')
    const of = (dir: string) => JSON.parse(whittle('analyze', dir, '--format', 'json', '--as-of', '2026-11-20').stdout)
    expect(of(join(root, 'collected'))).toEqual(of(acme))
    expect(whittleIn(here, 'collect', join(root, 'collected'), '--environment', 'acme')).toMatchObject({ exit: 2, stderr: expect.stringContaining('is not an empty folder') })
    expect(whittleIn(here, 'collect', join(root, 'other'), '--environment', 'nope')).toMatchObject({ exit: 2, stderr: expect.stringContaining('there is no environment `nope`') })
  })
})
