import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { IAMClient } from '@aws-sdk/client-iam'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { STSClient } from '@aws-sdk/client-sts'
import { freePort } from './free-port.ts'

const bin = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'whittle', 'venv-moto', 'bin')

/** moto_server (PEERS §1): the AWS of these tests. Everything that speaks with AWS in this process finds it by `AWS_ENDPOINT_URL`, as users would point it elsewhere. */
export type MotoPeer = {
  readonly url: string
  /** The account of the credentials in the environment. */
  readonly account: string
  readonly iam: IAMClient
  readonly organizations: OrganizationsClient
  readonly sts: STSClient
  /** Forgets everything, and stops enforcing. */
  readonly reset: () => Promise<void>
  /** From now on identity policies and trust policies are enforced (moto enforces no session policies, boundaries or conditions). */
  readonly enforce: () => Promise<void>
  readonly stopEnforcing: () => Promise<void>
  /** What the `aws` command line prints; it is a second client that is not ours. */
  readonly aws: (...args: readonly string[]) => Promise<string>
  readonly stop: () => Promise<void>
}
const region = 'us-east-1'

/** `managedPolicies`: with AWS's own policies (slow); `fakeTime` (as Debian's `faketime -f` takes it) lets it live at another date. */
export type MotoOptions = { readonly managedPolicies?: boolean; readonly fakeTime?: string }

/** moto is up and empty, the environment of this process points at it. */
export async function startMoto({ managedPolicies = false, fakeTime }: MotoOptions = {}): Promise<MotoPeer> {
  const program = join(bin, 'moto_server')
  if (!existsSync(program)) throw new Error(`moto is not installed; run: bash test/peers/install.sh`)
  const port = await freePort()
  const args = ['-H', '127.0.0.1', '-p', String(port)]
  const env = { ...process.env, ...(managedPolicies ? { MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' } : {}) }
  const child: ChildProcess = fakeTime === undefined ? spawn(program, args, { env, stdio: 'ignore' }) : spawn('faketime', ['-f', fakeTime, program, ...args], { env, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const before = { ...process.env }
  Object.assign(process.env, { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST', AWS_SECRET_ACCESS_KEY: 'test-secret', AWS_REGION: region, AWS_DEFAULT_REGION: region })
  delete process.env['AWS_PROFILE']
  await answering(url, child)
  const client = { region, endpoint: url, maxAttempts: 1, credentials: { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'test-secret' } }
  const control = async (path: string, body: string): Promise<void> => { await fetch(`${url}/moto-api/${path}`, { method: 'POST', body }) }
  return {
    url, account: '123456789012', iam: new IAMClient(client), organizations: new OrganizationsClient(client), sts: new STSClient(client),
    reset: async () => { await control('reset-auth', 'Infinity'); await control('reset', '') },
    enforce: async () => { await control('reset-auth', '0') },
    stopEnforcing: async () => { await control('reset-auth', 'Infinity') },
    aws: async (...given) => (await promisify(execFile)('aws', given, { env: { ...process.env }, maxBuffer: 256 * 1024 * 1024 })).stdout,
    stop: async () => {
      for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode} while starting`)
    const isUp = await fetch(`${url}/moto-api/data.json`).then((response) => response.ok, () => false)
    if (isUp) return
    await pause(200)
  }
  throw new Error('moto does not answer')
}
