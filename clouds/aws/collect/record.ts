import type { Answer } from '../../../model/answer.ts'
import { WhittleError } from '../../../model/error.ts'
import { type Instant, instantOf } from '../../../model/instant.ts'
import { decodeDocument } from './document.ts'
import { type AwsCommand, pages as schemas } from './schema.ts'

/** Fields that the SDK gives as URL-encoded text and the command line as objects. */
const documents: ReadonlySet<string> = new Set(['PolicyDocument', 'AssumeRolePolicyDocument', 'Document'])
// the one place where this file meets the clock: an answer is observed when it arrives
const arrived = (): Instant => instantOf(Date.now())

/** What the SDK answered, as the command line would have printed it, with the fields that Whittle uses and no others. @throws WhittleError `cloud.unavailable` on an answer of another shape */
export function recordable(command: AwsCommand, given: readonly unknown[], isComplete = true): Answer {
  const pages = given.map((page): unknown => {
    const plain: unknown = JSON.parse(JSON.stringify(page, (key, value: unknown) => (documents.has(key) ? decoded(value) : value)))
    const kept = schemas[command].safeParse(plain)
    if (!kept.success) throw new WhittleError('cloud.unavailable', `AWS answered \`${command}\` in a shape that is not known (at \`/${kept.error.issues[0]?.path.join('/') ?? ''}\`)`, { call: command })
    return kept.data
  })
  return { kind: 'present', pages, isComplete, observedAt: arrived() }
}

export const errorAnswer = (code: string, message: string): Answer => ({ kind: 'error', code, message, observedAt: arrived() })

function decoded(value: unknown): unknown {
  const document = decodeDocument(value)
  return document.ok ? document.value : value
}
