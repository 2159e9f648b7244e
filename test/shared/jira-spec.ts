import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const media = z.looseObject({ example: z.unknown().optional() })
const operation = z.looseObject({
  requestBody: z.looseObject({ content: z.record(z.string(), media).optional() }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), media).optional() })),
})
const spec = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

/**
 * A copy of Atlassian's OpenAPI document that a judge can read: examples that are JSON in a string are the JSON, and an answer without content (204) has none declared.
 * Nothing about what a request or an answer may hold is changed.
 */
export function readableJiraSpec(): string {
  const source = new URL('../../../shared/specs/jira-cloud-v3.swagger-v3.v3.json', import.meta.url)
  const document = spec.parse(JSON.parse(readFileSync(source, 'utf8')))
  const paths = Object.fromEntries(Object.entries(document.paths).map(([path, operations]) => [path, Object.fromEntries(Object.entries(operations).map(([method, value]) => [method, readable(value)]))]))
  const file = join(mkdtempSync(join(tmpdir(), 'whittle-jira-spec-')), 'jira.json')
  writeFileSync(file, JSON.stringify({ ...document, paths }))
  return file
}

function readable(value: unknown): unknown {
  const read = operation.safeParse(value)
  if (!read.success) return value
  const { requestBody, responses, ...rest } = read.data
  const content = (entries: Record<string, z.infer<typeof media>>) => Object.fromEntries(Object.entries(entries).map(([type, entry]) => [type, withoutTextExample(entry)]))
  return {
    ...rest, ...(requestBody === undefined ? {} : { requestBody: { ...requestBody, ...(requestBody.content === undefined ? {} : { content: content(requestBody.content) }) } }),
    responses: Object.fromEntries(Object.entries(responses).map(([code, { content: entries, ...response }]) => [code, { ...response, ...(entries === undefined || code === '204' ? {} : { content: content(entries) }) }])),
  }
}

function withoutTextExample({ example, ...entry }: z.infer<typeof media>) {
  if (typeof example !== 'string') return example === undefined ? entry : { ...entry, example }
  try { return { ...entry, example: JSON.parse(example) as unknown } } catch { return entry }
}
