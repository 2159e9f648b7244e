import { createServer } from 'node:net'
import { WhittleError } from '../model/error.ts'

/** Nothing listens on the port. @throws WhittleError `input.invalid` with the way out */
export function assertPortFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? `port ${String(port)} is taken on ${host}: stop what listens there` : cause.code === 'EACCES' ? `port ${String(port)} needs more rights than this user has: choose one above 1023` : `cannot listen on ${host}:${String(port)} (${cause.code ?? cause.message})`
      reject(new WhittleError('input.invalid', `${why}, or set WHITTLE_PORT or server.port in whittle.yaml`, {}, cause))
    })
    probe.listen(port, host, () => { probe.close(() => { resolve() }) })
  })
}
