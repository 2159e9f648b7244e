import { includes, narrowTo, overlaps, verbs } from './pattern.ts'

/** One permission block of one role, lower-case: what it gives is `actions` minus `notActions`. `key` names it in answers. */
export type Block = { readonly key: string; readonly actions: readonly string[]; readonly notActions: readonly string[] }

const MOST_STEPS = 100_000_000

/**
 * The blocks that together give every operation of `pattern`, or null where they do not.
 * Covers: one block's holes filled by others; a wildcard split by the four verbs that operations end with. Does not cover: wider splits (by provider),
 * and holes that fill each other in a circle; there the answer is null, never a wrong yes. Roles whose patterns would take seconds to compare (no vendor's do) are given up:
 * null, and `giveUp` is called.
 */
export function coveringBlocks(blocks: readonly Block[], pattern: string, giveUp: () => void = () => undefined): ReadonlySet<string> | null {
  let steps = 0
  const known = new Map<string, ReadonlySet<string> | null>()
  const cover = (wanted: string): ReadonlySet<string> | null => {
    const before = known.get(wanted)
    if (before !== undefined) return before
    known.set(wanted, null)
    const found = byOneBlock(wanted) ?? byVerbs(wanted)
    known.set(wanted, found)
    return found
  }
  const byOneBlock = (wanted: string): ReadonlySet<string> | null => {
    for (const block of blocks) {
      if (!block.actions.some((action) => includes(action, wanted)) || block.notActions.some((hole) => includes(hole, wanted))) continue
      steps += block.notActions.reduce((sum, hole) => sum + hole.length, 0) * wanted.length
      if (steps > MOST_STEPS) { giveUp(); return null }
      const fillings = block.notActions.filter((hole) => overlaps(hole, wanted)).map(cover)
      if (fillings.every((filling) => filling !== null)) return new Set([block.key, ...fillings.flatMap((filling) => [...filling])])
    }
    return null
  }
  const byVerbs = (wanted: string): ReadonlySet<string> | null => {
    if (!wanted.endsWith('*')) return null
    const parts = verbs.map((verb) => narrowTo(wanted, verb)).map((part) => (part === null || part === wanted ? null : cover(part)))
    return parts.every((part) => part !== null) ? new Set(parts.flatMap((part) => [...part])) : null
  }
  return cover(pattern)
}

/**
 * What is no change although it does not end with `read`: questions by POST, support tickets, the retired classic alert rules that almost every built-in role holds, and a
 * delegation key, which signs no more than its holder may do. Actions that give out keys or secrets are changes: who has the key can write.
 */
const harmless = ['microsoft.support/*', 'microsoft.insights/alertrules/*', 'microsoft.resourcehealth/*', 'microsoft.cdn/operationresults/*', '*/search/action', '*/query/action', '*/check*/action', '*/find*/action', '*/readmetadata/action',
  'microsoft.storage/storageaccounts/blobservices/generateuserdelegationkey/action']

/** The patterns within `block` that change something: write, delete, or an action that is no mere query. Sorted, at most one per verb of each action. */
export function writesOf(block: Block): readonly string[] {
  const changes = block.actions.flatMap((action) => (['write', 'delete', 'action'] as const).flatMap((verb) => narrowTo(action, verb) ?? []))
  return [...new Set(changes)].filter((change) => ![...block.notActions, ...harmless].some((hole) => includes(hole, change))).sort()
}
