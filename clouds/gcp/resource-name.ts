import type { GcpContainerKind } from '../../model/gcp.ts'

export type ContainerName = { readonly kind: GcpContainerKind; readonly id: string }

const kinds: Readonly<Record<string, GcpContainerKind>> = { organizations: 'organization', folders: 'folder', projects: 'project' }
const patterns: Record<GcpContainerKind, RegExp> = { organization: /^[0-9]{1,20}$/, folder: /^[0-9]{1,20}$/, project: /^([a-z0-9.-]{1,120}:)?[a-z0-9][a-z0-9-]{1,62}$/ }
const collections: Record<GcpContainerKind, string> = { organization: 'organizations', folder: 'folders', project: 'projects' }
const prefix = '//cloudresourcemanager.googleapis.com/'

/** `organizations/1`, `folders/2` or `projects/acme-prod` (a project's number is accepted as its id); null on anything else. */
export function parseContainer(name: string): ContainerName | null {
  const [collection = '', id = '', ...rest] = name.split('/')
  const kind = Object.hasOwn(kinds, collection) ? kinds[collection] : undefined
  return kind !== undefined && rest.length === 0 && patterns[kind].test(id) ? { kind, id } : null
}
export const printContainer = ({ kind, id }: ContainerName): string => `${collections[kind]}/${id}`

/** `//cloudresourcemanager.googleapis.com/projects/acme-prod`: the container as policies and the asset inventory name it. */
export const fullNameOf = (container: string): string => `${prefix}${container}`
/** The container that a full resource name names; null where it names something inside of one. */
export function containerOfFullName(fullName: string): string | null {
  const name = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : ''
  return parseContainer(name) === null ? null : name
}

/** `policies/<attachment point>/denypolicies`: where the deny policies of a container are listed. */
export const denyPoliciesOf = (container: string): string => `policies/${encodeURIComponent(`cloudresourcemanager.googleapis.com/${container}`)}/denypolicies`
/** The last segment: `d1` of `policies/…/denypolicies/d1`, a key id, a role id. */
export const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Where a role's definition is kept: null = predefined or basic. */
export function roleParent(role: string): string | null {
  const match = /^((?:organizations|projects)\/[^/]+)\/roles\/[^/]+$/.exec(role)
  return match?.[1] ?? null
}
