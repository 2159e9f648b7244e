/**
 * Where an Azure role can be assigned: the tenant root, a management group, a subscription, a resource group or one resource.
 * Azure compares these without case; what is parsed keeps the spelling, `scopeKey` is for comparing.
 */
export type Scope =
  | { readonly kind: 'root' }
  | { readonly kind: 'management-group'; readonly id: string }
  | { readonly kind: 'subscription'; readonly subscriptionId: string }
  | { readonly kind: 'resource-group'; readonly subscriptionId: string; readonly name: string }
  | { readonly kind: 'resource'; readonly subscriptionId: string; readonly path: string }

const managementGroup = '/providers/Microsoft.Management/managementGroups/'
const authorization = '/providers/Microsoft.Authorization/'

/** The scope that `text` names, or null where it is none. A resource may hang below a resource group or directly below the subscription. */
export function parseScope(text: string): Scope | null {
  if (text === '/' || text === '') return { kind: 'root' }
  if (!text.startsWith('/') || text.includes('//')) return null
  const segments = text.replace(/\/$/, '').slice(1).split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null
  if (startsWithoutCase(text, managementGroup)) return segments.length === 4 && segments[3] !== undefined ? { kind: 'management-group', id: segments[3] } : null
  const [top, subscriptionId, third, name, ...rest] = segments
  if (top?.toLowerCase() !== 'subscriptions' || subscriptionId === undefined) return null
  if (third === undefined) return { kind: 'subscription', subscriptionId }
  if (third.toLowerCase() === 'resourcegroups' && name !== undefined && rest.length === 0) return { kind: 'resource-group', subscriptionId, name }
  return isResourcePath(segments.slice(2)) ? { kind: 'resource', subscriptionId, path: segments.slice(2).join('/') } : null
}

/** The resource id of a scope; parsing it again gives the same scope. */
export function printScope(scope: Scope): string {
  switch (scope.kind) {
    case 'root': return '/'
    case 'management-group': return managementGroup + scope.id
    case 'subscription': return `/subscriptions/${scope.subscriptionId}`
    case 'resource-group': return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.name}`
    case 'resource': return `/subscriptions/${scope.subscriptionId}/${scope.path}`
  }
}

/** Equal for scopes that Azure holds for the same one. */
export const scopeKey = (scope: string): string => (scope === '/' || scope === '' ? '/' : scope.toLowerCase().replace(/\/$/, ''))

/** True where `inner` is `outer` or lies below it by its path alone. Management groups contain subscriptions by the tree, not by path. */
export function containsScope(outer: string, inner: string): boolean {
  const [above, below] = [scopeKey(outer), scopeKey(inner)]
  return above === '/' || below === above || below.startsWith(`${above}/`)
}

/** The scope and the GUID of a role assignment's resource id, or null where `id` is none. */
export function parseRoleAssignmentId(id: string): { readonly scope: string; readonly name: string } | null {
  const at = id.toLowerCase().lastIndexOf(`${authorization}roleAssignments/`.toLowerCase())
  if (at < 0) return null
  const scope = id.slice(0, at) === '' ? '/' : id.slice(0, at)
  const name = id.slice(at + `${authorization}roleAssignments/`.length)
  return /^[0-9a-f-]{36}$/i.test(name) && parseScope(scope) !== null ? { scope, name } : null
}

export const roleAssignmentId = (scope: string, name: string): string => `${scope === '/' ? '' : scope}${authorization}roleAssignments/${name}`

/** The GUID that all resource ids of one role definition end with, lower-case. */
export const roleDefinitionGuid = (id: string): string => (id.split('/').at(-1) ?? id).toLowerCase()

/** The subscription that a scope lies in, lower-case, or null for a management group and the root. */
export function subscriptionOf(scope: string): string | null {
  const parsed = parseScope(scope)
  return parsed === null || parsed.kind === 'root' || parsed.kind === 'management-group' ? null : parsed.subscriptionId.toLowerCase()
}

const startsWithoutCase = (text: string, start: string): boolean => text.slice(0, start.length).toLowerCase() === start.toLowerCase()
const isResourcePath = (segments: readonly string[]): boolean => {
  const provider = segments[0]?.toLowerCase() === 'resourcegroups' ? segments.slice(2) : segments
  return provider[0]?.toLowerCase() === 'providers' && provider.length >= 4
}
