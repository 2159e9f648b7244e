import type { Express } from 'express'
import request from 'supertest'
import { ulid } from 'ulid'
import { approvalSigner, type ApprovalSigner, createSigningKey } from '../../kernel/approval.ts'
import { csrfHeader } from '../../model/api.ts'
import type { Role } from '../../model/approval.ts'
import { canonicalText, sha256 } from '../../kernel/plan-digest.ts'
import type { About } from '../../model/detection.ts'
import type { Finding } from '../../model/finding.ts'
import { daysAfter, instantOf } from '../../model/instant.ts'
import { type Plan, planSchema } from '../../model/plan.ts'
import { type Playbook, playbookSchema } from '../../model/playbook.ts'
import { createApp } from '../../server/app.ts'
import { addressesOf } from '../../server/guard.ts'
import type { RouteDeps } from '../../server/routes/context.ts'
import { allRoutes } from '../../server/routes/index.ts'
import { callersIn } from '../../server/routes/sign-in.ts'
import { createSignInLink } from '../../server/sign-in-link.ts'
import type { ProposalRequest, Workflows } from '../../server/workflows.ts'
import { type Db, type Store, withTenant } from '../../store/db.ts'
import { mirrorEnvironments } from '../../store/environments.ts'
import { findingById, recordJudgements } from '../../store/findings.ts'
import { proposePlan } from '../../store/plans.ts'
import { playbookDigest } from '../../store/runs.ts'
import { addUser, type User } from '../../store/users.ts'
import { environmentSchema } from '../../model/environment.ts'

export const tenant = 'default'
export const publicUrl = 'http://localhost:8080'
export const host = 'localhost:8080'
const sessionKey = Buffer.alloc(32, 7)

export const rule: About = {
  id: 'aws-access-key-unused', cloud: 'aws', title: 'Access key is active but unused', why: 'A key that nobody uses is a door that nobody watches.', likelihood: 3, impact: 3, readsWith: ['iam:ListAccessKeys'], fixedBy: ['deactivate-access-key'],
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.12' }], blindSpots: ['use within the last hours is not reported yet'], source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
}
const fix = { id: 'deactivate-access-key', title: 'Deactivate the access key', effect: 'Programs that still use the key are refused until it is activated again.' }
export const playbook: Playbook = playbookSchema.parse({ schemaVersion: 1, id: 'fix-with-approval', title: 'Ask the owner, then fix', owner: 'cloud-security', mode: 'ask', steps: [{ id: 'ticket', kind: 'open-ticket' }, { id: 'ask', kind: 'ask' }, { id: 'fix', kind: 'apply' }] })

/** The `n`th finding of an invented estate. */
export const findingNumber = (n: number, over: Partial<Finding> = {}): Finding => ({
  id: `f_${String(n).padStart(24, '0')}`, detection: rule.id, title: rule.title, severity: 'high', likelihood: 3, impact: 3, certainty: 'certain', cloud: 'aws', account: '100000000001',
  principal: `arn:aws:iam::100000000001:user/user-${String(n)}`, resource: null, summary: `access key \`AKIAEXAMPLE${String(n).padStart(9, '0')}\` idle for ${String(100 + n)} days`, evidence: { idleDays: 100 + n, lastUsedAt: null }, paths: [], fixes: [fix.id], ...over,
})
export async function storeFindings(store: Store, list: readonly Finding[], seenAt = instantOf(Date.now()), environment = 'sandbox'): Promise<void> {
  await withTenant(store, tenant, (db) => recordJudgements(db, tenant, { environment, scanId: ulid(), sightings: list.map((finding) => ({ finding, observedAt: seenAt })), clearances: [], unknown: [], goneUnlessSeen: [] }))
}
export async function storeEnvironments(store: Store, names: readonly string[]): Promise<void> {
  await withTenant(store, tenant, (db) => mirrorEnvironments(db, tenant, names.map((name) => environmentSchema.parse(name === 'sandbox' ? { name, kind: 'sandbox' } : { name, kind: 'directory', path: `/estates/${name}` }))))
}

/** The plan that deactivates the key of `finding`; everything of it may be changed. */
export function planFor(finding: Pick<Finding, 'id' | 'principal' | 'account'>, requester: string, over: Partial<Plan> = {}): Plan {
  const now = instantOf(Date.now())
  const before = { status: 'Active', userId: 'AIDAEXAMPLE0000000001' }
  const target = `${finding.principal ?? ''}#AKIAEXAMPLE00000001`
  const change = { kind: 'aws.access-key.status' as const, target, before, after: { ...before, status: 'Inactive' }, base: sha256(canonicalText(before)) }
  return planSchema.parse({
    id: ulid(), tenant, environment: 'sandbox', cloud: 'aws', account: finding.account, requester: { kind: 'person', userId: requester }, findings: [finding.id], remediation: fix.id, options: {}, title: `Deactivate the key of ${finding.principal?.split('/').at(-1) ?? 'nobody'}`,
    reason: 'nobody used it for a long time', playbook: null, approvalPolicy: { digest: sha256('policy'), quorum: 1, eligible: [] }, budgetClass: 'default', tier: 'low', changes: [change],
    inverse: [{ ...change, before: change.after, after: before, base: sha256(canonicalText(change.after)) }], irreversible: [], reducesOnly: true, apiCalls: ['iam:UpdateAccessKey Status=Inactive'], affects: [finding.principal ?? ''],
    createdAt: now, notAfter: daysAfter(now, 3), rollbackNotAfter: daysAfter(now, 10), ...over,
  })
}

/** Does what the scanner would: proposes from the stored finding. `asked` records every call. */
export function workflowsOn(store: Store, asked: string[] = []): Workflows {
  const propose = async (wanted: ProposalRequest) => withTenant(store, wanted.tenant, async (db) => {
    asked.push(`${wanted.mode} ${wanted.remediation}`)
    const finding = await findingById(db, wanted.tenant, wanted.findingId)
    if (finding === null) return { ok: false as const, code: 'finding.not-found', message: `there is no risk \`${wanted.findingId}\`` }
    if (wanted.remediation !== fix.id) return { ok: false as const, code: 'plan.refused', message: `\`${wanted.remediation}\` does not fix this risk` }
    const plan = planFor(finding, wanted.requester.kind === 'person' ? wanted.requester.userId : '', wanted.reason === undefined || wanted.reason === '' ? {} : { reason: wanted.reason })
    const stored = wanted.mode === 'preview' ? null : (await proposePlan(db, plan, null)).plan
    return { ok: true as const, plan: stored === null ? null : { id: stored.id, digest: stored.digest }, draft: plan, described: [] }
  })
  return {
    propose,
    testEnvironment: (_tenant, environment) => { asked.push(`test ${environment}`); return Promise.resolve({ environment, isReadable: false, missing: ['iam:GenerateCredentialReport'], checks: [{ what: 'credential report', permission: 'iam:GenerateCredentialReport', outcome: 'refused' as const, reason: 'AccessDenied' }] }) },
    cancelScan: (_tenant, environment) => { asked.push(`cancel ${environment}`); return Promise.resolve() },
  }
}

export type TestServer = { readonly app: Express; readonly deps: RouteDeps; readonly signer: ApprovalSigner; readonly reported: readonly string[]; readonly asked: string[] }
/** The real app on a real store, as main.ts composes it, without listening. */
export async function serverOn(store: Store, over: Partial<RouteDeps> & { webFolder?: string | null; port?: number } = {}): Promise<TestServer> {
  const keys = await createSigningKey()
  const signer = await approvalSigner(keys.privateKey)
  const reported: string[] = []
  const asked: string[] = []
  const url = `http://localhost:${String(over.port ?? 8080)}`
  const deps: RouteDeps = { store, tenant, isSecure: false, sessionKey, publicUrl: url, signer, workflows: workflowsOn(store, asked), detections: [rule], remediations: [fix], playbooks: [{ playbook, digest: playbookDigest(playbook) }], version: '0.1.0', ...over }
  const app = createApp({ addresses: addressesOf(url, over.port ?? 8080), isSecure: deps.isSecure, sessionKey, callers: callersIn(store, tenant), routes: allRoutes(deps), webFolder: over.webFolder ?? null, report: (error, where) => { reported.push(`${where}: ${String(error)}`) }, signInAttempts: 10_000 })
  return { app, deps, signer, reported, asked }
}

export const person = (store: Store, name: string, role: Role): Promise<User> => withTenant(store, tenant, (db: Db) => addUser(db, tenant, { name, role }))
export const linkOf = (store: Store, user: User, url = publicUrl): Promise<string> => withTenant(store, tenant, (db) => createSignInLink(db, { tenant, userId: user.id, publicUrl: url }))
export const tokenIn = (link: string): string => link.split('#')[1] ?? ''

/** A browser that is signed in: sends Origin, cookie and CSRF token as the pages do. */
export type Browser = { readonly get: (path: string) => request.Test; readonly post: (path: string, body?: object) => request.Test; readonly cookie: string; readonly csrf: string }
export async function signIn(app: Express, store: Store, user: User): Promise<Browser> {
  const answer = await request(app).post('/api/sign-in').set({ Host: host, Origin: publicUrl }).send({ token: tokenIn(await linkOf(store, user)) })
  const cookie = String(answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
  const me = await request(app).get('/api/me').set({ Host: host, Cookie: cookie })
  const csrf = String(me.body.csrf)
  return { cookie, csrf, get: (path) => request(app).get(path).set({ Host: host, Cookie: cookie }), post: (path, body = {}) => request(app).post(path).set({ Host: host, Origin: publicUrl, Cookie: cookie, [csrfHeader]: csrf }).send(body) }
}
