import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { type Comment, find, indexed, type Issue, moveTo, parseJql, removeIssue, type Site, stamp, touch, type User, whittleUser } from './site.ts'

const problem = (response: Response, status: number, messages: readonly string[], errors: Readonly<Record<string, string>> = {}) => response.status(status).json({ errorMessages: messages, errors })
const missing = 'Issue does not exist or you do not have permission to see it.'
const priorities = ['Highest', 'High', 'Medium', 'Low', 'Lowest']

/** Documents of API v3: the nodes that Jira knows, no empty text, links with an address. */
const textNode = z.strictObject({ type: z.literal('text'), text: z.string().min(1), marks: z.array(z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['strong', 'em', 'code']) }), z.strictObject({ type: z.literal('link'), attrs: z.object({ href: z.url() }) }),
])).optional() })
const adf = z.strictObject({ type: z.literal('doc'), version: z.literal(1), content: z.array(z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('paragraph'), content: z.array(textNode).optional() }),
  z.strictObject({ type: z.literal('heading'), attrs: z.object({ level: z.number().int().min(1).max(6) }), content: z.array(textNode) }),
  z.strictObject({ type: z.literal('codeBlock'), attrs: z.object({ language: z.string() }).optional(), content: z.array(textNode.omit({ marks: true })).optional() }),
])) })
const newIssue = z.object({ fields: z.record(z.string(), z.unknown()) })
const fieldShapes = {
  project: z.object({ key: z.literal('SEC') }), issuetype: z.object({ name: z.enum(['Task', 'Bug', 'Story']) }), summary: z.string().min(1).max(255).regex(/^[^\n]*$/),
  labels: z.array(z.string().regex(/^\S{1,255}$/)), priority: z.object({ name: z.enum(priorities) }),
} as const

export function routesOf(site: Site): Router {
  const router = Router()
  const isThree = (request: Request) => !request.baseUrl.endsWith('/2')
  const withIssue = (act: (issue: Issue, request: Request, response: Response) => void) => (request: Request, response: Response) => {
    const issue = find(site, String(request.params['id']))
    if (issue) act(issue, request, response)
    else problem(response, 404, [missing])
  }
  router.get('/serverInfo', (_request, response) => { response.json({ baseUrl: site.baseUrl, version: '1001.0.0', versionNumbers: [1001, 0, 0], deploymentType: 'Cloud', buildNumber: 100_000, buildDate: stamp(site), serverTime: stamp(site), scmInfo: 'x', serverTitle: 'Jira' }) })
  router.get('/myself', (_request, response) => { response.json(userBody(site, whittleUser)) })
  router.get('/field', (_request, response) => { response.json(['summary', 'description', 'labels', 'status', 'assignee', 'priority', 'updated', 'comment'].map((id) => ({ id, key: id, name: id, custom: false, orderable: true, navigable: true, searchable: true, clauseNames: [id] }))) })
  router.post('/issue', (request, response) => { createIssue(site, request, response, isThree(request)) })
  router.get('/issue/:id', withIssue((issue, request, response) => { response.json(issueBody(site, issue, fieldsAsked(request.query['fields']))) }))
  router.delete('/issue/:id', withIssue((issue, _request, response) => { removeIssue(site, issue); response.status(204).end() }))
  router.put('/issue/:id/assignee', withIssue((issue, request, response) => {
    issue.assignee = site.users.find((user) => user.accountId === z.object({ accountId: z.string().nullable() }).parse(request.body).accountId) ?? null
    touch(site, issue)
    response.status(204).end()
  }))
  router.get('/issue/:id/comment', withIssue((issue, request, response) => {
    const startAt = Number(request.query['startAt'] ?? 0)
    const comments = issue.comments.slice(startAt, startAt + Math.min(Number(request.query['maxResults'] ?? 50), 100))
    response.json({ startAt, maxResults: 100, total: issue.comments.length, comments: comments.map((one) => commentBody(site, issue, one)) })
  }))
  router.post('/issue/:id/comment', withIssue((issue, request, response) => {
    const { body } = z.object({ body: z.unknown() }).parse(request.body)
    if (isThree(request) ? !adf.safeParse(body).success : typeof body !== 'string') { problem(response, 400, [], { comment: 'Comment body is not valid!' }); return }
    response.status(201).json(commentBody(site, issue, addComment(site, issue, body, whittleUser)))
  }))
  router.get('/issue/:id/transitions', withIssue((issue, _request, response) => {
    response.json({ expand: 'transitions', transitions: site.transitions.filter((one) => one.from.includes(issue.status)).map(({ id, name, to }) => ({ id, name, to: statusBody(site, to), hasScreen: false, isGlobal: false, isInitial: false, isAvailable: true, isConditional: false })) })
  }))
  router.post('/issue/:id/transitions', withIssue((issue, request, response) => {
    const wanted = z.object({ transition: z.object({ id: z.coerce.string() }) }).safeParse(request.body)
    const transition = site.transitions.find((one) => one.id === wanted.data?.transition.id && one.from.includes(issue.status))
    if (!transition) { problem(response, 400, ['It seems that you have tried to perform an illegal workflow operation.']); return }
    moveTo(site, issue, transition.to)
    response.status(204).end()
  }))
  router.get('/issue/:id/remotelink', withIssue((issue, _request, response) => { response.json(issue.links.map((link) => ({ ...link, self: `${site.baseUrl}/rest/api/3/issue/${issue.id}/remotelink/${String(link.id)}` }))) }))
  router.post('/issue/:id/remotelink', withIssue((issue, request, response) => { setLink(site, issue, request, response) }))
  router.post('/search/jql', (request, response) => { search(site, z.record(z.string(), z.unknown()).catch({}).parse(request.body), response) })
  router.get('/search/jql', (request, response) => { search(site, request.query, response) })
  return router
}

function createIssue(site: Site, request: Request, response: Response, isThree: boolean): void {
  const read = newIssue.safeParse(request.body)
  if (!read.success) { problem(response, 400, ['fields are required']); return }
  const { description, ...fields } = read.data.fields
  const errors: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    const shape = Object.entries(fieldShapes).find(([known]) => known === name)?.[1]
    if (!shape || (name === 'priority' && !site.hasPriorityField)) errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`
    else if (!shape.safeParse(value).success) errors[name] = `${name} is not valid`
  }
  for (const name of ['project', 'issuetype', 'summary']) if (!(name in fields)) errors[name] = `${name} is required`
  if (description !== undefined && (isThree ? !adf.safeParse(description).success || JSON.stringify(description).length > 32_767 * 3 : typeof description !== 'string')) errors['description'] = 'Operation value must be an Atlassian Document'
  if (Object.keys(errors).length > 0) { problem(response, 400, [], errors); return }
  const shaped = z.object(fieldShapes).partial({ labels: true, priority: true }).parse(fields)
  const number = site.next.issue++
  const issue: Issue = {
    id: String(10_000 + number), key: `SEC-${String(number)}`, created: stamp(site), updated: stamp(site), categoryChanged: stamp(site), summary: shaped.summary, description: description ?? null, labels: shaped.labels ?? [],
    priority: shaped.priority?.name ?? 'Medium', issueType: shaped.issuetype.name, status: 'To Do', assignee: null, comments: [], links: [],
  }
  site.issues.set(issue.id, issue)
  touch(site, issue)
  response.status(201).json({ id: issue.id, key: issue.key, self: `${site.baseUrl}/rest/api/3/issue/${issue.id}` })
}

export function addComment(site: Site, issue: Issue, body: unknown, author: User): Comment {
  const comment: Comment = { id: String(site.next.comment++), author, body, created: stamp(site) }
  issue.comments.push(comment)
  touch(site, issue)
  return comment
}

function setLink(site: Site, issue: Issue, request: Request, response: Response): void {
  const read = z.object({ globalId: z.string().max(255), object: z.object({ url: z.url(), title: z.string().min(1) }) }).safeParse(request.body)
  if (!read.success) { problem(response, 400, [], { globalId: 'a link needs url and title' }); return }
  const known = issue.links.findIndex((link) => link.globalId === read.data.globalId)
  const link = { id: issue.links[known]?.id ?? 10_000 + site.next.link++, ...read.data }
  if (known < 0) issue.links.push(link)
  else issue.links[known] = link
  touch(site, issue)
  response.status(known < 0 ? 201 : 200).json({ id: link.id, self: `${site.baseUrl}/rest/api/3/issue/${issue.id}/remotelink/${String(link.id)}` })
}

function search(site: Site, asked: Readonly<Record<string, unknown>>, response: Response): void {
  const jql = String(asked['jql'] ?? '')
  const query = parseJql(site, jql)
  if (!query) { problem(response, 400, [`Error in the JQL Query: ${jql}`]); return }
  const token = asked['nextPageToken'] === undefined ? null : z.tuple([z.string(), z.number()]).safeParse(jsonOf(String(asked['nextPageToken'])))
  if (token !== null && (!token.success || token.data[0] !== jql)) { problem(response, 400, ['The page token is not valid for this query.']); return }
  const from = token?.success === true ? token.data[1] : 0
  const most = Math.min(Math.max(Number(asked['maxResults'] ?? 50), 1), 100)
  const found = indexed(site).filter(query.matches).sort((a, b) => (a[query.order] < b[query.order] ? -1 : a[query.order] > b[query.order] ? 1 : Number(a.id) - Number(b.id)))
  const isLast = from + most >= found.length
  const fields = fieldsAsked(asked['fields'])
  response.json({ isLast, issues: found.slice(from, from + most).map((issue) => issueBody(site, issue, fields ?? ['id'])), ...(isLast ? {} : { nextPageToken: Buffer.from(JSON.stringify([jql, from + most])).toString('base64url') }) })
}
function jsonOf(token: string): unknown {
  try { return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) } catch { return null }
}

const fieldsAsked = (asked: unknown): readonly string[] | null => {
  if (asked === undefined) return null
  const names = (Array.isArray(asked) ? asked : [asked]).flatMap((one: unknown) => String(one).split(','))
  return names.includes('*all') || names.includes('*navigable') ? null : names
}

function issueBody(site: Site, issue: Issue, only: readonly string[] | null) {
  const fields: Record<string, unknown> = {
    summary: issue.summary, description: issue.description, labels: issue.labels, priority: { id: String(1 + priorities.indexOf(issue.priority)), name: issue.priority, self: `${site.baseUrl}/rest/api/3/priority/1`, iconUrl: `${site.baseUrl}/p.png` },
    issuetype: { id: '10001', name: issue.issueType, self: `${site.baseUrl}/rest/api/3/issuetype/10001`, subtask: false }, project: { id: '10000', key: 'SEC', name: 'Security', self: `${site.baseUrl}/rest/api/3/project/10000` },
    status: statusBody(site, issue.status), assignee: issue.assignee ? userBody(site, issue.assignee) : null, created: issue.created, updated: issue.updated, statuscategorychangedate: issue.categoryChanged,
    comment: { comments: issue.comments.map((one) => commentBody(site, issue, one)), total: issue.comments.length, maxResults: 100, startAt: 0 },
  }
  return { id: issue.id, key: issue.key, self: `${site.baseUrl}/rest/api/3/issue/${issue.id}`, fields: only === null ? fields : Object.fromEntries(Object.entries(fields).filter(([name]) => only.includes(name))) }
}

const categoryIds = { new: 2, indeterminate: 4, done: 3 } as const
function statusBody(site: Site, name: string) {
  const status = site.statuses.find((one) => one.name === name)
  const key = status?.category ?? 'new'
  return {
    id: status?.id ?? '1', name, self: `${site.baseUrl}/rest/api/3/status/${status?.id ?? '1'}`, description: '', iconUrl: `${site.baseUrl}/s.png`,
    statusCategory: { id: categoryIds[key], key, name: name, colorName: 'blue-gray', self: `${site.baseUrl}/rest/api/3/statuscategory/${String(categoryIds[key])}` },
  }
}
const userBody = (site: Site, user: User) => ({ ...user, accountType: 'atlassian', active: true, timeZone: 'UTC', self: `${site.baseUrl}/rest/api/3/user?accountId=${user.accountId}` })
const commentBody = (site: Site, issue: Issue, comment: Comment) =>
  ({ id: comment.id, self: `${site.baseUrl}/rest/api/3/issue/${issue.id}/comment/${comment.id}`, author: userBody(site, comment.author), updateAuthor: userBody(site, comment.author), body: comment.body, created: comment.created, updated: comment.created })
