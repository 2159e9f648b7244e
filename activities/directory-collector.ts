import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeArgument, type EstateDirectory, readEstateDirectory } from '../clouds/estate-directory.ts'
import { clouds } from '../model/cloud.ts'
import { type Instant, instantOf } from '../model/instant.ts'
import type { Collector } from './scanner-deps.ts'

const perPage = 200

/**
 * Reads an estate directory. A directory that stands for a living organization (the sandbox) is observed now; one that was exported is observed when its files were written.
 * The directory is read once for all its accounts and again when `freshMs` have passed.
 */
export function directoryCollector(folder: string, isLive: boolean, freshMs = 30_000): Collector {
  let kept: { estate: EstateDirectory; readAt: number } | null = null
  const estate = (): EstateDirectory => {
    if (kept === null || Date.now() - kept.readAt > freshMs) kept = { estate: readEstateDirectory(folder), readAt: Date.now() }
    return kept.estate
  }
  return {
    accounts: async () => {
      kept = null
      return clouds.flatMap((cloud) => estate().list(cloud).map((account) => `${cloud}/${encodeArgument(account)}`))
    },
    collect: async (account, { cursor, emit, reached, signal }) => {
      const paths = answersBelow(estate(), account)
      const from = cursor === null ? 0 : Math.max(0, paths.findIndex((path) => path > cursor))
      const page = cursor !== null && paths.every((path) => path <= cursor) ? [] : paths.slice(from, from + perPage)
      const now: Instant = instantOf(Date.now())
      for (const path of page) {
        signal.throwIfAborted()
        const answer = estate().read(path)
        await emit(path, isLive && (answer.kind === 'present' || answer.kind === 'error') ? { ...answer, observedAt: now } : answer)
        reached(path)
        await nextTurn()
      }
      return from + page.length < paths.length && page.length > 0 ? page.at(-1) ?? null : null
    },
    check: async () => clouds.flatMap((cloud) => estate().list(cloud).map((account) => {
      const paths = answersBelow(estate(), `${cloud}/${encodeArgument(account)}`)
      const broken = paths.filter((path) => estate().read(path).kind === 'broken')
      return { what: `${cloud}/${account}: ${String(paths.length)} answers`, permission: `reading ${folder}`, outcome: broken.length > 0 ? 'failed' as const : 'read' as const, reason: broken.length > 0 ? `broken: ${broken.slice(0, 5).join(', ')}` : null }
    })),
  }
}

/** Paths of every answer at or below `folder`, sorted. */
function answersBelow(estate: EstateDirectory, folder: string): readonly string[] {
  const own = estate.read(folder).kind === 'not-exported' ? [] : [folder]
  return [...own, ...estate.list(folder).flatMap((name) => answersBelow(estate, `${folder}/${encodeArgument(name)}`))].toSorted()
}
