import { createCloudClient, type SchemaMismatchBehavior } from 'jira.js'
import { type Client, createClient } from 'jira.js/core'
import { z } from 'zod'
import { WhittleError } from '../../model/error.ts'
import { type AdfDocument, plainTextOf } from './document.ts'
import { jiraError } from './error.ts'
import { riskLabel, type TicketFields, whittleLabel } from './render.ts'

/** The three categories that every status of every workflow belongs to. */
export const statusCategories = ['new', 'indeterminate', 'done'] as const
export type StatusCategory = (typeof statusCategories)[number]
export type JiraIssue = {
  readonly id: string; readonly key: string; readonly labels: readonly string[]; readonly status: string; readonly category: StatusCategory
  readonly assignee: string | null; readonly updatedAt: string; readonly categoryChangedAt: string | null
}
export type JiraComment = { readonly id: string; readonly author: string; readonly text: string; readonly createdAt: string }
export type JiraMove = { readonly id: string; readonly name: string; readonly to: string; readonly category: StatusCategory }

/** What Whittle does in Jira. Every call is tried once: who calls decides about trying again. Issues are named by id, which survives a move to another project. @throws WhittleError jira.* with `details.outcome` */
export type JiraClient = {
  readonly create: (fields: TicketFields) => Promise<{ readonly id: string; readonly key: string }>
  /** The risk's issues, oldest first. Jira's search lags behind by a minute or so. */
  readonly issuesOfRisk: (findingId: string) => Promise<readonly JiraIssue[]>
  /** Whittle's issues updated in the last `minutes`, a page at a time. */
  readonly changed: (minutes: number, pageToken: string | null) => Promise<{ readonly issues: readonly JiraIssue[]; readonly next: string | null }>
  readonly issue: (id: string) => Promise<JiraIssue>
  /** Oldest first, at most 1,000. */
  readonly comments: (id: string) => Promise<readonly JiraComment[]>
  readonly comment: (id: string, body: AdfDocument) => Promise<void>
  readonly moves: (id: string) => Promise<readonly JiraMove[]>
  readonly move: (id: string, moveId: string) => Promise<void>
  readonly setLink: (id: string, link: { readonly globalId: string; readonly url: string; readonly title: string }) => Promise<void>
}
export type JiraConnection = {
  readonly host: string; readonly email: string; readonly apiToken: string; readonly project: string
  readonly timeoutMs?: number; readonly onSchemaMismatch?: SchemaMismatchBehavior
}

const categoryOf = z.string().optional().transform((key): StatusCategory => statusCategories.find((one) => one === key) ?? 'new')
const statusSchema = z.object({ name: z.string(), statusCategory: z.object({ key: categoryOf }).default({ key: 'new' }) })
const issueSchema = z.object({ id: z.string(), key: z.string(), fields: z.object({
  labels: z.array(z.string()).default([]), status: statusSchema, updated: z.string(), statuscategorychangedate: z.string().nullish(),
  assignee: z.object({ displayName: z.string().optional(), accountId: z.string().optional() }).nullish(),
}) }).transform(({ id, key, fields }): JiraIssue => ({
  id, key, labels: fields.labels, status: fields.status.name, category: fields.status.statusCategory.key, assignee: fields.assignee?.displayName ?? fields.assignee?.accountId ?? null,
  updatedAt: fields.updated, categoryChangedAt: fields.statuscategorychangedate ?? null,
}))
const commentSchema = z.object({ id: z.string(), author: z.object({ displayName: z.string().optional() }).optional(), body: z.unknown(), created: z.coerce.date() })
  .transform((read): JiraComment => ({ id: read.id, author: read.author?.displayName ?? 'someone', text: plainTextOf(read.body), createdAt: read.created.toISOString() }))
const moveSchema = z.object({ id: z.string(), name: z.string(), to: statusSchema }).transform(({ id, name, to }): JiraMove => ({ id, name, to: to.name, category: to.statusCategory.key }))

const issueFields = ['labels', 'status', 'assignee', 'updated', 'statuscategorychangedate']
/** Both come into JQL and paths: never anything that could end a quoted string. */
const quoted = (value: string): string => {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(value)) throw new WhittleError('input.invalid', `\`${value.slice(0, 60)}\` cannot be looked for in jira`)
  return `"${value}"`
}
const numberOf = (id: string): string => {
  if (!/^[0-9]{1,20}$/.test(id)) throw new WhittleError('input.invalid', `\`${id.slice(0, 60)}\` is not the id of a jira issue`)
  return id
}

/** A client of one project of Jira Cloud. A proxy and a private CA hold because it speaks through Node's own `fetch` (docs/configuration.md). */
export function jiraClient({ host, email, apiToken, project, timeoutMs = 30_000, onSchemaMismatch = 'silent' }: JiraConnection): JiraClient {
  const cloud = createCloudClient(withTimeout(createClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch }), timeoutMs))
  const search = async (jql: string, maxResults: number, pageToken: string | null) => {
    const answer = await cloud.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql, fields: issueFields, maxResults, ...(pageToken === null ? {} : { nextPageToken: pageToken }) })
    return { issues: z.array(issueSchema).parse(answer.issues ?? []), next: answer.isLast === true ? null : answer.nextPageToken ?? null }
  }
  return {
    create: (fields) => tried('open an issue', async () => {
      const { id, key } = await cloud.issues.createIssue({ fields: { ...fields } })
      return z.object({ id: z.string().regex(/^[0-9]+$/), key: z.string().regex(/^[A-Z][A-Z0-9_]*-[0-9]+$/) }).parse({ id, key })
    }),
    issuesOfRisk: (findingId) => tried('look for an issue', async () => (await search(`project = ${quoted(project)} AND labels = ${quoted(riskLabel(findingId))} ORDER BY created ASC`, 50, null)).issues),
    changed: (minutes, pageToken) => tried('look for changed issues', () => search(`project = ${quoted(project)} AND labels = ${quoted(whittleLabel)} AND updated >= -${String(Math.ceil(minutes))}m ORDER BY updated ASC`, 100, pageToken)),
    issue: (id) => tried('read an issue', async () => issueSchema.parse(await cloud.issues.getIssue({ issueIdOrKey: numberOf(id), fields: issueFields }))),
    comments: (id) => tried('read comments', async () => {
      const found: JiraComment[] = []
      for (let page = 0; page < 10; page++) {
        const { comments = [], total = 0 } = await cloud.issueComments.getComments({ issueIdOrKey: numberOf(id), startAt: found.length, maxResults: 100, orderBy: 'created' })
        found.push(...z.array(commentSchema).parse(comments))
        if (comments.length === 0 || found.length >= total) break
      }
      return found
    }),
    comment: (id, body) => tried('comment on an issue', async () => { await cloud.issueComments.addComment({ issueIdOrKey: numberOf(id), body: { ...body, content: body.content.map((block) => ({ ...block })) } }) }),
    moves: (id) => tried('read the transitions of an issue', async () => z.array(moveSchema).parse((await cloud.issues.getTransitions({ issueIdOrKey: numberOf(id) })).transitions ?? [])),
    move: (id, moveId) => tried('move an issue', async () => { await cloud.issues.doTransition({ issueIdOrKey: numberOf(id), transition: { id: moveId } }) }),
    setLink: (id, { globalId, url, title }) => tried('link an issue', async () => { await cloud.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: numberOf(id), globalId, application: { name: 'Whittle', type: 'whittle' }, relationship: 'is tracked in', object: { url, title } }) }),
  }
}

/** Because jira.js knows no timeout: an answer later than `ms` counts as lost, and Jira may have done it all the same. */
function withTimeout(client: Client, ms: number): Client {
  return { sendRequest: (options) => {
    const late: { timer?: NodeJS.Timeout } = {}
    const timeout = new Promise<never>((_resolve, reject) => {
      late.timer = setTimeout(() => { reject(new WhittleError('jira.unavailable', `jira did not answer within ${String(ms / 1000)} seconds`, { outcome: 'unknown' })) }, ms)
    })
    return Promise.race([client.sendRequest(options), timeout]).finally(() => { clearTimeout(late.timer) })
  } }
}

async function tried<T>(what: string, call: () => Promise<T>): Promise<T> {
  try { return await call() } catch (error) { throw jiraError(error, what) }
}
