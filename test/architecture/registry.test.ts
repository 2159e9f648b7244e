import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeKindAbouts } from '../../clouds/change-kinds.ts'
import { answerKinds } from '../../clouds/index.ts'
import { detections } from '../../detections/index.ts'
import { changeKinds } from '../../model/change.ts'
import { remediations } from '../../remediations/index.ts'
import { generatedDocuments } from '../../tools/generate/documents.ts'

const root = join(import.meta.dirname, '..', '..')
const filesOf = (folder: string): readonly string[] => readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts') && file !== 'index.ts').map((file) => file.replace(/\.ts$/, '')).sort()

describe('detections', () => {
  test('every file is in the list under its own name, once', () => {
    expect(detections.map(({ id }) => id).sort()).toEqual(filesOf('detections'))
    expect(detections.length).toBeGreaterThanOrEqual(12)
  })
  test('every cloud has at least four', () => {
    for (const cloud of ['aws', 'azure', 'gcp']) expect(detections.filter((each) => each.cloud === cloud).length, cloud).toBeGreaterThanOrEqual(4)
  })
  test.each(detections.map((detection) => [detection.id, detection] as const))('%s says where it comes from, what it reads and what it cannot see', (id, detection) => {
    expect(id).toMatch(new RegExp(`^${detection.cloud}-[a-z0-9-]+$`))
    expect(detection.source).toMatch(/^https:\/\/[^/]+\.[a-z]+\//)
    expect(detection.readsWith).not.toEqual([])
    expect(detection.frameworks).not.toEqual([])
    expect(detection.blindSpots).not.toEqual([])
    expect(detection.why.length).toBeGreaterThan(40)
  })
  test.each(detections.map(({ id }) => [id]))('%s has a case that passes, one that violates and one that is unknown', (id) => {
    const texts = readdirSync(join(root, 'test', 'detections')).map((file) => readFileSync(join(root, 'test', 'detections', file), 'utf8')).filter((text) => text.includes(`detections/${id}.ts'`))
    expect(texts.length, `no file of test/detections imports \`${id}\``).toBeGreaterThan(0)
    for (const kind of [/\bpass(es)?\b/, /\bviolat(ion|es)\b/, /\bunknown\b/]) expect(texts.some((text) => kind.test(text)), `no case of ${String(kind)}`).toBe(true)
  })
  test('what a rule reads with is what the collectors ask for', () => {
    const asked = new Set(answerKinds.flatMap(({ permissions }) => permissions))
    const strangers = detections.flatMap(({ id, readsWith }) => readsWith.filter((permission) => !asked.has(permission)).map((permission) => `${id}: ${permission}`))
    expect(strangers).toEqual([])
  })
})

describe('remediations', () => {
  test('every file is in the list under its own name, once', () => {
    expect(remediations.map(({ id }) => id).sort()).toEqual(filesOf('remediations'))
  })
  test('every fix that a detection names exists', () => {
    const known = new Set(remediations.map(({ id }) => id))
    expect(detections.flatMap(({ id, fixedBy }) => fixedBy.filter((fix) => !known.has(fix)).map((fix) => `${id}: ${fix}`))).toEqual([])
  })
  test.each(remediations.map((remediation) => [remediation.id, remediation] as const))('%s fixes something, with kinds of change that exist, and has tests', (id, { kinds, effect }) => {
    expect(detections.some(({ fixedBy }) => fixedBy.includes(id)), `no detection is fixed by \`${id}\``).toBe(true)
    expect(kinds).not.toEqual([])
    expect(effect).not.toBe('')
    for (const kind of kinds) expect(changeKindAbouts.some((about) => about.kind === kind), kind).toBe(true)
    expect(existsSync(join(root, 'test', 'remediations', `${id}.test.ts`)), `test/remediations/${id}.test.ts is missing`).toBe(true)
  })
})

describe('kinds of change', () => {
  test('every kind of the model is known, once', () => {
    expect(changeKindAbouts.map(({ kind }) => kind).sort()).toEqual([...changeKinds].sort())
  })
  test.each(changeKindAbouts.map((about) => [about.kind, about] as const))('%s names its permissions and its inverse is tested', (kind, { permissions, isReversible }) => {
    expect(permissions).not.toEqual([])
    const inverseTests = readFileSync(join(root, 'test', 'sandbox', 'change.test.ts'), 'utf8')
    const fixes = remediations.filter(({ kinds }) => kinds.includes(kind)).map(({ id }) => id)
    if (isReversible) expect(fixes.some((fix) => inverseTests.includes(`'${fix}'`)), `test/sandbox/change.test.ts undoes no \`${kind}\``).toBe(true)
  })
})

describe('answers', () => {
  test('every kind has a path of its own below its cloud, a command, a permission and a reason', () => {
    const paths = answerKinds.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    for (const { path, command, permissions, why } of answerKinds) {
      expect(path).toMatch(/^(aws|azure|gcp)\//)
      expect(command).toMatch(/^(aws|az|gcloud) /)
      expect(permissions, path).not.toEqual([])
      expect(why).not.toBe('')
    }
  })
})

describe('generated documents', () => {
  test.each(Object.entries(generatedDocuments()))('%s is current (else: npm run generate)', (path, text) => {
    expect(existsSync(join(root, path)), path).toBe(true)
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  })
})
