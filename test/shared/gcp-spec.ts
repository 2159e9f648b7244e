import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const propertySchema = z.record(z.string(), z.unknown())
const methodSchema = z.object({ id: z.string(), path: z.string(), flatPath: z.string().optional(), httpMethod: z.string(), parameters: z.record(z.string(), propertySchema).default({}), request: z.object({ $ref: z.string() }).optional(), response: z.object({ $ref: z.string() }).optional() })
type Method = z.output<typeof methodSchema>
type Resource = { methods?: Record<string, Method> | undefined; resources?: Record<string, Resource> | undefined }
const resourceSchema: z.ZodType<Resource> = z.lazy(() => z.object({ methods: z.record(z.string(), methodSchema).optional(), resources: z.record(z.string(), resourceSchema).optional() }))
const documentSchema = z.object({ id: z.string(), schemas: z.record(z.string(), propertySchema), resources: z.record(z.string(), resourceSchema).default({}), methods: z.record(z.string(), methodSchema).default({}) })

/** Every operation that Whittle calls, and no other: a call of anything else fails. */
const used: Readonly<Record<string, readonly string[]>> = {
  cloudresourcemanager_v3: ['organizations.search', 'organizations.get', 'organizations.getIamPolicy', 'organizations.setIamPolicy', 'folders.search', 'folders.getIamPolicy', 'folders.setIamPolicy', 'projects.search', 'projects.getIamPolicy', 'projects.setIamPolicy'],
  iam_v1: ['projects.serviceAccounts.list', 'projects.serviceAccounts.keys.list', 'roles.get', 'projects.roles.list', 'projects.roles.get', 'organizations.roles.list', 'organizations.roles.get'],
  iam_v2: ['policies.listPolicies', 'policies.get'], cloudasset_v1: ['searchAllIamPolicies'], cloudidentity_v1: ['groups.lookup', 'groups.memberships.list'],
}

/** One OpenAPI document of what Google's discovery documents say of those operations, strict: no field that is not theirs. Its path. */
export function readableGcpSpec(): { readonly file: string; readonly operations: number } {
  const paths: Record<string, Record<string, unknown>> = {}
  const schemas: Record<string, unknown> = {}
  for (const [name, operations] of Object.entries(used)) {
    const document = documentSchema.parse(JSON.parse(readFileSync(new URL(`../../../shared/specs/google/${name}.json`, import.meta.url), 'utf8')))
    for (const [schema, body] of Object.entries(document.schemas)) schemas[`${name}.${schema}`] = converted(body, name)
    for (const method of methodsOf(document)) {
      if (!operations.some((operation) => method.id === `${name.split('_')[0] ?? ''}.${operation}` || method.id.endsWith(`.v1.${operation}`))) continue
      const path = `/${method.flatPath ?? method.path}`
      paths[path] = { ...paths[path], [method.httpMethod.toLowerCase()]: operationOf(method, path, name) }
    }
  }
  const file = join(mkdtempSync(join(tmpdir(), 'whittle-spec-')), 'google.json')
  writeFileSync(file, JSON.stringify({ openapi: '3.0.3', info: { title: 'Google Cloud', version: '1' }, paths, components: { schemas } }))
  return { file, operations: Object.values(paths).flatMap((operations) => Object.keys(operations)).length }
}

const methodsOf = (resource: Resource): readonly Method[] => [...Object.values(resource.methods ?? {}), ...Object.values(resource.resources ?? {}).flatMap(methodsOf)]

function operationOf({ id, parameters, request, response }: Method, path: string, api: string): object {
  const json = (schema: string | undefined) => ({ content: { 'application/json': { schema: schema === undefined ? {} : { $ref: `#/components/schemas/${api}.${schema}` } } } })
  return {
    operationId: `${api}.${id}`,
    parameters: [
      ...[...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(parameters).filter(([, parameter]) => parameter['location'] === 'query').map(([name, parameter]) => ({ name, in: 'query', schema: parameter['repeated'] === true ? { type: 'array', items: { type: parameter['type'] } } : { type: parameter['type'], ...(parameter['enum'] === undefined ? {} : { enum: parameter['enum'] }) } })),
    ],
    ...(request === undefined ? {} : { requestBody: { required: true, ...json(request.$ref) } }),
    responses: { 200: { description: 'ok', ...json(response?.$ref) }, default: { description: 'error', content: { 'application/json': { schema: { type: 'object' } } } } },
  }
}

/** A discovery schema as an OpenAPI one. */
function converted(value: unknown, api: string): unknown {
  const schema = propertySchema.safeParse(value).data
  if (schema === undefined) return {}
  if (typeof schema['$ref'] === 'string') return { $ref: `#/components/schemas/${api}.${schema['$ref']}` }
  const properties = propertySchema.safeParse(schema['properties']).data
  return {
    ...(typeof schema['type'] === 'string' && schema['type'] !== 'any' ? { type: schema['type'] } : {}), ...(schema['format'] === 'google-datetime' ? { format: 'date-time' } : {}), ...(schema['enum'] === undefined ? {} : { enum: schema['enum'] }),
    ...(schema['items'] === undefined ? {} : { items: converted(schema['items'], api) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, converted(property, api)])), additionalProperties: false }),
    ...(schema['additionalProperties'] === undefined ? {} : { additionalProperties: converted(schema['additionalProperties'], api) }),
  }
}
