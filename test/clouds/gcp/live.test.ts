import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answersInMemory } from '../../../clouds/estate-directory.ts'
import { bindingChange, bindingTarget, type BindingState } from '../../../clouds/gcp/change/policy-binding.ts'
import { gcpChangeDriver } from '../../../clouds/gcp/change/live.ts'
import { interpretGcp } from '../../../clouds/gcp/collect/index.ts'
import { collectGcp, collectGcpPage } from '../../../clouds/gcp/collect/live.ts'
import { gcpReader, gcpWriter } from '../../../clouds/gcp/collect/collector.ts'
import { probeGcp } from '../../../clouds/gcp/collect/probe.ts'
import { direct } from '../../../clouds/outgoing.ts'
import { environmentSchema } from '../../../model/environment.ts'
import { instant } from '../../../model/instant.ts'
import { failed } from '../../peers/gcp/reply.ts'
import { acme } from '../../peers/gcp/state.ts'
import { acmeScope, recorder, startStubbed, type Stubbed } from './stubbed.ts'

let peer: Stubbed
beforeAll(async () => { peer = await startStubbed() })
afterAll(async () => { await peer.close() })
beforeEach(() => {
  Object.assign(peer.stub.state, acme())
  peer.stub.faults.length = 0
  peer.stub.refused.length = 0
  peer.stub.calls.length = 0
  peer.stub.settings.staleReads = 0
})
const now = instant('2026-02-01T00:00:00Z')

describe('collecting', () => {
  test('every answer arrives, page by page, and is an estate without gaps', async () => {
    const { answers, emit } = recorder()
    await collectGcp(peer.session(), emit)
    const { value, problems, unread } = interpretGcp(answersInMemory(answers, now))
    expect({ problems, unread }).toEqual({ problems: [], unread: [] })
    expect(value.accounts.map(({ id }) => id)).toEqual(['acme-prod', 'acme-shared', 'acme-lab'])
    expect(value.folders.map(({ name }) => name)).toEqual(['folders/400000000001', 'folders/400000000002', 'folders/400000000003'])
    expect(value.accounts[0]?.serviceAccounts.values.map(({ isDisabled, keys }) => [isDisabled, keys.values.length])).toEqual([[false, 2], [true, 0], [false, 0]])
    expect(value.accounts[0]?.denyPolicies.values).toMatchObject([{ rules: { kind: 'present', value: [{ condition: { title: 'not in tests' } }] } }])
    expect(value.groups.map(({ email, members }) => [email, members.values.length])).toEqual([['auditors@acme.example', 1], ['responders@acme.example', 3]])
    expect(value.accounts[0]?.policy).toMatchObject({ value: { bindings: [{}, {}, { condition: { title: 'robots only', description: 'until the pipeline is ready' } }, {}] } })
  })

  test('one project alone has no organization above it that was read', async () => {
    const { answers, emit } = recorder()
    await collectGcp(peer.session({ kind: 'project', project: 'acme-prod' }), emit)
    expect([...answers.keys()].every((path) => path.startsWith('gcp/none/'))).toBe(true)
    expect(interpretGcp(answersInMemory(answers, now)).value).toMatchObject({ organizations: [], accounts: [{ id: 'acme-prod', policy: { kind: 'present' } }] })
  })

  test('what is refused is an answer that says so, and the rest is read', async () => {
    peer.stub.refused.push({ path: /acme-prod\/serviceAccounts$/, permission: 'iam.serviceAccounts.list' }, { path: /groups:lookup/, permission: 'groups' }, { path: /searchAllIamPolicies/, permission: 'cloudasset.assets.searchAllIamPolicies' })
    const { answers, emit } = recorder()
    await collectGcp(peer.session(), emit)
    expect(answers.get('gcp/300000000001/acme-prod/service-accounts')).toMatchObject({ kind: 'error', code: 'PERMISSION_DENIED', message: 'Google Cloud refused `iam.serviceAccounts.list` (PERMISSION_DENIED); grant it to the account that Whittle uses (docs/permissions.md)' })
    const { unread } = interpretGcp(answersInMemory(answers, now))
    expect(unread.map(({ what, why }) => `${why} ${what}`)).toEqual(['refused gcp/300000000001/iam-policies', 'refused gcp/300000000001/acme-prod/service-accounts', 'refused gcp/300000000001/group-memberships/auditors%40acme%2Eexample', 'refused gcp/300000000001/group-memberships/responders%40acme%2Eexample'])
  })

  test('a slowed-down call is thrown with its delay, and the attempt goes on from the container that was reached', async () => {
    peer.stub.faults.push({ method: 'GET', path: /acme-prod\/serviceAccounts$/, reply: failed(429, 'Quota exceeded', { 'retry-after': '17' }) })
    const { answers, emit } = recorder()
    const reached: string[] = []
    const from = await collectGcpPage(peer.session(), 'gcp/300000000001', { cursor: null, emit, reached: () => undefined, signal: new AbortController().signal })
    const attempt = (cursor: string | null) => collectGcpPage(peer.session(), 'gcp/300000000001', { cursor, emit, reached: (at) => { reached.push(at) }, signal: new AbortController().signal })
    await expect(attempt(from)).rejects.toMatchObject({ code: 'cloud.throttled', details: { retryAfterSeconds: '17' } })
    expect(reached.at(-1)).toBe('after projects/acme-lab')
    expect(await attempt(reached.at(-1) ?? null)).toBeNull()
    expect(interpretGcp(answersInMemory(answers, now)).unread).toEqual([])
  })

  test('a server that fails is thrown, not recorded', async () => {
    peer.stub.faults.push({ method: 'POST', path: /organizations\/.*getIamPolicy/, reply: failed(503, 'try later') })
    await expect(collectGcp(peer.session(), recorder().emit)).rejects.toMatchObject({ code: 'cloud.unavailable' })
  })

  test('nothing that listens is unavailable, and no credentials are said so', async () => {
    await expect(collectGcp(peer.session(acmeScope, 'http://127.0.0.1:9'), recorder().emit)).rejects.toMatchObject({ code: 'cloud.unavailable' })
    const before = process.env['GOOGLE_APPLICATION_CREDENTIALS']
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/nowhere/credentials.json'
    await expect(collectGcp({ scope: acmeScope, actAs: null, endpoints: {}, outgoing: direct }, recorder().emit)).rejects.toMatchObject({ code: 'cloud.no-credentials' })
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = before
  })
})

describe('acting as a service account', () => {
  const reader = 'scanner@acme-shared.iam.gserviceaccount.com'
  const writer = 'executor@acme-shared.iam.gserviceaccount.com'
  const environment = environmentSchema.parse({ kind: 'gcp-organization', name: 'acme', organization: '300000000001', serviceAccount: reader, executorServiceAccount: writer })
  if (environment.kind !== 'gcp-organization') throw new Error('another kind')
  const pointed = () => ({ ...environment, endpoints: peer.session().endpoints })
  const usedTokens = () => [...new Set(peer.stub.calls.filter(({ path }) => /IamPolicy$/.test(path)).map((call) => call.as))]

  test('an environment is read as its reader and changed as its executor, by tokens of a quarter of an hour', async () => {
    await collectGcp(gcpReader(pointed(), direct), recorder().emit)
    expect(usedTokens()).toEqual([reader])
    peer.stub.calls.length = 0
    await gcpChangeDriver('gcp.policy-binding', gcpWriter(pointed(), direct)).read('projects/acme-prod|roles/owner|user:lena@acme.example|-')
    expect(usedTokens()).toEqual([writer])
    expect(peer.stub.calls.find(({ path }) => path.endsWith(':generateAccessToken'))?.body).toMatchObject({ lifetime: '900s' })
  })
  test('without an executor there is no writing, and one that may not be acted as is named', async () => {
    expect(() => gcpWriter({ ...pointed(), executorServiceAccount: undefined }, direct)).toThrow(/set `executorServiceAccount`/)
    peer.stub.refused.push({ path: /generateAccessToken/, permission: 'iam.serviceAccounts.getAccessToken' })
    await expect(collectGcp(gcpReader(pointed(), direct), recorder().emit)).rejects.toMatchObject({ code: 'cloud.no-credentials', message: expect.stringContaining(reader) })
  })
})

test('the probe names every permission, and what is missing', async () => {
  const all = await probeGcp(peer.session())
  expect(all.filter(({ outcome }) => outcome !== 'read')).toEqual([])
  expect(new Set(all.map(({ permission }) => permission)).size).toBe(12)
  peer.stub.refused.push({ path: /denypolicies/, permission: 'iam.denypolicies.list' })
  expect((await probeGcp(peer.session())).filter(({ outcome }) => outcome === 'refused').map(({ what, permission }) => `${permission} on ${what}`)).toEqual(['iam.denypolicies.list on organizations/300000000001', 'iam.denypolicies.list on projects/acme-prod'])
})

describe('changing one binding', () => {
  const state = (over: Partial<BindingState> = {}): BindingState => ({ resource: 'projects/acme-prod', role: 'roles/iam.serviceAccountTokenCreator', member: 'user:tess@acme.example', condition: null, grantsAdministrator: false, ...over })
  const driver = () => gcpChangeDriver('gcp.policy-binding', peer.session())
  const stored = () => peer.stub.state.policies.get('projects/acme-prod')?.bindings ?? []
  const removal = bindingChange(state(), false)

  test('it is read, taken out, put back; the others and the conditional twin stay', async () => {
    const before = structuredClone(stored())
    const live = driver()
    expect(await live.read(removal.target)).toEqual(removal.before)
    await live.write(removal)
    expect(await live.read(removal.target)).toBeNull()
    expect(stored()).toMatchObject([{ members: ['user:other@acme.example'] }, { role: 'roles/owner' }, { role: 'roles/iam.serviceAccountTokenCreator', members: ['user:tess@acme.example'], condition: { title: 'robots only' } }, {}])
    await live.write(bindingChange(state(), true))
    const sorted = (list: typeof before) => list.map((binding) => ({ ...binding, members: [...binding.members].sort() }))
    expect(sorted(stored())).toEqual(sorted(before))
  })

  test('what the role makes of its holder is read from the role: by definition, by its permissions, and the worst where it cannot be read', async () => {
    const live = driver()
    expect(await live.read(bindingTarget(state({ role: 'roles/owner', member: 'user:lena@acme.example' })))).toMatchObject({ grantsAdministrator: true })
    expect(await live.read(bindingTarget(state({ resource: 'organizations/300000000001', role: 'roles/resourcemanager.organizationAdmin', member: 'user:maya@acme.example' })))).toMatchObject({ grantsAdministrator: true })
    peer.stub.refused.push({ path: /\/roles\//, permission: 'iam.roles.get' })
    expect(await live.read(removal.target)).toMatchObject({ grantsAdministrator: true })
  })

  test('a foreign edit between read and write keeps both: the delta is made again on what is there then', async () => {
    const edit = (current: typeof peer.stub.state): void => {
      const policy = current.policies.get('projects/acme-prod')
      if (policy !== undefined) { policy.bindings = [...policy.bindings, { role: 'roles/viewer', members: ['user:new@acme.example'] }]; policy.revision += 1 }
    }
    peer.stub.faults.push({ method: 'POST', path: /:setIamPolicy$/, reply: { status: 0, body: null }, before: edit })
    await driver().write(removal)
    expect(stored().find(({ role }) => role === 'roles/viewer')?.members).toEqual(['user:new@acme.example'])
    expect(stored()[0]?.members).toEqual(['user:other@acme.example'])
    expect(peer.stub.calls.filter(({ path }) => path.endsWith(':setIamPolicy')).map(({ status }) => status)).toEqual([409, 200])
  })

  test('a race that is lost twice is a conflict, and nothing was written', async () => {
    const conflict = { method: 'POST', path: /:setIamPolicy$/, reply: failed(409, 'There were concurrent policy changes') }
    peer.stub.faults.push(conflict, { ...conflict })
    await expect(driver().write(removal)).rejects.toMatchObject({ code: 'cloud.conflict' })
    expect(peer.stub.calls.filter(({ isWrite }) => isWrite)).toEqual([])
  })

  test('written twice is written once', async () => {
    const live = driver()
    await live.write(removal)
    const once = structuredClone(stored())
    await live.write(removal)
    expect(stored()).toEqual(once)
  })

  test.each([['refused', 403, 'cloud.access-denied'], ['slowed down', 429, 'cloud.throttled'], ['unanswered', 503, 'cloud.unavailable'], ['not taken', 400, 'cloud.invalid-request']] as const)('a write that is %s says so', async (_name, status, code) => {
    peer.stub.faults.push({ method: 'POST', path: /:setIamPolicy$/, reply: failed(status, 'no') })
    await expect(driver().write(removal)).rejects.toMatchObject({ code })
  })

  test('a project of somebody else, and a kind of another cloud, are refused before anything is called', async () => {
    const narrow = gcpChangeDriver('gcp.policy-binding', peer.session({ kind: 'project', project: 'acme-lab' }))
    await expect(narrow.write(removal)).rejects.toMatchObject({ code: 'change.refused' })
    expect(() => gcpChangeDriver('aws.access-key.status', peer.session())).toThrow(/no change of Google Cloud/)
    expect(peer.stub.calls).toEqual([])
  })
})
