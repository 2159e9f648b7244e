import { z } from 'zod'
import type { AwsCondition, AwsPatterns, AwsPolicyDocument, AwsPrincipalKind, AwsPrincipals, AwsStatement } from '../../../model/aws.ts'
import type { Gap } from '../../../model/known.ts'
import { err, ok, type Result } from '../../../model/result.ts'
import { parseJson } from '../../json-text.ts'
import type { Reading } from './reading.ts'

/** Where a document stands, and whether it speaks of its owner (`identity`), of the role that it guards (`trust`), or of an organization (`scp`). */
export type DocumentPlace = { readonly file: string; readonly pointer: string; readonly purpose: 'identity' | 'trust' | 'scp' }

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const conditionValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const conditionsSchema = z.record(z.string(), z.record(z.string(), z.union([conditionValue.transform((one) => [one]), z.array(conditionValue)])))
const principalsSchema = z.union([z.string(), z.record(z.string(), oneOrMany)])
const statementSchema = z.strictObject({
  Sid: z.string().optional(), Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(), NotAction: oneOrMany.optional(), Resource: oneOrMany.optional(), NotResource: oneOrMany.optional(),
  Principal: principalsSchema.optional(), NotPrincipal: principalsSchema.optional(), Condition: conditionsSchema.optional(),
})
const documentSchema = z.object({ Version: z.string().default('2008-10-17'), Statement: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((one) => [one])]) })
const principalKinds: Readonly<Record<string, AwsPrincipalKind | undefined>> = { AWS: 'AWS', Service: 'Service', Federated: 'Federated', CanonicalUser: 'CanonicalUser' }

/** The object that a document is, whichever of the three encodings it came in: object, JSON text, URL-encoded JSON text. */
export function decodeDocument(raw: unknown): Result<unknown, string> {
  if (typeof raw !== 'string') return ok(raw)
  const text = raw.trimStart().startsWith('{') ? raw : percentDecoded(raw)
  if (text === null) return err('is neither JSON nor URL-encoded JSON')
  const parsed = parseJson(Buffer.from(text))
  return parsed.ok ? ok(parsed.value) : err(`${parsed.reason} (inside the text at ${parsed.position})`)
}

/**
 * The statements of a policy document. A statement that cannot be read is a problem with its pointer and a gap of the document, never nothing: it may
 * allow or deny anything.
 */
export function readDocument(reading: Reading, raw: unknown, place: DocumentPlace): AwsPolicyDocument {
  const gaps: Gap[] = []
  const complain = (pointer: string, reason: string): void => {
    const position = place.pointer + pointer || '/'
    reading.problems.push({ file: place.file, position, reason })
    gaps.push({ what: `${place.file}#${position}`, why: 'broken', reason: `the statement at \`${position}\` of \`${place.file}\` ${reason}` })
  }
  const decoded = decodeDocument(raw)
  if (!decoded.ok) {
    complain('', decoded.error)
    return { version: '', statements: [], gaps }
  }
  const document = documentSchema.safeParse(decoded.value)
  if (!document.success) {
    complain(pointerOf(document.error), 'is no policy document: expected `Version` and `Statement`')
    return { version: '', statements: [], gaps }
  }
  const statements: AwsStatement[] = []
  document.data.Statement.forEach((value, index) => {
    const parsed = statementSchema.safeParse(value)
    const statement = parsed.success ? readStatement(parsed.data, index, place.purpose) : err(parsed.error.issues[0]?.message.toLowerCase() ?? 'does not fit')
    if (statement.ok) statements.push(statement.value)
    else complain(`/Statement/${index}${parsed.success ? '' : pointerOf(parsed.error)}`, statement.error)
  })
  return { version: document.data.Version, statements, gaps }
}

function readStatement(statement: z.infer<typeof statementSchema>, index: number, purpose: DocumentPlace['purpose']): Result<AwsStatement, string> {
  const actions = oneOf(statement.Action, statement.NotAction)
  if (actions === null) return err('needs `Action` or `NotAction`, and not both')
  const named = oneOf(statement.Resource, statement.NotResource)
  const resources = named ?? (purpose === 'scp' && statement.Resource === undefined ? { isNot: false, patterns: ['*'] } : null)
  if (purpose !== 'trust' && resources === null) return err('needs `Resource` or `NotResource`, and not both')
  const principals = readPrincipals(statement)
  if (!principals.ok) return principals
  if (purpose === 'trust' && principals.value === null) return err('needs `Principal` or `NotPrincipal`')
  if (purpose !== 'trust' && principals.value !== null) return err('names a principal, which only policies of resources do')
  return ok({
    sid: statement.Sid ?? null, index, effect: statement.Effect, actions, resources: purpose === 'trust' ? null : resources,
    principals: principals.value, conditions: readConditions(statement.Condition ?? {}),
  })
}

function oneOf(positive: readonly string[] | undefined, negative: readonly string[] | undefined): AwsPatterns | null {
  if ((positive === undefined) === (negative === undefined)) return null
  return positive !== undefined ? { isNot: false, patterns: positive } : { isNot: true, patterns: negative ?? [] }
}

function readPrincipals({ Principal, NotPrincipal }: z.infer<typeof statementSchema>): Result<AwsPrincipals | null, string> {
  if (Principal !== undefined && NotPrincipal !== undefined) return err('has both `Principal` and `NotPrincipal`')
  const raw = Principal ?? NotPrincipal
  if (raw === undefined) return ok(null)
  const isNot = Principal === undefined
  if (typeof raw === 'string') return raw === '*' ? ok({ isNot, values: [{ kind: 'any', id: '*' }] }) : err('has a principal that is neither `*` nor an object')
  const values: { kind: AwsPrincipalKind; id: string }[] = []
  for (const [name, ids] of Object.entries(raw)) {
    const kind = principalKinds[name]
    if (kind === undefined) return err(`has principals of the kind \`${name}\`, which is not known`)
    values.push(...ids.map((id) => ({ kind: kind === 'AWS' && id === '*' ? ('any' as const) : kind, id })))
  }
  return ok({ isNot, values })
}

const readConditions = (conditions: z.infer<typeof conditionsSchema>): readonly AwsCondition[] =>
  Object.entries(conditions).flatMap(([operator, keys]) => Object.entries(keys).map(([key, values]) => ({ operator, key, values })))

const pointerOf = (error: z.ZodError): string => (error.issues[0]?.path ?? []).map((part) => `/${String(part)}`).join('')

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
