/** How a child of the supervisor speaks with it: its channel, where there is one. */
export const sayReady = (): void => { process.send?.('ready') }

/** Runs `start`, tells the supervisor when it is ready, and stops in order when asked to, or when the supervisor is gone. What starting again would not mend is told as such. */
export async function runAsChild(name: string, start: () => Promise<{ readonly ended: Promise<void>; readonly stop: () => Promise<void> }>): Promise<void> {
  try {
    const running = await start()
    const stop = once(async () => {
      await running.stop()
      process.exit(0)
    })
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, () => { void stop() })
    sayReady()
    await running.ended
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    process.stderr.write(`${name}: ${cause instanceof Error ? cause.stack ?? message : message}\n`)
    if (isLasting(cause)) process.send?.({ fatal: `${name}: ${message}` })
    process.exit(1)
  }
}

const lasting = ['secret.unreadable', 'input.invalid', 'playbook.invalid', 'environment.invalid']
const isLasting = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && lasting.includes(cause.code)

function once(run: () => Promise<void>): () => Promise<void> {
  let first: Promise<void> | null = null
  return () => (first ??= run())
}
