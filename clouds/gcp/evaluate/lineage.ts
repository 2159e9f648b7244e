import type { GcpContainer, GcpEstate } from '../../../model/gcp.ts'
import type { Gap } from '../../../model/known.ts'
import { containerOfFullName } from '../resource-name.ts'

/** A container with everything above it, itself first. `gap` says why the way up ends early. */
export type Lineage = { readonly containers: readonly GcpContainer[]; readonly gap: Gap | null }

export function containerNamed(estate: GcpEstate, name: string): GcpContainer | null {
  if (name.startsWith('projects/')) return estate.accounts.find((project) => project.name === name || `projects/${project.number ?? ''}` === name) ?? null
  return (name.startsWith('folders/') ? estate.folders : estate.organizations).find((container) => container.name === name) ?? null
}

/** `name` is a container's (`projects/acme-prod`) or a full resource name, whose lineage begins with the container that it lies in. */
export function lineageOf(estate: GcpEstate, name: string): Lineage {
  const containers: GcpContainer[] = []
  let next: string | null = containerAround(estate, name)
  while (next !== null) {
    const missing = next
    const container: GcpContainer | null = containers.some((seen) => seen.name === missing) ? null : containerNamed(estate, next)
    if (container === null) return { containers, gap: { what: next, why: 'not-exported', reason: `\`${next}\` was not exported, and what it grants or denies is inherited` } }
    containers.push(container)
    if (container.parent.kind === 'unreadable') return { containers, gap: { what: `parent of ${container.name}`, why: container.parent.why, reason: container.parent.reason } }
    next = container.parent.kind === 'present' ? container.parent.value : null
  }
  return { containers, gap: null }
}

const containerAround = (estate: GcpEstate, name: string): string | null =>
  name.startsWith('//') ? containerOfFullName(name) ?? estate.resources.values.find((resource) => resource.name === name)?.container ?? projectInPath(name) : name
const projectInPath = (name: string): string | null => /\/(projects\/[^/]+)\//.exec(name)?.[1] ?? null
