import type { AwsPatterns, AwsStatement } from '../../../model/aws.ts'
import type { Gap } from '../../../model/known.ts'
import type { Source, Verdict } from '../../../model/verdict.ts'
import { namesAction } from './action-set.ts'
import { conditionsHold, type Facts, printCondition } from './condition.ts'
import type { Grant, Policies } from './index-estate.ts'
import { fits, fitsEverything } from './wildcard.ts'

/**
 * Covers: identity policies (inline, managed, of groups) with `NotAction` and `NotResource`, permissions boundaries, service control policies at every
 * level, explicit denies, conditions over the principal itself; every other condition makes the verdict conditional.
 * Does not cover: policies of resources, session policies, resource control policies; policy variables in ARNs make a match depend on the request.
 */
export type Request = {
  readonly action: string
  /** An ARN, or `*`: every resource. */
  readonly resource: string
}
/** `part`: the statement speaks of some of the resources asked about, or depends on the request. */
export type Extent = 'all' | 'part' | 'none'
type Said = { readonly source: Source; readonly extent: Extent; readonly when: readonly string[] }
const EVERY = '*'

export const sourceOf = ({ policy }: Grant, statement: AwsStatement): Source => ({ policy, statement: statement.sid ?? String(statement.index) })

/** How much of the resource a `Resource` or `NotResource` element covers. */
export function resourceExtent(patterns: AwsPatterns | null, resource: string): Extent {
  if (patterns === null) return 'all'
  const { isNot } = patterns
  const extents = patterns.patterns.map((pattern): Extent => {
    if (fitsEverything(pattern)) return 'all'
    if (resource === EVERY) return 'part'
    if (pattern.includes('${')) return 'part'
    return fits(pattern, resource) ? 'all' : 'none'
  })
  const extent = extents.includes('all') ? 'all' : extents.includes('part') ? 'part' : 'none'
  return !isNot || extent === 'part' ? extent : extent === 'all' ? 'none' : 'all'
}

/** What a statement adds to its reason when it does not hold for all that was asked about. */
export const limitsOf = (statement: AwsStatement, facts: Facts, resource: string): readonly string[] => [
  ...statement.conditions.filter((condition) => conditionsHold([condition], facts) === 'depends').map(printCondition),
  ...(statement.resources !== null && resourceExtent(statement.resources, resource) === 'part' ? [`on ${statement.resources.isNot ? 'other than ' : ''}${statement.resources.patterns.join(', ')}`] : []),
]

function saidBy(grants: readonly Grant[], request: Request, facts: Facts): { readonly allows: readonly Said[]; readonly denies: readonly Said[] } {
  const allows: Said[] = []
  const denies: Said[] = []
  for (const grant of grants) {
    for (const statement of grant.document.statements) {
      if (!namesAction(statement.actions, request.action)) continue
      const extent = resourceExtent(statement.resources, request.resource)
      const held = conditionsHold(statement.conditions, facts)
      if (extent === 'none' || held === 'fails') continue
      const said: Said = { source: sourceOf(grant, statement), extent: held === 'depends' ? 'part' : extent, when: limitsOf(statement, facts, request.resource) }
      if (statement.effect === 'Allow') allows.push(said)
      else denies.push(said)
    }
  }
  return { allows, denies }
}

const all = (said: readonly Said[]): readonly Said[] => said.filter(({ extent }) => extent === 'all')
const sources = (said: readonly Said[]): readonly Source[] => said.map(({ source }) => source)
const documentGaps = (grants: readonly Grant[]): readonly Gap[] => grants.flatMap(({ document }) => document.gaps)

/** Whether the principal of `policies` may do what `request` asks, and why (CONTRACTS §4). */
export function decide(policies: Policies, request: Request): Verdict {
  const own = saidBy(policies.grants, request, policies.facts)
  const layers = policies.layers.map((layer) => ({ layer, ...saidBy(layer.documents, request, policies.facts) }))
  const denies = [...own.denies, ...layers.flatMap((layer) => layer.denies)]
  const certainDenies = all(denies)
  if (certainDenies.length > 0) return { kind: 'denied', how: 'explicit', by: sources(certainDenies) }
  const layerGaps = [...policies.layerGaps, ...policies.layers.flatMap((layer) => [...layer.gaps, ...documentGaps(layer.documents)])]
  const closed = layers.find(({ layer, allows }) => allows.length === 0 && layer.gaps.length + documentGaps(layer.documents).length === 0)
  if (closed !== undefined) return { kind: 'denied', how: 'implicit', by: [{ policy: closed.layer.name, statement: '-' }] }
  const ownGaps = [...policies.gaps, ...documentGaps(policies.grants)]
  if (own.allows.length === 0) return ownGaps.length > 0 ? { kind: 'unknown', missing: ownGaps } : { kind: 'denied', how: 'implicit', by: [] }
  const unread = [...layerGaps, ...ownGaps]
  const certain = all(own.allows)
  const limits = [
    ...(certain.length > 0 ? [] : own.allows.map(({ when }) => when.join(' and '))),
    ...denies.map(({ when, source }) => `unless ${when.join(' and ')} (denied by ${source.policy})`),
    ...layers.filter(({ allows }) => allows.length > 0 && all(allows).length === 0).flatMap(({ allows }) => allows.map(({ when }) => when.join(' and '))),
  ]
  const because = sources(certain.length > 0 ? certain : own.allows)
  return limits.length > 0 ? { kind: 'conditional', because, when: limits, unread } : { kind: 'allowed', because, unread }
}
