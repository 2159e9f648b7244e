import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateCACertificate, getLocal } from 'mockttp'

/** What went through the proxy: the parameters of each call. */
export type SeenCall = Readonly<Record<string, string>>
export type AwsProxy = {
  /** For `https` endpoints, with a private CA: what stands at `url` is asked in their place. */
  readonly url: string
  readonly caFile: string
  readonly calls: readonly SeenCall[]
  /** The next call of this action is answered so. */
  readonly failNext: (action: string, answer: { status: number; body: string; headers?: Record<string, string> }) => void
  readonly stop: () => Promise<void>
}

/** A proxy that decrypts, notes every call of the query protocol (`Action=…`), and passes it on to `target`. */
export async function startAwsProxy(target: string): Promise<AwsProxy> {
  const ca = await generateCACertificate({ subject: { commonName: 'Acme private CA' } })
  const caFile = join(mkdtempSync(join(tmpdir(), 'whittle-ca-')), 'ca.pem')
  writeFileSync(caFile, ca.cert)
  const server = getLocal({ https: ca })
  await server.start()
  const calls: SeenCall[] = []
  const failures: { action: string; answer: { status: number; body: string; headers?: Record<string, string> } }[] = []
  await server.forAnyRequest().thenCallback(async (request) => {
    const body = await request.body.getText() ?? ''
    const call = Object.fromEntries(new URLSearchParams(body))
    calls.push(call)
    const at = failures.findIndex(({ action }) => action === call['Action'])
    const [failure] = at < 0 ? [] : failures.splice(at, 1)
    if (failure !== undefined) return { statusCode: failure.answer.status, body: failure.answer.body, headers: { 'content-type': 'text/xml', ...failure.answer.headers } }
    const headers = new Headers(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' && !/^(host|content-length|connection|expect)$/i.test(name) ? [[name, value] as [string, string]] : [])))
    const answer = await fetch(`${target}${request.path}`, { method: request.method, headers, body })
    return { statusCode: answer.status, body: await answer.text(), headers: { 'content-type': answer.headers.get('content-type') ?? 'text/xml' } }
  })
  return { url: `http://127.0.0.1:${server.port}`, caFile, calls, failNext: (action, answer) => { failures.push({ action, answer }) }, stop: async () => { await server.stop() } }
}

/** An error as the query protocol of IAM and STS writes it. */
export const queryError = (code: string): string => `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`
