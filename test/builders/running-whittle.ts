import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { csrfHeader } from '../../model/api.ts'
import { freePort } from '../peers/free-port.ts'
import { jiraEmail, jiraToken, type JiraStub, startJiraStub } from '../peers/jira/stub.ts'
import { botToken, signingSecret, type SlackPeer, startSlackPeer } from '../peers/slack.ts'
import { clickPayload, sendSigned } from '../peers/slack-driver.ts'

/** Someone signed in at the server, as a browser would be. */
export type Person = { readonly get: (path: string) => Promise<unknown>; readonly post: (path: string, body: unknown) => Promise<unknown> }
export type RunningWhittle = {
  readonly slack: SlackPeer
  readonly jira: JiraStub
  /** The nth invited person: 0 = `you`, 1 = `second` where the sandbox is. */
  readonly signIn: (nth: number) => Promise<Person>
  /** By a one-time link. */
  readonly signInBy: (link: string) => Promise<Person>
  /** Waits until `isTrue`; what was awaited and what Whittle said stand in the failure. */
  readonly until: (what: string, isTrue: () => Promise<boolean>, seconds?: number) => Promise<void>
  readonly cardsWith: (digest: string) => ReturnType<SlackPeer['messages']>
  /** A signed click of alice on the card's button, as it stands in the channel now. */
  readonly click: (digest: string, action: string) => ReturnType<typeof sendSigned>
  /** The account linking of alice: her click that is answered with a link, and `person` who confirms it. */
  readonly linkAlice: (digest: string, person: Person) => Promise<unknown>
  readonly stop: () => Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const actionsSchema = z.object({ type: z.literal('actions'), elements: z.array(z.object({ action_id: z.string(), value: z.string().optional() })) })

/** Everything as `npm start` brings it up, each part in its own process, with Slack and Jira as peers; its first scan of `environment` has ended. */
export async function startRunningWhittle(yaml: { readonly environments: readonly unknown[]; readonly detections?: unknown }, env: Readonly<Record<string, string | undefined>> = {}): Promise<RunningWhittle> {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-journey-'))
  chmodSync(folder, 0o711) // because PostgreSQL started by root runs as another user, and what it keeps shall go with the folder
  const said: string[] = []
  const [slack, jira] = await Promise.all([startSlackPeer(), startJiraStub({ searchLagMs: 500 })])
  const team = z.object({ team_id: z.string() }).parse(await slack.web.auth.test()).team_id
  const port = await freePort()
  const url = `http://localhost:${String(port)}`
  writeFileSync(join(folder, 'whittle.yaml'), JSON.stringify({
    schemaVersion: 1, ...yaml, server: { port },
    slack: { botToken: 'env:SLACK_BOT_TOKEN', signingSecret: 'env:SLACK_SIGNING_SECRET', channel: slack.channel, apiUrl: slack.apiUrl },
    jira: { host: jira.url, email: jiraEmail, apiToken: 'env:JIRA_TOKEN', project: 'SEC' },
  }))
  const whittle: ChildProcess = spawn(process.execPath, [join(root, 'supervisor/main.ts')], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], WHITTLE_HOME: join(folder, 'home'), WHITTLE_CONFIG: join(folder, 'whittle.yaml'), SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, JIRA_TOKEN: jiraToken, ...env },
  })
  for (const stream of [whittle.stdout, whittle.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => { said.push(text) })
  const until: RunningWhittle['until'] = async (what, isTrue, seconds = 60) => {
    for (let tries = 0; tries < seconds * 4; tries++) {
      if (whittle.exitCode !== null) break
      if (await isTrue()) return
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    throw new Error(`waited in vain for ${what}; whittle said:\n${said.join('').slice(-3000)}`)
  }
  await until('the first scan', () => Promise.resolve(/Scan of \S+: (complete|partial)/.test(said.join(''))), 150)
  const cardsWith: RunningWhittle['cardsWith'] = async (digest) => (await slack.messages()).filter((message) => JSON.stringify(message.blocks).includes(digest))
  const buttonOf = async (digest: string, action: string): Promise<string | null> => actionsSchema.safeParse((await cardsWith(digest))[0]?.blocks.at(-1)).data?.elements.find((button) => button.action_id === action)?.value ?? null
  const click: RunningWhittle['click'] = async (digest, action) => {
    await until(`the button ${action}`, async () => await buttonOf(digest, action) !== null)
    return sendSigned(`${url}/slack/events`, signingSecret, clickPayload({ user: slack.userIds['alice'] ?? '', team, channel: slack.channel, ts: '1700000000.000100', action, value: await buttonOf(digest, action) ?? '' }))
  }
  return {
    slack, jira, until, cardsWith, click,
    signIn: (nth) => signIn(url, [...said.join('').matchAll(/\/sign-in#([A-Za-z0-9_-]{43})/g)][nth]?.[1] ?? ''),
    signInBy: (link) => signIn(url, link.split('#')[1] ?? ''),
    linkAlice: async (digest, person) => {
      await click(digest, 'whittle.approve')
      await until('the link', () => Promise.resolve(slack.ephemerals.some((one) => one.blocks.includes('/slack-link?code='))))
      const code = /slack-link\?code=([A-Za-z0-9_-]+)/.exec(slack.ephemerals.at(-1)?.blocks ?? '')?.[1] ?? ''
      const named = await person.get(`/api/slack-link?code=${code}`)
      await person.post('/api/slack-link', { code })
      return named
    },
    stop: async () => {
      const ended = new Promise((resolve) => whittle.once('exit', resolve))
      if (whittle.exitCode === null) { whittle.kill('SIGTERM'); await ended }
      await Promise.all([slack.close(), jira.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** @param token of a one-time link, or of a person whom `you` invited */
export async function signIn(url: string, token: string): Promise<Person> {
  const send = (path: string, method: string, headers: Record<string, string>, body?: unknown) => fetch(`${url}${path}`, { method, headers: { origin: url, 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = async (response: Response): Promise<unknown> => { const text = await response.text(); if (!response.ok) throw new Error(`${String(response.status)} ${text}`); return JSON.parse(text) }
  const signedIn = await send('/api/sign-in', 'POST', {}, { token })
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  const { csrf } = z.object({ csrf: z.string() }).parse(await answer(await send('/api/me', 'GET', { cookie })))
  return { get: async (path) => answer(await send(path, 'GET', { cookie })), post: async (path, body) => answer(await send(path, 'POST', { cookie, [csrfHeader]: csrf }, body)) }
}
