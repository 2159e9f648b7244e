import { z } from 'zod'
import { decisions, type Role, roleSchema } from './approval.ts'
import { clouds } from './cloud.ts'
import { severities } from './detection.ts'
import { findingStates } from './finding.ts'
import { jsonObjectSchema } from './json.ts'
import { planStates } from './plan.ts'
import * as view from './views.ts'

/**
 * The HTTP contract of Whittle: one entry per route. The server serves exactly these (a test enumerates them), web and CLI call them by name,
 * docs/api.md is generated from them. `path` parameters are `:name`; everything that changes state is a POST.
 */
export type Endpoint<P extends string = string, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> = {
  readonly method: 'GET' | 'POST'
  readonly path: P
  /** Least role; `anyone` needs no session (sign-in itself). */
  readonly least: Role | 'anyone'
  /** The scope that a personal token needs; null = only a browser session or no session at all. */
  readonly scope: view.TokenScope | null
  readonly about: string
  readonly query: Q
  readonly body: B
  readonly answer: A
}
type Access = { readonly least: Role | 'anyone'; readonly scope: view.TokenScope | null; readonly about: string }
const none = z.strictObject({})
const get = <P extends string, Q extends z.ZodType, A extends z.ZodType>(path: P, query: Q, answer: A, access: Access) => ({ method: 'GET', path, query, body: none, answer, ...access }) as const
const post = <P extends string, B extends z.ZodType, A extends z.ZodType>(path: P, body: B, answer: A, access: Access) => ({ method: 'POST', path, query: none, body, answer, ...access }) as const
const reads = (about: string, least: Role = 'viewer'): Access => ({ least, scope: 'read', about })
const requests = (about: string): Access => ({ least: 'operator', scope: 'request', about })
const decides = (about: string, least: Role = 'approver'): Access => ({ least, scope: 'decide', about })
const administers = (about: string): Access => ({ least: 'admin', scope: 'admin', about })
/** Things about the caller's own account: a browser session only, so that a stolen token cannot mint another. */
const own = (about: string): Access => ({ least: 'viewer', scope: null, about })

const word = z.string().min(1).max(200)
const reason = z.string().trim().max(2000)
const limit = z.coerce.number().int().min(1).max(200).default(50)
const cursor = z.string().max(400).optional()
/** `a,b,c` in a query string. */
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.string().max(2000).transform((text) => text.split(',')).pipe(z.array(z.enum(values))).optional()
const words = z.string().max(4000).transform((text) => text.split(',')).pipe(z.array(word).max(50)).optional()
const paging = z.strictObject({ cursor, limit })

export const riskSorts = ['severity', 'recent'] as const
export const riskQuerySchema = z.strictObject({
  q: z.string().trim().max(200).optional(), severity: oneOf(severities), cloud: oneOf(clouds), detection: words, environment: words, account: words,
  state: oneOf(findingStates), sort: z.enum(riskSorts).default('severity'), cursor, limit,
})
export type RiskQuery = z.output<typeof riskQuerySchema>
export const planRequestSchema = z.strictObject({ finding: word, remediation: word, options: jsonObjectSchema.default({}), reason: reason.default('') })
/** `nonce` comes from `planNonce` and is used once; `digest` is what the caller saw, so that nobody approves another plan than the one read. */
export const decisionRequestSchema = z.strictObject({ decision: z.enum(decisions), reason, nonce: z.string().min(16).max(200), digest: z.string().regex(/^[0-9a-f]{64}$/) })
  .refine((body) => body.decision === 'approve' || body.reason !== '', { message: 'say why you reject', path: ['reason'] })
export const userNameSchema = z.string().trim().regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$/, 'is 1 to 63 letters, digits, spaces or `._@-`, starting with a letter or digit')
export const newTokenRequestSchema = z.strictObject({ label: word, scopes: z.array(z.enum(view.tokenScopes)).min(1), days: z.number().int().min(1).max(365).default(90) })
const linkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a sign-in link of Whittle')

export const api = {
  signIn: post('/api/sign-in', z.strictObject({ token: linkToken }), view.doneSchema, { least: 'anyone', scope: null, about: 'Uses up a one-time sign-in link and starts a browser session.' }),
  signInForToken: post('/api/sign-in/token', newTokenRequestSchema.extend({ token: linkToken }), view.newTokenSchema, { least: 'anyone', scope: null, about: 'Uses up a one-time sign-in link and gives a personal token (`whittle login`).' }),
  signOut: post('/api/sign-out', none, view.doneSchema, own('Ends the session.')),
  me: get('/api/me', none, view.meSchema, reads('Who is calling, the CSRF token of the session, and whether the kill switch is on.')),

  risks: get('/api/risks', riskQuerySchema, view.riskPageSchema, reads('Risks, worst first, with the number of risks per facet value.')),
  risk: get('/api/risks/:id', none, view.riskDetailSchema, reads('One risk with evidence, reasons, fixes, plans and timeline.')),
  previewFix: get('/api/risks/:id/fixes/:remediation', none, view.previewSchema, reads('What a fix would change, computed on the environment as last read. Nothing is stored.')),

  plans: get('/api/plans', paging.extend({ state: oneOf(planStates), mine: z.enum(['true', 'false']).optional() }), view.planPageSchema, reads('Plans, newest first.')),
  plan: get('/api/plans/:id', none, view.planDetailSchema, reads('One plan with diff, API calls, decisions, steps and timeline.')),
  requestPlan: post('/api/plans', planRequestSchema, view.idSchema, requests('Proposes a fix of a risk and asks for approval. Answers with the live plan where one holds the target already.')),
  planNonce: post('/api/plans/:id/nonce', none, z.object({ nonce: z.string(), digest: z.string() }), decides('Mints a nonce for one decision or undo of this plan.', 'operator')),
  decide: post('/api/plans/:id/decision', decisionRequestSchema, view.planDetailSchema, decides('Approves or rejects a plan: validated, signed and recorded in one transaction.')),
  undo: post('/api/plans/:id/undo', z.strictObject({ reason, nonce: z.string().min(16).max(200), digest: z.string().regex(/^[0-9a-f]{64}$/) }), view.planDetailSchema, decides('Runs the inverse of an applied plan; needs no second approval.', 'operator')),
  cancelPlan: post('/api/plans/:id/cancel', z.strictObject({ reason }), view.planDetailSchema, requests('Withdraws a plan that nothing was written of.')),

  scans: get('/api/scans', paging.extend({ environment: word.optional() }), view.scanPageSchema, reads('Scans, newest first.')),
  scan: get('/api/scans/:id', none, view.scanDetailSchema, reads('One scan: progress per account, coverage, what was not read, broken files.')),
  startScan: post('/api/scans', z.strictObject({ environment: word }), view.idSchema, requests('Starts a scan of one environment; answers with the running one where there is one.')),
  cancelScan: post('/api/scans/:id/cancel', none, view.doneSchema, requests('Asks a running scan to stop; what it read so far is kept.')),

  environments: get('/api/environments', none, view.environmentListSchema, reads('The environments of whittle.yaml with their last scan.')),
  enableEnvironment: post('/api/environments/:name/enable', none, view.doneSchema, administers('Scans the environment again on its schedule.')),
  disableEnvironment: post('/api/environments/:name/disable', none, view.doneSchema, administers('Stops scanning; its risks stay open and are marked stale.')),
  testEnvironment: post('/api/environments/:name/test', none, view.environmentTestSchema, requests('Tries every read that a scan needs and names the permissions that are missing.')),

  users: get('/api/users', none, view.userListSchema, reads('The people of this tenant.', 'admin')),
  addUser: post('/api/users', z.strictObject({ name: userNameSchema, role: roleSchema }), view.signInLinkSchema, administers('Adds a person and gives a one-time sign-in link.')),
  disableUser: post('/api/users/:id/disable', none, view.doneSchema, administers('Ends every session and token of a person and voids their open approvals.')),
  enableUser: post('/api/users/:id/enable', none, view.doneSchema, administers('Lets a disabled person sign in again.')),
  signInLink: post('/api/users/:id/link', none, view.signInLinkSchema, administers('Gives a new one-time sign-in link (10 minutes) for a person.')),

  tokens: get('/api/tokens', none, view.tokenListSchema, own("The caller's personal tokens.")),
  createToken: post('/api/tokens', newTokenRequestSchema, view.newTokenSchema, own('Creates a personal token; it is shown once.')),
  revokeToken: post('/api/tokens/:id/revoke', none, view.doneSchema, own('Revokes a personal token at once.')),

  killSwitch: get('/api/kill-switch', none, view.killSwitchSchema, reads('Whether writes to clouds are stopped.')),
  setKillSwitch: post('/api/kill-switch', z.strictObject({ isOn: z.boolean(), reason: reason.min(1, 'say why') }), view.killSwitchSchema, administers('Stops (or allows again) every new write to a cloud; checked before each step.')),

  playbooks: get('/api/playbooks', none, view.playbookListSchema, reads('The playbooks that can be run.')),
  runs: get('/api/runs', paging, view.runPageSchema, reads('Playbook runs, newest first.')),
  run: get('/api/runs/:id', none, view.runDetailSchema, reads('One playbook run, step by step.')),
  startRun: post('/api/runs', z.strictObject({ playbook: word, finding: word }), view.idSchema, requests('Runs a playbook for one risk.')),

  audit: get('/api/audit', paging, view.auditPageSchema, reads('The audit trail, newest first.', 'operator')),
  verifyAudit: get('/api/audit/verify', none, view.auditVerdictSchema, reads('Recomputes the hash chain of the audit trail from its first row.', 'operator')),

  slackLink: get('/api/slack-link', z.strictObject({ code: z.string().min(16).max(200) }), view.slackLinkSchema, own('Which Slack user a link code would be bound to.')),
  confirmSlackLink: post('/api/slack-link', z.strictObject({ code: z.string().min(16).max(200) }), view.doneSchema, own('Binds the Slack user of the code to the signed-in person.')),
} as const satisfies Record<string, Endpoint>
export type ApiName = keyof typeof api

export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}` ? { readonly [K in Name]: string } & PathParams<`/${Rest}`>
  : P extends `${string}:${infer Name}` ? { readonly [K in Name]: string } : unknown
/** What calling an endpoint takes. */
export type Call<E extends Endpoint> = { readonly params: PathParams<E['path']>; readonly query: z.input<E['query']>; readonly body: z.input<E['body']> }
export type Answered<E extends Endpoint> = z.output<E['answer']>

/** The path with its parameters and the query string in place; undefined query values are left out, lists become `a,b`. */
export function urlOf(path: string, params: Readonly<Record<string, string>>, query: Readonly<Record<string, unknown>>): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) => value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(String(value))}`])
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`
}
export const csrfHeader = 'x-whittle-csrf'
