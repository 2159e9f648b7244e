import type { AwsPatterns } from '../../../model/aws.ts'
import { fits } from './wildcard.ts'

/** A set of actions of one universe, as bits in the universe's order. */
export type ActionSet = Uint32Array
/** A fixed list of `service:Action` to decide over, and the sets of patterns that were asked for, by their text. */
export type Universe = { readonly actions: readonly string[]; readonly lower: readonly string[]; readonly byPatterns: Map<string, ActionSet> }

export const universeOf = (actions: readonly string[]): Universe => ({ actions, lower: actions.map((action) => action.toLowerCase()), byPatterns: new Map() })
export const noActions = (universe: Universe): ActionSet => new Uint32Array(Math.ceil(universe.actions.length / 32))

/** True where an `Action` or `NotAction` element names the action; the service and the name of an action know no case. */
export function namesAction(patterns: AwsPatterns, action: string): boolean {
  const lower = action.toLowerCase()
  return patterns.patterns.some((pattern) => fits(pattern.toLowerCase(), lower)) !== patterns.isNot
}

/** The actions of the universe that the element names. Kept by the element's text: policies repeat each other. */
export function actionsOf(universe: Universe, patterns: AwsPatterns): ActionSet {
  const key = `${patterns.isNot ? '!' : ''}${patterns.patterns.join('\n')}`
  const known = universe.byPatterns.get(key)
  if (known !== undefined) return known
  const set = noActions(universe)
  const lower = patterns.patterns.map((pattern) => pattern.toLowerCase())
  universe.lower.forEach((action, index) => {
    if (lower.some((pattern) => fits(pattern, action)) !== patterns.isNot) set[index >>> 5] = (set[index >>> 5] ?? 0) | (1 << (index & 31))
  })
  universe.byPatterns.set(key, set)
  return set
}

export const union = (a: ActionSet, b: ActionSet): ActionSet => a.map((word, index) => word | (b[index] ?? 0))
export const intersection = (a: ActionSet, b: ActionSet): ActionSet => a.map((word, index) => word & (b[index] ?? 0))
export const difference = (a: ActionSet, b: ActionSet): ActionSet => a.map((word, index) => word & ~(b[index] ?? 0))
export const isEmpty = (set: ActionSet): boolean => set.every((word) => word === 0)
export const isWhole = (universe: Universe, set: ActionSet): boolean => universe.actions.every((_, index) => has(set, index))
const has = (set: ActionSet, index: number): boolean => (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
/** The names in the set, in the universe's order. */
export const namesOf = (universe: Universe, set: ActionSet): readonly string[] => universe.actions.filter((_, index) => has(set, index))
