import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../config.ts'
import { childEnvironment } from '../../supervisor/child-environment.ts'
import { examine } from '../../supervisor/doctor.ts'
import { openKeys } from '../../supervisor/keys.ts'
import { requireFreePort } from '../../supervisor/services.ts'
import { lockStateFolder, openStateFolder } from '../../supervisor/state-folder.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'whittle-start-'))

describe('what each process is told', () => {
  const secretEnv = { PATH: '/bin', HOME: '/home/me', AWS_PROFILE: 'admin', AWS_SECRET_ACCESS_KEY: 'cloud', AZURE_CLIENT_SECRET: 'cloud', GOOGLE_APPLICATION_CREDENTIALS: 'cloud', SLACK: 'slack', SIGNING: 'signing', JIRA: 'jira', DATABASE_URL: 'postgres://owner', OTHER: 'other' }
  const home = folder()
  writeFileSync(join(home, 'whittle.yaml'), 'schemaVersion: 1\nslack: { botToken: env:SLACK, signingSecret: env:SIGNING, channel: C0123 }\njira: { host: "https://acme.example", email: a@acme.example, apiToken: env:JIRA, project: SEC }\n')
  const config = loadConfig({ WHITTLE_HOME: home }, home)
  const told = (name: 'server' | 'scanner' | 'executor') => childEnvironment(name, secretEnv, { config, keys: { codec: '/k/codec', signing: '/k/signing', trustRoots: '/k/roots', session: '/k/session' }, databaseUrl: `postgres://${name}`, temporalAddress: 't:1' })

  test('is its own database role, the codec key, and nothing that is another’s', () => {
    expect(['server', 'scanner', 'executor'].map((name) => told(name === 'server' || name === 'scanner' ? name : 'executor')['DATABASE_URL'])).toEqual(['postgres://server', 'postgres://scanner', 'postgres://executor'])
    expect(Object.keys(told('server')).filter((key) => /AWS|AZURE|GOOGLE|JIRA|OTHER|TRUST/.test(key))).toEqual([])
    expect(Object.keys(told('scanner')).filter((key) => /SIGNING_KEY|SESSION|TRUST|OTHER/.test(key))).toEqual([])
    expect(Object.keys(told('executor')).filter((key) => /SLACK|JIRA|^SIGNING|SIGNING_KEY|SESSION|OTHER/.test(key))).toEqual([])
    expect(told('executor')).toMatchObject({ AWS_PROFILE: 'admin', WHITTLE_TRUST_ROOTS: 'file:/k/roots', WHITTLE_CODEC_KEY: 'file:/k/codec' })
    expect(told('server')).toMatchObject({ HOME: home, SLACK: 'slack', WHITTLE_SIGNING_KEY: 'file:/k/signing', WHITTLE_SESSION_KEY: 'file:/k/session' })
    expect(told('scanner')).toMatchObject({ HOME: '/home/me', SLACK: 'slack', JIRA: 'jira', AZURE_CLIENT_SECRET: 'cloud' })
  })
})

describe('the state folder', () => {
  test('holds keys that only their owner reads, made once', async () => {
    const keys = join(folder(), 'keys')
    const state = openStateFolder(join(keys, '..', 'state'), 'x')
    const first = await openKeys(state.keys)
    const before = readdirSync(state.keys).map((name) => [name, readFileSync(join(state.keys, name), 'utf8')])
    expect(await openKeys(state.keys)).toEqual(first)
    expect(readdirSync(state.keys).map((name) => [name, readFileSync(join(state.keys, name), 'utf8')])).toEqual(before)
    expect(before.map(([name]) => (statSync(join(state.keys, name ?? '')).mode & 0o777).toString(8))).toEqual(before.map(() => '600'))
    expect(JSON.parse(readFileSync(first.files.trustRoots, 'utf8'))).not.toHaveProperty('keys.0.d')
  })

  test('refuses one half of the signing pair without the other', async () => {
    const state = openStateFolder(join(folder(), 'state'), 'x')
    const { files } = await openKeys(state.keys)
    writeFileSync(files.codec, readFileSync(files.codec))
    const { rmSync } = await import('node:fs')
    rmSync(files.trustRoots)
    await expect(openKeys(state.keys)).rejects.toMatchObject({ code: 'secret.unreadable' })
  })

  test('is one process’s at a time; a lock whose holder is gone is taken over', () => {
    const home = folder()
    writeFileSync(join(home, 'lock'), '999999')
    const release = lockStateFolder(home)
    expect(readFileSync(join(home, 'lock'), 'utf8')).toBe(String(process.pid))
    release()
    expect(existsSync(join(home, 'lock'))).toBe(false)
  })

  test('that cannot be made is told with the way out', () => {
    expect(() => openStateFolder('/proc/nothing/here', 'x')).toThrow('set WHITTLE_HOME')
  })
})

test('a taken port is told with the ways out', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(requireFreePort({ host: '127.0.0.1', port, publicUrl: '' })).rejects.toMatchObject({ code: 'input.invalid', message: expect.stringContaining('WHITTLE_PORT') })
  server.close()
})

test('the doctor names what is missing and what to do', async () => {
  const home = folder()
  writeFileSync(join(home, 'whittle.yaml'), 'schemaVersion: 1\nslack: { botToken: env:GONE_TOKEN, signingSecret: file:open, channel: C0123 }\n')
  writeFileSync(join(home, 'open'), 'x')
  chmodSync(join(home, 'open'), 0o644)
  const examined = await examine(loadConfig({ WHITTLE_HOME: join(home, 'state'), TEMPORAL_ADDRESS: '127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x', WHITTLE_PORT: '49321' }, home))
  expect(examined.filter(({ isFine }) => !isFine).map(({ what }) => what)).toEqual(['PostgreSQL', 'Temporal', 'secret slack.botToken', 'secret slack.signingSecret'])
  expect(existsSync(join(home, 'state'))).toBe(false)
})
