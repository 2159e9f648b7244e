import { setTimeout as sleep } from 'node:timers/promises'

/** `work` is done again and again, `pauseMs` after it ended, until stopped; a failure is told and the next try comes later. Stopping lets the current one end. */
export function repeat(name: string, pauseMs: number, work: () => Promise<unknown>, tell: (line: string) => void): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const loop = (async () => {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await work()
        failures = 0
      } catch (cause) {
        if (failures === 0) tell(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`)
        failures++
      }
      await sleep(Math.min(60_000, pauseMs * 2 ** Math.min(failures, 5)), undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await loop
    },
  }
}
