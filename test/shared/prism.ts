import { spawn } from 'node:child_process'
import { freePort } from '../peers/free-port.ts'

/** Prism between a client and a server: what breaks the document, on either side, fails the call. */
export async function startJudge(document: string, upstream: string): Promise<{ readonly url: string; readonly output: () => string; readonly stop: () => Promise<void> }> {
  const port = await freePort()
  const bin = new URL('../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url).pathname
  const child = spawn(process.execPath, [bin, 'proxy', '--errors', '-h', '127.0.0.1', '-p', String(port), document, upstream], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said.push(text) })
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }) })
  const url = `http://127.0.0.1:${String(port)}`
  for (let tries = 0; tries < 240 && child.exitCode === null; tries++) {
    if (await fetch(`${url}/nothing`).then(() => true, () => false)) return { url, output: () => said.join(''), stop: async () => { child.kill(); await ended } }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  child.kill()
  throw new Error(`prism did not start: ${said.join('').slice(-2000)}`)
}
