import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { DEFINITIONS } from '../../clouds/azure/session.ts'
import type { Judge } from '../peers/azure/stub.ts'

const specs = new URL('../../../shared/specs/', import.meta.url)
const verdictSchema = z.object({
  requestValidationResult: z.looseObject({ isSuccessful: z.boolean().optional(), operationInfo: z.looseObject({ operationId: z.string().optional() }).optional(), errors: z.array(z.looseObject({ code: z.string(), message: z.string() })), runtimeException: z.looseObject({ message: z.string() }).optional() }),
  responseValidationResult: z.looseObject({ isSuccessful: z.boolean().optional(), errors: z.array(z.looseObject({ code: z.string(), message: z.string() })), runtimeException: z.looseObject({ message: z.string() }).optional() }),
})
type LiveValidator = { readonly initialize: () => Promise<void>; readonly validateLiveRequestResponse: (pair: object) => Promise<unknown> }
const oavSchema = z.object({ LiveValidator: z.custom<new (options: object) => LiveValidator>((value) => typeof value === 'function') })

/** Microsoft's own validator over its own specification of every call to the resource manager; names of Graph's properties by its schema (CSDL). */
export async function azureJudge(): Promise<Judge> {
  const { LiveValidator } = oavSchema.parse(createRequire(import.meta.url)('oav'))
  const spec = (folder: string): string => `specification/${folder}/*.json`
  const validator = new LiveValidator({
    directory: new URL('azure-rest-api-specs', specs).pathname, git: { shouldClone: false }, swaggerPaths: [], isPathCaseSensitive: false, loadValidatorInInitialize: true,
    swaggerPathsPattern: [spec('authorization/resource-manager/Microsoft.Authorization/stable/2022-04-01'), spec('managementgroups/resource-manager/Microsoft.Management/stable/2023-04-01'), spec('resources/resource-manager/Microsoft.Resources/stable/2022-12-01')],
  })
  const log = console.log
  console.log = () => undefined
  await validator.initialize().finally(() => { console.log = log })
  const properties = graphProperties()
  return async (call, reply, api) => {
    if (api === 'graph') return graphFaults(properties, call.url, reply.body)
    // because the SDK doubles the slash before a scope, which Azure takes and the validator does not
    const url = `https://management.azure.com${call.url.pathname.replace(/^\/+/, '/')}${call.url.search.replace(DEFINITIONS, '2022-04-01')}`
    const verdict = verdictSchema.parse(await validator.validateLiveRequestResponse({
      liveRequest: { url, method: call.method, headers: call.headers, body: call.body }, liveResponse: { statusCode: String(reply.status), headers: { 'content-type': 'application/json', ...reply.headers }, body: withoutDefinitionConditions(url, reply.body) } }))
    const { requestValidationResult: asked, responseValidationResult: told } = verdict
    const said = [asked, told].flatMap(({ errors, runtimeException }) => [...errors.map(({ code, message }) => `${code}: ${message}`), ...(runtimeException === undefined ? [] : [runtimeException.message])])
    return [...said, ...(asked.operationInfo?.operationId === undefined ? ['no operation of the specification'] : [])].map((text) => `${call.method} ${url} ${reply.status}: ${text}`)
  }
}

/** Role definitions are asked for in a preview version (as `az` does) that is not among the specifications; it adds conditions to permissions, and is judged without them by the general one. */
const withoutDefinitionConditions = (url: string, body: unknown): unknown => (!/roleDefinitions/i.test(url) || body === undefined ? body
  : JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'condition' || key === 'conditionVersion' ? undefined : value))))

/** Every property of every type of Graph's schema, inherited ones included. */
function graphProperties(): (type: string) => ReadonlySet<string> {
  const xml = readFileSync(new URL('msgraph-v1.0-Prod.csdl.xml', specs), 'utf8')
  const types = new Map<string, { readonly base: string | undefined; readonly names: readonly string[] }>()
  for (const [, , name = '', attributes = '', body = ''] of xml.matchAll(/<(EntityType|ComplexType) Name="(\w+)"([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/g)) {
    // because other schemas of the file have types of the same name
    if (!types.has(name)) types.set(name, { base: /BaseType="(?:microsoft\.)?graph\.(\w+)"/.exec(attributes)?.[1], names: [...body.matchAll(/<(?:Navigation)?Property Name="(\w+)"/g)].map(([, property = '']) => property) })
  }
  const all = (type: string): readonly string[] => { const found = types.get(type); return found === undefined ? [] : [...found.names, ...(found.base === undefined ? [] : all(found.base))] }
  return (type) => new Set(all(type))
}

const typeOf: readonly (readonly [RegExp, string])[] = [
  [/\/users$/, 'user'], [/\/groups$/, 'group'], [/\/members$/, 'directoryObject'], [/\/servicePrincipals$/, 'servicePrincipal'], [/\/applications$/, 'application'],
  [/\/roleDefinitions$/, 'unifiedRoleDefinition'], [/\/roleAssignments$/, 'unifiedRoleAssignment']]
const nested: Readonly<Record<string, string>> = { signInActivity: 'signInActivity', passwordCredentials: 'passwordCredential', keyCredentials: 'keyCredential', rolePermissions: 'unifiedRolePermission' }
const rowsSchema = z.object({ value: z.array(z.record(z.string(), z.unknown())) })

function graphFaults(propertiesOf: (type: string) => ReadonlySet<string>, url: URL, body: unknown): readonly string[] {
  const type = typeOf.find(([path]) => path.test(url.pathname))?.[1]
  if (type === undefined) return [`${url.pathname} is no collection that is judged`]
  const selected = (url.searchParams.get('$select') ?? '').split(',').filter((name) => name !== '')
  const unknown = (of: string, names: readonly string[]) => names.filter((name) => !name.includes('@odata') && !propertiesOf(of).has(name)).map((name) => `\`${of}\` has no property \`${name}\``)
  const rows = rowsSchema.safeParse(body).data?.value ?? []
  const inner = rows.flatMap((row) => Object.entries(row)).flatMap(([name, value]) => {
    const of = nested[name]
    const parts = z.array(z.record(z.string(), z.unknown())).safeParse(Array.isArray(value) ? value : [value ?? {}]).data ?? []
    return of === undefined ? [] : parts.flatMap((part) => unknown(of, Object.keys(part)))
  })
  return [...unknown(type, selected), ...rows.flatMap((row) => unknown(type, Object.keys(row))), ...inner]
}
