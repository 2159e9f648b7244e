import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { riskLabel } from '../../integrations/jira/render.ts'
import { csrfHeader } from '../../model/api.ts'
import { planDetailSchema, riskDetailSchema, riskPageSchema } from '../../model/views.ts'
import { freePort } from '../peers/free-port.ts'
import { jiraEmail, jiraToken, type JiraStub, startJiraStub } from '../peers/jira/stub.ts'
import { botToken, signingSecret, type SlackPeer, startSlackPeer } from '../peers/slack.ts'
import { clickPayload, sendSigned } from '../peers/slack-driver.ts'

// Everything as `npm start` brings it up, each part in its own process; only Slack and Jira are peers.
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'whittle-journey-'))
chmodSync(folder, 0o711) // because PostgreSQL started by root runs as another user, and what it keeps shall go with the folder
const said: string[] = []
let whittle: ChildProcess, slack: SlackPeer, jira: JiraStub, url: string, team: string

beforeAll(async () => {
  [slack, jira] = await Promise.all([startSlackPeer(), startJiraStub({ searchLagMs: 500 })])
  team = z.object({ team_id: z.string() }).parse(await slack.web.auth.test()).team_id
  const port = await freePort()
  url = `http://localhost:${String(port)}`
  writeFileSync(join(folder, 'whittle.yaml'), JSON.stringify({
    schemaVersion: 1, environments: [{ name: 'sandbox', kind: 'sandbox' }], server: { port },
    slack: { botToken: 'env:SLACK_BOT_TOKEN', signingSecret: 'env:SLACK_SIGNING_SECRET', channel: slack.channel, apiUrl: slack.apiUrl },
    jira: { host: jira.url, email: jiraEmail, apiToken: 'env:JIRA_TOKEN', project: 'SEC' },
  }))
  whittle = spawn(process.execPath, [join(root, 'supervisor/main.ts')], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], WHITTLE_HOME: join(folder, 'home'), WHITTLE_CONFIG: join(folder, 'whittle.yaml'), SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, JIRA_TOKEN: jiraToken },
  })
  for (const stream of [whittle.stdout, whittle.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => { said.push(text) })
  await until('the first scan', () => Promise.resolve(/Scan of sandbox: (complete|partial)/.test(said.join(''))), 150)
}, 180_000)
afterAll(async () => {
  const ended = new Promise((resolve) => whittle.once('exit', resolve))
  if (whittle.exitCode === null) { whittle.kill('SIGTERM'); await ended }
  await Promise.all([slack.close(), jira.close()])
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** Waits until `isTrue`; what was awaited and what Whittle said stand in the failure. */
async function until(what: string, isTrue: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (let tries = 0; tries < seconds * 4; tries++) {
    if (whittle.exitCode !== null) break
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`waited in vain for ${what}; whittle said:\n${said.join('').slice(-3000)}`)
}

type Person = { readonly get: (path: string) => Promise<unknown>; readonly post: (path: string, body: unknown) => Promise<unknown> }
async function signIn(nth: number): Promise<Person> {
  const token = [...said.join('').matchAll(/\/sign-in#([A-Za-z0-9_-]{43})/g)][nth]?.[1] ?? ''
  const send = (path: string, method: string, headers: Record<string, string>, body?: unknown) => fetch(`${url}${path}`, { method, headers: { origin: url, 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = async (response: Response): Promise<unknown> => { const text = await response.text(); if (!response.ok) throw new Error(`${String(response.status)} ${text}`); return JSON.parse(text) }
  const signedIn = await send('/api/sign-in', 'POST', {}, { token })
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  const { csrf } = z.object({ csrf: z.string() }).parse(await answer(await send('/api/me', 'GET', { cookie })))
  return { get: async (path) => answer(await send(path, 'GET', { cookie })), post: async (path, body) => answer(await send(path, 'POST', { cookie, [csrfHeader]: csrf }, body)) }
}

const cardFor = async (digest: string) => (await slack.messages()).filter((message) => JSON.stringify(message.blocks).includes(digest))
const actionsSchema = z.object({ type: z.literal('actions'), elements: z.array(z.object({ action_id: z.string(), value: z.string().optional() })) })
const buttonOf = async (digest: string, action: string): Promise<string | null> => {
  const [card] = await cardFor(digest)
  const actions = actionsSchema.safeParse(card?.blocks.at(-1))
  return actions.data?.elements.find((button) => button.action_id === action)?.value ?? null
}
const click = async (digest: string, action: string) => {
  await until(`the button ${action}`, async () => await buttonOf(digest, action) !== null)
  return sendSigned(`${url}/slack/events`, signingSecret, clickPayload({ user: slack.userIds['alice'] ?? '', team, channel: slack.channel, ts: '1700000000.000100', action, value: await buttonOf(digest, action) ?? '' }))
}

test('scan → risk → Jira issue and Slack card → linked and approved in Slack → fixed → issue done → undone from Slack → issue open again', async () => {
  const [you, second] = [await signIn(0), await signIn(1)]
  const [risk] = riskPageSchema.parse(await you.get('/api/risks?detection=aws-access-key-unused')).rows
  if (!risk) throw new Error('the sandbox has no unused key')
  await you.post('/api/runs', { playbook: 'fix-with-approval', finding: risk.id })
  const issue = () => jira.issuesOf(riskLabel(risk.id))[0]
  await until('the issue', () => Promise.resolve(issue() !== undefined))
  const planId = async () => riskDetailSchema.parse(await you.get(`/api/risks/${risk.id}`)).plans[0]?.id
  await until('the plan', async () => await planId() !== undefined)
  const plan = async () => planDetailSchema.parse(await you.get(`/api/plans/${await planId() ?? ''}`))
  const digest = (await plan()).digestPrefix

  expect((await click(digest, 'whittle.approve')).status).toBe(200)
  await until('the link', () => Promise.resolve(slack.ephemerals.some((one) => one.blocks.includes('/slack-link?code='))))
  const code = /slack-link\?code=([A-Za-z0-9_-]+)/.exec(slack.ephemerals.at(-1)?.blocks ?? '')?.[1] ?? ''
  expect(await second.get(`/api/slack-link?code=${code}`)).toMatchObject({ slackUser: slack.userIds['alice'], slackName: 'alice', user: 'second' })
  await second.post('/api/slack-link', { code })
  expect((await plan()).state).toBe('awaiting-approval')

  expect((await click(digest, 'whittle.approve')).status).toBe(200)
  await until('the fix', async () => ['effective', 'closed'].includes((await plan()).state), 90)
  expect((await plan()).decisions).toMatchObject([{ by: 'second', decision: 'approve', authStrength: 'slack' }])
  await until('the rewritten card', async () => JSON.stringify(await cardFor(digest)).includes('Approved by second'))
  await you.post('/api/scans', { environment: 'sandbox' })
  const standing = async () => riskDetailSchema.parse(await you.get(`/api/risks/${risk.id}`))
  await until('the closed ticket', async () => (await standing()).ticket?.state === 'closed', 90)
  expect([(await standing()).state, issue()?.status, (await standing()).ticket?.key]).toEqual(['resolved', 'Done', issue()?.key])

  expect((await click(digest, 'whittle.undo')).status).toBe(200)
  await until('the undo', async () => (await plan()).state === 'rolled-back', 90)
  await you.post('/api/scans', { environment: 'sandbox' })
  await until('the reopened issue', async () => issue()?.status === 'To Do' && (await standing()).state === 'open', 90)
  expect([jira.issuesOf(riskLabel(risk.id)).length, (await cardFor(digest)).length]).toEqual([1, 1])
  expect(await you.get('/api/audit/verify')).toMatchObject({ isIntact: true })
}, 400_000)
