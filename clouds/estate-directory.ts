import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Answer, AnswerSource, Problem } from '../model/answer.ts'
import { WhittleError } from '../model/error.ts'
import { type Instant, instantOf, instantSchema } from '../model/instant.ts'
import { decodeArgument, isAnswerPath } from './estate-path.ts'
import { limits, parseJson, type ParsedText, unpack } from './json-text.ts'

export { decodeArgument, encodeArgument } from './estate-path.ts'

/** Answers read from disk, with what was refused or broken on the way. */
export type EstateDirectory = AnswerSource & { readonly label: string | null; readonly problems: readonly Problem[] }
/** An answer that can be kept in a file. */
export type KeptAnswer = Extract<Answer, { kind: 'present' | 'error' }>

const metaSchema = z.object({ schemaVersion: z.literal(1), asOf: instantSchema.optional(), label: z.string().max(200).optional() })
const errorSchema = z.object({ code: z.string().min(1), message: z.string().default('') })
const authorizationDetailsSchema = z.object({ UserDetailList: z.array(z.unknown()).optional(), GroupDetailList: z.array(z.unknown()).optional(), RoleDetailList: z.array(z.unknown()).optional(), Policies: z.array(z.unknown()).optional() })
const arnSchema = z.object({ Arn: z.string() })

/** One file of one answer: `page` 0 = the whole answer. */
type File = { readonly path: string; readonly role: 'page' | 'error'; readonly page: number; readonly isPacked: boolean }
const fileName = /^(.+?)(?:\.(\d{1,6}))?(\.error)?\.json(\.gz)?$/
/** Logs are no answers: they are read as streams by whoever wants them. */
const isLogFolder = (folder: string): boolean => /^aws\/[^/]+\/cloudtrail$/.test(folder)

/**
 * Every answer of the estate below `root` (CONTRACTS §1), or of one bare `get-account-authorization-details` file. What is no regular file, is broken or is
 * named as no answer could be is a problem; the rest is read. An answer's `observedAt` is its file's time.
 * @throws WhittleError `estate.unreadable` where there is nothing to read
 */
export function readEstateDirectory(root: string): EstateDirectory {
  const about = statOf(root)
  if (about?.isFile() === true) return readBareFile(root)
  if (about?.isDirectory() !== true) throw new WhittleError('estate.unreadable', `\`${root}\` is no directory and no file; give the folder that holds \`aws\`, \`azure\` or \`gcp\``)
  const problems: Problem[] = []
  const files = walk(root, '', problems)
  const meta = readMeta(root, files, problems)
  const answers = new Map<string, Answer>()
  const times: number[] = []
  for (const [path, parts] of groupByAnswer(files, problems)) {
    const reader = (file: string): ReadFile => readJson(root, file)
    answers.set(path, assemble(parts, reader, problems, times))
  }
  if (answers.size === 0 && problems.length === 0) throw new WhittleError('estate.unreadable', `\`${root}\` holds no estate; expected files below \`aws\`, \`azure\` or \`gcp\` as docs/estate.md names them`)
  const newest = instantOf(times.reduce((a, b) => Math.max(a, b), 0))
  return { ...answersInMemory(answers, meta.asOf ?? newest), label: meta.label ?? null, problems }
}

/** A source over answers that are already here, keyed by their paths. */
export function answersInMemory(answers: ReadonlyMap<string, Answer>, asOf: Instant): AnswerSource {
  const folders = new Map<string, Set<string>>()
  for (const path of answers.keys()) {
    const parts = path.split('/')
    parts.forEach((part, depth) => {
      const folder = parts.slice(0, depth).join('/')
      folders.set(folder, (folders.get(folder) ?? new Set()).add(decodeArgument(part) ?? part))
    })
  }
  return {
    asOf,
    read: (path) => answers.get(path) ?? { kind: 'not-exported' },
    list: (folder) => [...(folders.get(folder) ?? [])].sort(),
  }
}

/** The answer stands below `dir` as CONTRACTS §1 names it, replacing what stood there, each file written whole or not at all, dated `observedAt`. */
export function writeAnswer(dir: string, path: string, answer: KeptAnswer): void {
  if (!isAnswerPath(path)) throw new TypeError(`\`${path}\` is no path of an answer`)
  const base = join(dir, path)
  mkdirSync(dirname(base), { recursive: true, mode: 0o700 })
  const kept = new Set<string>()
  const put = (suffix: string, content: unknown): void => {
    kept.add(basename(base) + suffix)
    replaceFile(base + suffix, `${JSON.stringify(content, null, 2)}\n`, answer.observedAt)
  }
  if (answer.kind === 'error') put('.error.json', { code: answer.code, message: answer.message })
  else {
    answer.pages.forEach((page, index) => { put(answer.pages.length === 1 ? '.json' : `.${index + 1}.json`, page) })
    const tellsItself = answer.pages.length > 0 && hasMore(answer.pages.at(-1))
    if (!answer.isComplete && !tellsItself) put('.error.json', { code: 'Incomplete', message: 'not every page was read' })
  }
  for (const name of readdirSync(dirname(base))) {
    const isStale = fileName.exec(name)?.[1] === basename(base) && !kept.has(name)
    if (isStale) rmSync(join(dirname(base), name))
  }
}

/** The file holds `text` whole, durably, or what it held before. */
export function replaceFile(file: string, text: string, at?: Instant): void {
  const temporary = `${file}.${process.pid}.tmp`
  const handle = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600)
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  if (at !== undefined) utimesSync(temporary, new Date(at), new Date(at))
  renameSync(temporary, file)
}

const statOf = (path: string): ReturnType<typeof statSync> | null => statSync(path, { throwIfNoEntry: false }) ?? null

/** Regular files below `root`, sorted; links and other kinds of files become problems and are never opened. */
function walk(root: string, folder: string, problems: Problem[]): string[] {
  const found: string[] = []
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.name.startsWith('.') || entry.name.endsWith('.tmp')) continue
    if (entry.isDirectory()) found.push(...(isLogFolder(path) ? [] : walk(root, path, problems)))
    else if (entry.isFile()) found.push(path)
    else problems.push({ file: path, position: '1:1', reason: entry.isSymbolicLink() ? 'is a link; links are not followed' : 'is no regular file' })
  }
  return found
}

function groupByAnswer(files: readonly string[], problems: Problem[]): Map<string, File[]> {
  const groups = new Map<string, File[]>()
  for (const path of files) {
    const match = fileName.exec(path)
    const base = match?.[1]
    if (base === undefined || path === 'estate.json') continue
    if (!isAnswerPath(base) || base.split('/').some((part) => decodeArgument(part) === null)) {
      problems.push({ file: path, position: '1:1', reason: 'is not named as an answer is: arguments are percent-encoded, `.` as `%2E` (docs/estate.md)' })
      continue
    }
    const file: File = { path, role: match?.[3] === undefined ? 'page' : 'error', page: Number(match?.[2] ?? 0), isPacked: match?.[4] !== undefined }
    groups.set(base, [...(groups.get(base) ?? []), file])
  }
  return groups
}

type ReadFile = { readonly parsed: ParsedText; readonly atMs: number }

function assemble(parts: readonly File[], read: (path: string) => ReadFile, problems: Problem[], times: number[]): Answer {
  const complain = (file: string, position: string, reason: string): void => { problems.push({ file, position, reason }) }
  const pages: unknown[] = []
  const failures: string[] = []
  let oldest = Number.POSITIVE_INFINITY
  const open = (file: File): unknown => {
    const { parsed, atMs } = read(file.path)
    times.push(atMs)
    oldest = Math.min(oldest, atMs)
    if (parsed.ok) return parsed.value
    failures.push(`\`${file.path}\` ${parsed.reason}`)
    complain(file.path, parsed.position, parsed.reason)
    return undefined
  }
  const numbered = inOrder(parts, complain)
  for (const file of numbered) {
    const page = open(file)
    if (page !== undefined) pages.push(page)
  }
  const errorFile = parts.find((file) => file.role === 'error')
  if (pages.length === 0 && errorFile !== undefined && failures.length === 0) {
    const error = errorSchema.safeParse(open(errorFile))
    if (error.success) return { kind: 'error', ...error.data, observedAt: instantOf(oldest) }
    if (failures.length === 0) complain(errorFile.path, '/', 'is no error: expected `{ "code", "message" }`')
    return { kind: 'broken', reason: failures[0] ?? `\`${errorFile.path}\` is no error` }
  }
  if (pages.length === 0) return { kind: 'broken', reason: failures[0] ?? 'holds no page' }
  const hasGap = numbered.some((file, index) => file.page > index + 1)
  const isComplete = failures.length === 0 && errorFile === undefined && !hasGap && !hasMore(pages.at(-1))
  return { kind: 'present', pages, isComplete, observedAt: instantOf(oldest) }
}

/** The files of the pages in order: one whole file wins over numbered ones, a plain one over its packed twin. */
function inOrder(parts: readonly File[], complain: (file: string, position: string, reason: string) => void): readonly File[] {
  const byPage = new Map<number, File>()
  for (const file of parts.filter(({ role }) => role === 'page').toSorted((a, b) => a.page - b.page || Number(a.isPacked) - Number(b.isPacked))) {
    const isDouble = byPage.has(file.page) || (byPage.has(0) && file.page > 0)
    if (isDouble) complain(file.path, '1:1', 'stands beside another file of the same answer and was not read')
    else byPage.set(file.page, file)
  }
  return [...byPage.values()]
}

const tokens = ['NextToken', 'nextToken', 'nextLink', '@odata.nextLink', 'nextPageToken', 'NextMarker', 'NextContinuationToken']
/** True where a page says itself that another one follows. */
export function hasMore(page: unknown): boolean {
  if (typeof page !== 'object' || page === null) return false
  const fields = new Map<string, unknown>(Object.entries(page))
  return fields.get('IsTruncated') === true || tokens.some((token) => typeof fields.get(token) === 'string' && fields.get(token) !== '')
}

function readJson(root: string, path: string): ReadFile {
  const handle = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const about = fstatSync(handle)
    const failed = (reason: string): ReadFile => ({ parsed: { ok: false, position: '1:1', reason }, atMs: Math.round(about.mtimeMs) })
    if (!about.isFile()) return failed('is no regular file')
    if (about.size > limits.plainBytes) return failed(`is larger than ${limits.plainBytes} bytes`)
    const bytes = readFileSync(handle)
    const plain = path.endsWith('.gz') ? unpack(bytes) : bytes
    return typeof plain === 'string' ? failed(plain) : { parsed: parseJson(plain), atMs: Math.round(about.mtimeMs) }
  } finally {
    closeSync(handle)
  }
}

function readMeta(root: string, files: readonly string[], problems: Problem[]): { asOf?: Instant | undefined; label?: string | undefined } {
  if (!files.includes('estate.json')) return {}
  const { parsed } = readJson(root, 'estate.json')
  const meta = parsed.ok ? metaSchema.safeParse(parsed.value) : null
  if (meta?.success === true) return meta.data
  const issue = meta?.error?.issues[0]
  problems.push(parsed.ok ? { file: 'estate.json', position: `/${issue?.path.join('/') ?? ''}`, reason: issue?.message ?? 'is no estate header' } : { file: 'estate.json', position: parsed.position, reason: parsed.reason })
  return {}
}

function readBareFile(file: string): EstateDirectory {
  const { parsed, atMs } = readJson(dirname(file), basename(file))
  if (!parsed.ok) throw new WhittleError('estate.unreadable', `\`${file}\` at ${parsed.position} ${parsed.reason}`)
  const details = authorizationDetailsSchema.safeParse(parsed.value)
  const all = details.success ? [details.data.UserDetailList, details.data.GroupDetailList, details.data.RoleDetailList, details.data.Policies].flatMap((list) => list ?? []) : []
  const owners = all.map((entry) => arnSchema.safeParse(entry).data?.Arn.split(':')[4] ?? '').filter((id) => /^\d{12}$/.test(id))
  const accounts = [...new Set(owners)]
  const account = accounts[0]
  if (account === undefined || accounts.length > 1) {
    const why = accounts.length > 1 ? `names several accounts (${accounts.slice(0, 3).join(', ')})` : 'is no answer of `aws iam get-account-authorization-details`'
    throw new WhittleError('estate.unreadable', `\`${file}\` ${why}; lay the estate out as docs/estate.md says and give its folder`)
  }
  const asOf = instantOf(atMs)
  const answer: Answer = { kind: 'present', pages: [parsed.value], isComplete: !hasMore(parsed.value), observedAt: asOf }
  return { ...answersInMemory(new Map([[`aws/${account}/global/iam/get-account-authorization-details`, answer]]), asOf), label: null, problems: [] }
}
