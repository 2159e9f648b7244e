import type { Gap } from '../../../model/known.ts'
import type { Source } from '../../../model/verdict.ts'
import { type ActionSet, actionsOf, difference, intersection, isEmpty, isWhole, namesOf, noActions, union, type Universe } from './action-set.ts'
import { conditionsHold, type Facts } from './condition.ts'
import { limitsOf, resourceExtent, sourceOf } from './decide.ts'
import type { Grant, Policies } from './index-estate.ts'

/**
 * Whether a principal holds *every* action of a universe on every resource without a condition.
 * Covers and does not cover: as `decide`, over all actions at once.
 * `whole`: yes, as far as was read; `exceptions` are denies that take an action away for some resources or under a condition only.
 * `not`: an action is missing; `missing` names some of them, first in order, and `by` what took them where something did.
 */
export type Whole =
  | { readonly kind: 'whole'; readonly because: readonly Source[]; readonly exceptions: readonly string[]; readonly unread: readonly Gap[] }
  | { readonly kind: 'not'; readonly missing: readonly string[]; readonly by: readonly Source[] }
  | { readonly kind: 'unknown'; readonly missing: readonly Gap[] }

const EVERY = '*'
const SHOWN = 5
/** What a set of documents says of a universe. `allows` and `denies` hold everywhere and always; `exceptions` only in part. */
type Planes = { readonly allows: ActionSet; readonly denies: ActionSet; readonly because: readonly Source[]; readonly by: readonly Source[]; readonly exceptions: readonly string[]; readonly gaps: readonly Gap[] }

function planesOf(universe: Universe, grants: readonly Grant[], facts: Facts): Planes {
  let allows = noActions(universe)
  let denies = noActions(universe)
  const because: Source[] = []
  const by: Source[] = []
  const exceptions: string[] = []
  for (const grant of grants) {
    for (const statement of grant.document.statements) {
      const held = conditionsHold(statement.conditions, facts)
      const extent = resourceExtent(statement.resources, EVERY)
      const actions = actionsOf(universe, statement.actions)
      if (held === 'fails' || extent === 'none' || isEmpty(actions)) continue
      const isFull = held === 'holds' && extent === 'all'
      const source = sourceOf(grant, statement)
      if (isFull && statement.effect === 'Allow') {
        if (!isEmpty(difference(actions, allows))) because.push(source)
        allows = union(allows, actions)
      } else if (isFull) {
        by.push(source)
        denies = union(denies, actions)
      } else if (statement.effect === 'Deny') {
        exceptions.push(`denied by ${source.policy} (${source.statement}) ${limitsOf(statement, facts, EVERY).map((limit) => (limit.startsWith('on ') ? limit : `when ${limit}`)).join(' ')}`)
      }
    }
  }
  return { allows, denies, because, by, exceptions, gaps: grants.flatMap(({ document }) => document.gaps) }
}

/** Whether the principal of `policies` may do all of `universe`. */
export function holdsWhole(universe: Universe, policies: Policies): Whole {
  const own = planesOf(universe, policies.grants, policies.facts)
  const layers = policies.layers.map((layer) => ({ name: layer.name, gaps: layer.gaps, planes: planesOf(universe, layer.documents, policies.facts) }))
  const ownGaps = [...policies.gaps, ...own.gaps]
  const gapsOf = (layer: (typeof layers)[number]): readonly Gap[] => [...layer.gaps, ...layer.planes.gaps]
  // what is certainly taken away: no policy that was not read could give it back
  const denied = layers.reduce((set, layer) => union(set, layer.planes.denies), own.denies)
  const closed = layers.filter((layer) => gapsOf(layer).length === 0)
  const open = closed.reduce((set, layer) => intersection(set, layer.planes.allows), difference(wholeOf(universe), denied))
  const not = (set: ActionSet, by: readonly Source[]): Whole => ({ kind: 'not', missing: namesOf(universe, difference(wholeOf(universe), set)).slice(0, SHOWN), by })
  if (!isWhole(universe, open)) {
    const narrow = closed.filter((layer) => !isWhole(universe, layer.planes.allows)).map((layer): Source => ({ policy: layer.name, statement: '-' }))
    return not(open, [...own.by, ...layers.flatMap((layer) => layer.planes.by), ...narrow])
  }
  if (!isWhole(universe, own.allows)) return ownGaps.length > 0 ? { kind: 'unknown', missing: ownGaps } : not(own.allows, [])
  return {
    kind: 'whole', because: own.because, exceptions: [...own.exceptions, ...layers.flatMap((layer) => layer.planes.exceptions)],
    unread: [...policies.layerGaps, ...layers.flatMap(gapsOf), ...ownGaps],
  }
}

const wholeOf = (universe: Universe): ActionSet => actionsOf(universe, { isNot: false, patterns: ['*'] })
