import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { answerKinds } from '../../clouds/index.ts'
import { detections } from '../../detections/index.ts'
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
