import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Says `text` to screen readers, politely. */
export function announce(text: string): void {
  message = text
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => { listeners.add(listener); return () => { listeners.delete(listener) } }

/** The one live region of the page. */
export const LiveRegion = () => <div role="status" aria-live="polite" className="unseen">{useSyncExternalStore(subscribe, () => message)}</div>
