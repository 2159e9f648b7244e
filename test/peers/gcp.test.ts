import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answersInMemory, readEstateDirectory } from '../../clouds/estate-directory.ts'
import { gcpChangeDriver } from '../../clouds/gcp/change/live.ts'
import { gcpBindingOnFiles } from '../../clouds/gcp/change/on-files.ts'
import { bindingChange, type BindingState } from '../../clouds/gcp/change/policy-binding.ts'
import { interpretGcp } from '../../clouds/gcp/collect/index.ts'
import { collectGcp } from '../../clouds/gcp/collect/live.ts'
import { gcpCollectScript } from '../../clouds/gcp/collect/script.ts'
import type { GcpEstate } from '../../model/gcp.ts'
import { instant } from '../../model/instant.ts'
import { recorder, startStubbed, type Stubbed } from '../clouds/gcp/stubbed.ts'

const now = instant('2026-02-01T00:00:00Z')
const run = promisify(execFile)
let peer: Stubbed
let dir = ''
let environment: Record<string, string | undefined> = {}

/** gcloud as a user points it elsewhere: its own settings in the environment, nothing of ours. */
beforeAll(async () => {
  await run('gcloud', ['--version']).catch(() => { throw new Error('`gcloud` is not on PATH: install the Google Cloud SDK (https://cloud.google.com/sdk/docs/install), or leave `npm run test:peers` to a machine that has it') })
  peer = await startStubbed()
  dir = mkdtempSync(join(tmpdir(), 'whittle-gcloud-'))
  writeFileSync(join(dir, 'token'), 'loopback')
  const overrides = Object.fromEntries(['CLOUDRESOURCEMANAGER', 'IAM', 'CLOUDASSET', 'CLOUDIDENTITY'].map((api) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`, `${peer.stub.url}/`]))
  environment = { ...process.env, ...overrides, CLOUDSDK_CONFIG: join(dir, 'config'), CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(dir, 'token'), CLOUDSDK_CORE_DISABLE_PROMPTS: '1', CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1', CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1' }
})
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await peer.close()
})
const gcloud = async (...args: readonly string[]): Promise<unknown> => JSON.parse((await run('gcloud', [...args, '--format=json'], { env: environment })).stdout)

/** Two estates are equal but for when each fact was seen and in which order it was listed. */
const facts = (estate: GcpEstate): unknown => JSON.parse(JSON.stringify(estate, (key, value: unknown) => {
  if (key === 'observedAt') return undefined
  if (Array.isArray(value)) return value.map((item: unknown) => JSON.stringify(item, (inner, each: unknown) => (inner === 'observedAt' ? undefined : each))).sort().map((item): unknown => JSON.parse(item))
  return value
}))
async function collected(): Promise<GcpEstate> {
  const { answers, emit } = recorder()
  await collectGcp(peer.session(), emit)
  return interpretGcp(answersInMemory(answers, now)).value
}
async function exported(name: string): Promise<string> {
  const out = join(dir, name)
  mkdirSync(out)
  await run('sh', ['-c', `set -u; ${gcpCollectScript().join('\n')}`], { env: { ...environment, DIR: out } })
  return out
}

test('an export by gcloud and a live collection of the same state are the same estate, with nothing unread', { timeout: 600_000 }, async () => {
  const source = readEstateDirectory(await exported('before'))
  const { value, problems, unread } = interpretGcp(source)
  expect({ problems: [...source.problems, ...problems], unread }).toEqual({ problems: [], unread: [] })
  const live = await collected()
  expect(live.accounts).toHaveLength(3)
  expect(facts(value)).toEqual(facts(live))
})

test('a change by our driver is seen by gcloud, one by gcloud is seen by our driver, and on exported files the same change gives the same estate, after it and after its undo', { timeout: 600_000 }, async () => {
  const state: BindingState = { resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', condition: null, grantsAdministrator: false }
  const files = join(dir, 'before')
  const [live, onFiles] = [gcpChangeDriver('gcp.policy-binding', peer.session()), gcpBindingOnFiles(files, () => now)]
  const [removal, undo] = [bindingChange(state, false), bindingChange(state, true)]
  expect([await live.read(removal.target), await onFiles.read(removal.target)]).toEqual([removal.before, removal.before])
  for (const change of [removal, undo]) {
    await live.write(change)
    await onFiles.write(change)
    expect([await live.read(change.target), await onFiles.read(change.target)]).toEqual([change.after, change.after])
    expect(facts(interpretGcp(readEstateDirectory(files)).value)).toEqual(facts(await collected()))
    const holders = JSON.stringify(await gcloud('projects', 'get-iam-policy', 'acme-prod', '--flatten=bindings[].members', '--filter=bindings.role=roles/iam.serviceAccountTokenCreator AND NOT bindings.condition:*'))
    expect(holders.includes('tess@acme.example')).toBe(change.after !== null)
  }
  await gcloud('projects', 'remove-iam-policy-binding', 'acme-prod', '--member=user:tess@acme.example', '--role=roles/iam.serviceAccountTokenCreator', '--condition=None')
  expect(await live.read(removal.target)).toBeNull()
})

test('gcloud disables and enables a service account of the stub, and a collection sees it', { timeout: 300_000 }, async () => {
  const email = 'spare@acme-prod.iam.gserviceaccount.com'
  const isDisabled = async () => (await collected()).accounts[0]?.serviceAccounts.values.find((account) => account.email === email)?.isDisabled
  await run('gcloud', ['iam', 'service-accounts', 'disable', email, '--project=acme-prod'], { env: environment })
  expect(await isDisabled()).toBe(true)
  await run('gcloud', ['iam', 'service-accounts', 'enable', email, '--project=acme-prod'], { env: environment })
  expect(await isDisabled()).toBe(false)
})
