import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environmentNamed, loadConfig, parseWhittleYaml, readSecret } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { printYamlProblems } from '../yaml-document.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'whittle-config-'))
const problemsIn = (text: string): string => {
  const parsed = parseWhittleYaml(text)
  return parsed.ok ? '' : printYamlProblems('w', parsed.error)
}
const failureOf = (run: () => unknown): WhittleError => {
  try { run() } catch (cause) { if (cause instanceof WhittleError) return cause; throw cause }
  throw new Error('expected a refusal')
}
const head = 'schemaVersion: 1\n'

describe('whittle.yaml', () => {
  test('is read as CONTRACTS §7 writes it', () => {
    const parsed = parseWhittleYaml(`schemaVersion: 1
environments:
  - { name: sandbox, kind: sandbox }
  - { name: prod, kind: aws-account, account: "100000000001", roleArn: "arn:aws:iam::100000000001:role/whittle-scanner", externalId: ext-1 }
detections: { aws-access-key-unused: { enabled: true, severity: medium, options: { unusedDays: 90 } } }
slack: { botToken: env:SLACK_BOT_TOKEN, signingSecret: file:secrets/slack, channel: C0123 }
jira: { host: "https://acme.atlassian.net", email: bot@acme.example, apiToken: env:JIRA_TOKEN, project: SEC }
`)
    if (!parsed.ok) throw new Error(printYamlProblems('w', parsed.error))
    expect(parsed.value.environments.map((environment) => [environment.name, environment.kind, environment.schedule])).toEqual([['sandbox', 'sandbox', '6h'], ['prod', 'aws-account', '6h']])
    expect(parsed.value.detections['aws-access-key-unused']?.options).toEqual({ unusedDays: 90 })
    expect(parsed.value.slack?.signingSecret).toBe('file:secrets/slack')
    expect(parsed.value.jira?.labels).toEqual(['whittle'])
    expect(parsed.value.approvals).toEqual({ quorum: 1, wait: '72h', rollback: '7d' })
  })

  test.each([
    ['an unknown field', `${head}slak: {}\n`, 'w:2:1 `slak` is not a known field: check its spelling or remove it'],
    ['an unknown field deep inside', `${head}environments:\n  - name: a\n    kind: sandbox\n    colour: red\n`, 'w:5:5 `environments[0].colour` is not a known field: check its spelling or remove it'],
    ['a missing version', 'environments: []\n', 'w:1:1 `schemaVersion` is missing: must be 1'],
    ['an account id that YAML reads as a number', `${head}environments:\n  - { name: a, kind: aws-account, account: 100000000001 }\n`, 'w:3:44 `environments[0].account` must be string, not number'],
    ['an account id that is too short', `${head}environments:\n  - { name: a, kind: aws-account, account: "12" }\n`, 'w:3:44 `environments[0].account` is an AWS account id of 12 digits in quotes'],
    ['an unknown kind', `${head}environments:\n  - { name: a, kind: oracle }\n`, 'w:3:22 `environments[0].kind`'],
    ['a secret where a reference is asked for', `${head}slack: { botToken: xoxb-very-secret, signingSecret: env:A, channel: C0123 }\n`, 'w:2:20 `slack.botToken` must be a reference such as `env:SLACK_BOT_TOKEN`'],
    ['a name used twice', `${head}environments:\n  - { name: a, kind: sandbox }\n  - { name: a, kind: directory, path: x }\n`, 'w:4:5 `environments[1].name` `a` is used twice: rename one'],
    ['an account in two enabled environments', `${head}environments:\n  - { name: a, kind: aws-account, account: "100000000001" }\n  - { name: b, kind: aws-organization, managementAccount: "100000000001", memberRoleName: r }\n`,
      'w:4:5 aws account 100000000001 belongs to the enabled environment `a` already: disable one of `a` and `b`'],
    ['an alias', `${head}server: &s { port: 1 }\nbudgets: *s\n`, 'w:3:10 refers to `*s`: aliases are not allowed'],
    ['a merge key', `${head}server: &s { port: 1 }\nbudgets: { <<: *s }\n`, 'aliases are not allowed'],
    ['a tag', `${head}server: !!js/function "x"\n`, 'w:2:9'],
    ['a key given twice', `${head}server: { port: 1, port: 2 }\n`, 'w:2:20 map keys must be unique'],
    ['a prototype as a key', `${head}__proto__: { polluted: true }\n`, '`__proto__` is not a known field'],
    ['a prototype among detections', `${head}detections: { __proto__: { enabled: true } }\n`, 'w:2:15 `__proto__` is not a known field: remove it'],
    ['a prototype among options', `${head}detections: { a: { options: { __proto__: 1 } } }\n`, 'w:2:31 `__proto__` is not a known field: remove it'],
    ['a tab and an unclosed bracket', `${head}server: {\n\t`, 'w:'],
    ['two documents', `${head}---\n${head}`, 'w:2'],
    ['text that is no mapping', 'hello\n', 'w:1:1 the document must be object, not string'],
    ['nothing', '', 'w:1:1 the document must be object, not null'],
    ['a port that is no port', `${head}server: { port: 99999 }\n`, 'w:2:17 `server.port` too big'],
  ])('names %s with line and column', (_what, text, expected) => {
    expect(problemsIn(text)).toContain(expected)
  })

  test('never repeats what was written in place of a secret reference', () => {
    expect(problemsIn(`${head}slack: { botToken: xoxb-very-secret, signingSecret: env:A, channel: C0123 }\n`)).not.toContain('xoxb')
  })

  test('reports every problem, in the order of the file', () => {
    const lines = problemsIn(`${head}a: 1\nserver: { port: x }\nb: 2\n`).split('\n')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['w:2:1', 'w:3:17', 'w:4:1'])
  })

  test.each([
    ['flow sequences', `${head}a: ${'['.repeat(100_000)}`],
    ['flow mappings', `${head}a: ${'{a: '.repeat(60_000)}`],
    ['compact sequences', `${head}a:\n${'- '.repeat(100_000)}`],
    ['33 levels', `${head}a: ${'['.repeat(80)}${']'.repeat(80)}`],
  ])('is refused when nested too deeply: %s', (_what, text) => {
    expect(problemsIn(text)).not.toBe('')
    expect(problemsIn(text)).not.toContain('    at ')
  })

  test('is refused over 256 KiB, before it is parsed', () => {
    expect(problemsIn(`${head}# ${'x'.repeat(300_000)}`)).toBe('w:1:1 is larger than 256 KiB: split it')
  })
})

describe('the config of a process', () => {
  test('is the sandbox alone where there is no whittle.yaml', () => {
    const home = folder()
    const config = loadConfig({}, home)
    expect(config.environments).toEqual([{ name: 'sandbox', kind: 'sandbox', enabled: true, schedule: '6h' }])
    expect(config.home).toBe(join(home, '.whittle'))
    expect(config.server).toEqual({ host: '127.0.0.1', port: 8080, publicUrl: 'http://localhost:8080' })
    expect(config.databaseUrl).toBeNull()
  })

  test('takes folder, port, database, proxy and Temporal from the environment', () => {
    const home = folder()
    writeFileSync(join(home, 'other.yaml'), `${head}server: { port: 9000 }\nhttp: { caFile: ca.pem }\n`)
    const config = loadConfig({ WHITTLE_CONFIG: 'other.yaml', WHITTLE_HOME: '/state', WHITTLE_PORT: '9001', DATABASE_URL: 'postgres://x', HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost', TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_API_KEY: 'k' }, home)
    expect(config).toMatchObject({ home: '/state', databaseUrl: 'postgres://x', server: { port: 9001, publicUrl: 'http://localhost:9001' }, temporal: { address: 'temporal:7233', apiKey: 'env:TEMPORAL_API_KEY', tls: true },
      http: { proxy: 'http://proxy:3128', noProxy: 'localhost', caFile: join(home, 'ca.pem') } })
    expect(JSON.stringify(config)).not.toContain('"k"')
  })

  test('names the file, the line and the field that is wrong', () => {
    const home = folder()
    writeFileSync(join(home, 'whittle.yaml'), `${head}server: { prot: 1 }\n`)
    expect(failureOf(() => loadConfig({}, home))).toMatchObject({ code: 'input.invalid', message: `${join(home, 'whittle.yaml')}:2:11 \`server.prot\` is not a known field: check its spelling or remove it` })
  })

  test('refuses a missing WHITTLE_CONFIG, a folder in its place and a port that is none', () => {
    const home = folder()
    mkdirSync(join(home, 'whittle.yaml'))
    expect(failureOf(() => loadConfig({ WHITTLE_CONFIG: 'gone.yaml' }, home)).message).toContain('does not exist')
    expect(failureOf(() => loadConfig({}, home)).message).toContain('is not a regular file')
    expect(failureOf(() => loadConfig({ WHITTLE_PORT: '0' }, folder())).message).toContain('is not a port')
  })

  test('names the environments there are when asked for another', () => {
    expect(failureOf(() => environmentNamed(loadConfig({}, folder()), 'prod'))).toMatchObject({ code: 'environment.not-found', message: 'there is no environment `prod` in whittle.yaml: there are `sandbox`' })
  })
})

describe('a secret reference', () => {
  test('is read from the environment and from a file of mode 0600, relative to whittle.yaml', () => {
    const home = folder()
    writeFileSync(join(home, 'token'), 's3cret\n', { mode: 0o600 })
    expect(readSecret('file:token', home, {})).toBe('s3cret')
    expect(readSecret('env:TOKEN', home, { TOKEN: 's3cret' })).toBe('s3cret')
  })

  test('is refused with its name and never with its value', () => {
    const home = folder()
    writeFileSync(join(home, 'open'), 's3cret', { mode: 0o600 })
    chmodSync(join(home, 'open'), 0o644)
    writeFileSync(join(home, 'empty'), '\n', { mode: 0o600 })
    symlinkSync('/dev/null', join(home, 'device'))
    const reasons = ['file:open', 'file:empty', 'file:gone', 'file:device', 'file:.', 'env:GONE', 'env:EMPTY', 's3cret'].map((reference) => failureOf(() => readSecret(reference, home, { EMPTY: ' ' })))
    expect(reasons.map((reason) => reason.code)).toEqual(Array.from({ length: 8 }, () => 'secret.unreadable'))
    expect(reasons.map((reason) => reason.message.split(': ').slice(1).join(': '))).toEqual([
      `others may read the file: run \`chmod 600 ${join(home, 'open')}\``, 'the file is empty', 'the file does not exist', 'it is not a regular file', 'it is not a regular file',
      'the environment variable is not set: export GONE and start again', 'the environment variable is not set: export EMPTY and start again', 'a secret is given as `env:NAME` or `file:PATH`'])
    expect(reasons.map((reason) => reason.message).join()).not.toContain('s3cret')
  })
})
