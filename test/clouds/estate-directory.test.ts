import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answersInMemory, decodeArgument, encodeArgument, readEstateDirectory, writeAnswer } from '../../clouds/estate-directory.ts'
import { instant } from '../../model/instant.ts'

const at = instant('2026-02-01T10:00:00Z')
const iam = 'aws/100000000001/global/iam'

function directory(files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(tmpdir(), 'whittle-estate-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}
const read = (files: Record<string, string | Buffer>, path = `${iam}/list-users`) => {
  const source = readEstateDirectory(directory(files))
  return { answer: source.read(path), problems: source.problems, source }
}

test.each([
  ['one file', { [`${iam}/list-users.json`]: '{"Users":[]}' }, 1, true],
  ['pages in order of number', { [`${iam}/list-users.1.json`]: '{"a":1}', [`${iam}/list-users.2.json`]: '{"a":2}', [`${iam}/list-users.10.json`]: '{"a":10}' }, 3, false],
  ['a packed file', { [`${iam}/list-users.json.gz`]: gzipSync('{"Users":[]}') }, 1, true],
  ['a last page with NextToken', { [`${iam}/list-users.json`]: '{"NextToken":"x"}' }, 1, false],
  ['a last page with IsTruncated', { [`${iam}/list-users.json`]: '{"IsTruncated":true,"Marker":"m"}' }, 1, false],
  ['a Marker that is not truncated', { [`${iam}/list-users.json`]: '{"IsTruncated":false}' }, 1, true],
  ['a last page with nextLink', { [`${iam}/list-users.json`]: '{"value":[],"@odata.nextLink":"https://x"}' }, 1, false],
  ['an empty token', { [`${iam}/list-users.json`]: '{"nextPageToken":""}' }, 1, true],
  ['pages and an error', { [`${iam}/list-users.1.json`]: '{}', [`${iam}/list-users.error.json`]: '{"code":"Throttling"}' }, 1, false],
  ['UTF-16 as PowerShell writes it', { [`${iam}/list-users.json`]: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"Users":[]}', 'utf16le')]) }, 1, true],
])('%s is an answer of as many pages, complete or not', (_name, files, pages, isComplete) => {
  const { answer, problems } = read(files)
  expect(answer).toMatchObject({ kind: 'present', isComplete })
  expect(answer.kind === 'present' ? answer.pages.length : 0).toBe(pages)
  expect(problems).toEqual([])
})

test.each([
  ['a comma too many', '{\n  "Users": [1,]\n}', '2:15', 'is not valid JSON'],
  ['a text cut off', '{"Users": [', '1:12', 'is not valid JSON'],
  ['a second value', '{} x', '1:4', 'is not valid JSON'],
  ['nothing', '', '1:1', 'is empty'],
  ['too deep a nest', '['.repeat(65) + ']'.repeat(65), '1:65', 'is nested deeper than 64 levels'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), '1:1', 'is not UTF-8 text'],
])('%s is a broken answer with its position, and the rest is read', (_name, content, position, reason) => {
  const { answer, problems, source } = read({ [`${iam}/list-users.json`]: content, [`${iam}/list-roles.json`]: '{}' })
  expect(answer).toMatchObject({ kind: 'broken' })
  expect(problems).toEqual([{ file: `${iam}/list-users.json`, position, reason }])
  expect(source.read(`${iam}/list-roles`).kind).toBe('present')
})

test('an error file says that the call failed; no file says that it was not exported', () => {
  const { answer, source } = read({ [`${iam}/list-users.error.json`]: '{"code":"AccessDenied","message":"no"}' })
  expect(answer).toMatchObject({ kind: 'error', code: 'AccessDenied', message: 'no' })
  expect(source.read(`${iam}/list-roles`)).toEqual({ kind: 'not-exported' })
})

test('links, pipes and names that no answer has are refused by name and never opened', () => {
  const root = directory({ [`${iam}/list-users.json`]: '{}', [`${iam}/%zz.json`]: '{}', [`${iam}/a.b.json`]: '{}' })
  symlinkSync('/etc/passwd', join(root, iam, 'list-roles.json'))
  symlinkSync('/etc', join(root, 'azure'))
  execFileSync('mkfifo', [join(root, iam, 'list-groups.json')])
  const source = readEstateDirectory(root)
  expect(source.problems.map(({ file }) => file.replace(`${iam}/`, '')).sort()).toEqual(['%zz.json', 'a.b.json', 'azure', 'list-groups.json', 'list-roles.json'])
  expect(source.list(iam)).toEqual(['list-users'])
})

test('an archive that unfolds too far is refused', () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20))
  const { answer, problems } = read({ [`${iam}/list-users.json.gz`]: bomb, [`${iam}/list-roles.json.gz`]: gzipSync('{}').subarray(0, 12) })
  expect(answer.kind).toBe('broken')
  expect(problems.map(({ reason }) => reason.slice(0, 20))).toEqual(['is no complete gzip ', 'unfolds to more than'])
})

test('a bare authorization-details file is an estate of the account that its ARNs name', () => {
  const root = directory({ 'gaad.json': JSON.stringify({ UserDetailList: [{ Arn: 'arn:aws:iam::100000000001:user/a' }], Policies: [{ Arn: 'arn:aws:iam::aws:policy/X' }] }) })
  expect(readEstateDirectory(join(root, 'gaad.json')).list('aws')).toEqual(['100000000001'])
})

test.each([
  ['several accounts', { UserDetailList: [{ Arn: 'arn:aws:iam::100000000001:user/a' }, { Arn: 'arn:aws:iam::100000000002:user/a' }] }, 'names several accounts'],
  ['no account', { hello: 1 }, 'is no answer of'],
])('a bare file of %s is refused', (_name, content, message) => {
  const root = directory({ 'x.json': JSON.stringify(content) })
  expect(() => readEstateDirectory(join(root, 'x.json'))).toThrow(message)
})

test('an empty folder and a folder that is not there are refused with what to do', () => {
  expect(() => readEstateDirectory(directory({}))).toThrow('docs/estate.md')
  expect(() => readEstateDirectory('/nowhere')).toThrow('give the folder')
})

test('estate.json sets the time and the label; without it the newest file does', () => {
  const header = { 'estate.json': '{"schemaVersion":1,"asOf":"2026-01-02T00:00:00Z","label":"Acme"}', [`${iam}/list-users.json`]: '{}' }
  expect(read(header).source).toMatchObject({ asOf: '2026-01-02T00:00:00.000Z', label: 'Acme' })
  expect(read({ 'estate.json': '{"schemaVersion":2}', [`${iam}/list-users.json`]: '{}' }).problems).toMatchObject([{ file: 'estate.json', position: '/schemaVersion' }])
  const root = directory({})
  writeAnswer(root, `${iam}/list-users`, { kind: 'present', pages: [{}], isComplete: true, observedAt: at })
  expect(readEstateDirectory(root).asOf).toBe(at)
})

test.each([
  ['one page', { kind: 'present', pages: [{ Users: [] }], isComplete: true, observedAt: at }],
  ['three pages', { kind: 'present', pages: [{ a: 1 }, { a: 2 }, { a: 3 }], isComplete: true, observedAt: at }],
  ['pages of which one is missing', { kind: 'present', pages: [{ a: 1 }, { a: 2 }], isComplete: false, observedAt: at }],
  ['an error', { kind: 'error', code: 'AccessDenied', message: 'no', observedAt: at }],
] as const)('%s is read as it was written, whatever stood there before', (_name, answer) => {
  const root = directory({ [`${iam}/list-users.7.json`]: '{}', [`${iam}/list-users.error.json`]: '{"code":"x"}', [`${iam}/list-users-2.json`]: '{}' })
  writeAnswer(root, `${iam}/list-users`, answer)
  expect(readEstateDirectory(root).read(`${iam}/list-users`)).toEqual(answer)
  expect(readdirSync(join(root, iam))).toContain('list-users-2.json')
})

test('nothing is written outside the directory', () => {
  expect(() => { writeAnswer(directory({}), 'aws/../../x', { kind: 'error', code: 'x', message: '', observedAt: at }) }).toThrow('no path of an answer')
})

test('arguments come back as they were, in one segment, below 200 bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }).filter((text) => text !== '' && text.isWellFormed()), (argument) => {
    const name = encodeArgument(argument)
    expect(name).not.toMatch(/[./]/)
    expect(name.length).toBeLessThanOrEqual(200)
    if (!name.startsWith('sha256-')) expect(decodeArgument(name)).toBe(argument)
  }))
})

test('a source in memory lists folders and answers alike, decoded and sorted', () => {
  const nothing = { kind: 'not-exported' } as const
  const source = answersInMemory(new Map([['aws/1/b', nothing], ['aws/1/a%2Eb/x', nothing], ['gcp/x', nothing]]), at)
  expect([source.list(''), source.list('aws/1'), source.list('aws/2')]).toEqual([['aws', 'gcp'], ['a.b', 'b'], []])
})
