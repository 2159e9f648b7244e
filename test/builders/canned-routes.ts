import { api, type ApiName } from '../../model/api.ts'
import type { Role } from '../../model/approval.ts'
import { diffOf } from '../../model/diff.ts'
import { instantOf } from '../../model/instant.ts'
import type { Caller } from '../../server/caller.ts'
import type { Routes } from '../../server/app.ts'
import { hashToken } from '../../server/secret-token.ts'
import type { CallerStore } from '../../server/session.ts'
import type { PlanDetail, RiskDetail } from '../../model/views.ts'

const hour = (hours: number) => instantOf(Date.parse('2026-02-01T09:00:00Z') + hours * 3_600_000)
const arn = 'arn:aws:iam::100000000001:user/ci/deploy-legacy'

/** One risk as the contract has it; the names are hostile where a cloud lets people choose them. */
export const cannedRisk = (over: Partial<RiskDetail> = {}): RiskDetail => ({
  id: 'f_000000000000000000000001', detection: 'aws-access-key-unused', title: 'Access key is active but unused', severity: 'high', certainty: 'certain', cloud: 'aws', environment: 'sandbox', account: '100000000001',
  principal: arn, resource: null, summary: 'access key `AKIAEXAMPLE00000001` idle for 212 days', state: 'open', firstSeenAt: hour(-60), lastSeenAt: hour(-1), isStale: false,
  likelihood: 3, impact: 3, why: 'A key that nobody uses is a door that nobody watches.', source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
  frameworks: [{ framework: 'CIS AWS 3.0', control: '1.12' }], blindSpots: ['use within the last hours is not reported yet'], evidence: { createdAt: hour(-9000), lastUsedAt: null, idleDays: 212, status: 'Active', groups: ['deployers', 'legacy'] }, paths: [],
  fixes: [{ id: 'deactivate-access-key', title: 'Deactivate the access key', effect: 'Programs that still use the key are refused until it is activated again.' }], plans: [], ticket: null,
  timeline: [{ at: hour(-60), what: 'found', who: 'scan of sandbox', note: null, plan: null }], reopenedCount: 0, mutedUntil: null, stateReason: null, ...over,
})
const target = `${arn}#AKIAEXAMPLE00000001`
const active = { status: 'Active', userId: 'AIDAEXAMPLE0000000001' }
const inactive = { ...active, status: 'Inactive' }
const change = { kind: 'aws.access-key.status', target, before: active, after: inactive, base: 'a'.repeat(64), diff: diffOf(active, inactive) } as const
export const cannedPlan = (over: Partial<PlanDetail> = {}): PlanDetail => ({
  id: '01KGA00000000000000000PAN1', title: 'Deactivate access key AKIAEXAMPLE00000001', state: 'awaiting-approval', stateReason: null, tier: 'low', cloud: 'aws', environment: 'sandbox', account: '100000000001', requestedBy: 'you',
  createdAt: hour(0), notAfter: hour(72), digestPrefix: 'b'.repeat(12), approvals: 0, quorum: 1, reason: 'idle for 212 days', digest: 'b'.repeat(64), remediation: 'deactivate-access-key',
  findings: [{ id: 'f_000000000000000000000001', title: 'Access key is active but unused' }], changes: [change], inverse: [{ ...change, before: inactive, after: active, diff: diffOf(inactive, active) }],
  apiCalls: ['iam:UpdateAccessKey UserName=deploy-legacy AccessKeyId=AKIAEXAMPLE00000001 Status=Inactive'], affects: [arn], irreversible: [], reducesOnly: true, rollbackNotAfter: hour(240), decisions: [], steps: [],
  timeline: [{ at: hour(0), what: 'requested', who: 'you', note: null, plan: null }], mayDecide: { isAllowed: true, why: null }, mayUndo: { isAllowed: false, why: 'nothing was written yet' }, mayCancel: { isAllowed: true, why: null }, ...over,
})

/** What every endpoint answers; each handler's answer is parsed by the contract, so a canned answer that does not fit fails the test. */
const answers = (risk: RiskDetail, plan: PlanDetail): Record<ApiName, (caller: Caller | null) => unknown> => {
  const done = () => ({ done: true })
  const user = { id: 'user-you', name: 'you', role: 'admin', isActive: true, createdAt: hour(-90), lastSeenAt: hour(0), slack: null }
  const token = { id: 'token-1', label: 'laptop', scopes: ['read'], createdAt: hour(-3), expiresAt: hour(900), lastUsedAt: null }
  const newToken = () => ({ token: `whittle_${'x'.repeat(43)}`, row: token, name: 'you', role: 'admin' })
  const link = () => ({ user, url: `http://localhost:8080/sign-in#${'x'.repeat(43)}`, expiresAt: hour(1) })
  const killSwitch = { isOn: false, by: null, at: null, reason: null }
  const scan = { id: 'scan-1', environment: 'sandbox', state: 'partial', startedBy: 'schedule', startedAt: hour(-1), endedAt: hour(0), accountsDone: 4, accountsTotal: 4, step: 'done', opened: 25, resolved: 0, unread: 2, problems: 1, reason: null }
  const run = { id: 'run-1', playbook: 'fix-with-approval', title: risk.title, digestPrefix: 'c'.repeat(12), state: 'waiting', finding: risk.id, plan: plan.id, startedBy: 'you', startedAt: hour(0), endedAt: null, waitingFor: 'an approval' }
  const facet = (value: string) => [{ value, label: value, count: 1 }]
  return {
    signIn: done, signInForToken: newToken, signOut: done,
    me: (caller) => ({ id: caller?.userId, name: caller?.name, role: caller?.role, csrf: null, killSwitch, awaitingApproval: 1, version: '0.1.0' }),
    risks: () => ({ rows: [risk], next: null, total: 1, facets: { severity: facet(risk.severity), cloud: facet('aws'), detection: facet(risk.detection), environment: facet('sandbox'), account: facet(risk.account), state: facet('open') } }),
    risk: () => risk, previewFix: () => ({ ...plan, remediation: 'deactivate-access-key' }),
    plans: () => ({ rows: [plan], next: null }), plan: () => plan, requestPlan: () => ({ id: plan.id }), planNonce: () => ({ nonce: 'n'.repeat(32), digest: plan.digest }),
    decide: () => plan, undo: () => plan, cancelPlan: () => plan,
    scans: () => ({ rows: [scan], next: null }), startScan: () => ({ id: scan.id }), cancelScan: done,
    scan: () => ({ ...scan, accounts: [{ account: '100000000001', cloud: 'aws', state: 'done', step: 'done', reason: null }], coverage: [{ detection: 'aws-access-key-unused', judged: 9, passed: 6, violated: 2, unknown: 1, notApplicable: 0 }],
      unreadFacts: [{ what: 'aws/100000000002/global/iam/get-credential-report', why: 'refused', subjects: 3 }], unknown: [{ detection: 'aws-access-key-unused', subject: 'AIDAEXAMPLE0000000009', reason: 'the credential report was refused' }], brokenFiles: [{ file: 'azure/x.json', position: '3:14', reason: 'not JSON' }] }),
    environments: () => ({ rows: [{ name: 'sandbox', kind: 'sandbox', isEnabled: true, schedule: '6h', accounts: ['100000000001'], openRisks: 25, lastScan: { id: scan.id, state: 'partial', startedAt: hour(-1), endedAt: hour(0) } }] }),
    enableEnvironment: done, disableEnvironment: done,
    testEnvironment: () => ({ environment: 'sandbox', isReadable: false, missing: ['iam:GenerateCredentialReport'], checks: [{ what: 'credential report', permission: 'iam:GenerateCredentialReport', outcome: 'refused', reason: 'AccessDenied' }] }),
    users: () => ({ rows: [user] }), addUser: link, disableUser: done, enableUser: done, signInLink: link,
    tokens: () => ({ rows: [token] }), createToken: newToken, revokeToken: done, killSwitch: () => killSwitch, setKillSwitch: () => killSwitch,
    playbooks: () => ({ rows: [{ id: 'fix-with-approval', title: 'Ask the owner, then fix', mode: 'ask', digestPrefix: 'c'.repeat(12), steps: ['open-ticket', 'ask', 'apply', 'verify', 'notify'] }] }),
    runs: () => ({ rows: [run], next: null }), run: () => ({ ...run, steps: [{ id: 'ticket', kind: 'open-ticket', state: 'done', startedAt: hour(0), endedAt: hour(0), note: null }, { id: 'ask', kind: 'ask', state: 'waiting', startedAt: hour(0), endedAt: null, note: 'asked the approvers' }] }),
    startRun: () => ({ id: run.id }),
    audit: () => ({ rows: [{ sequence: 1, at: hour(0), actor: 'you', action: 'plan.requested', subject: plan.id, details: {}, hashPrefix: 'd'.repeat(12) }], next: null }),
    verifyAudit: () => ({ isIntact: true, rows: 1, head: 'd'.repeat(64), brokenAt: null, reason: null }),
    slackLink: () => ({ team: 'T0001', slackUser: 'U0001', slackName: 'someone', user: 'you' }), confirmSlackLink: done,
  }
}

/** Every route of the contract with canned answers: for what stands before the handlers (guards) and after them (pages). */
export function cannedRoutes(risk: RiskDetail = cannedRisk(), plan: PlanDetail = cannedPlan()): Routes {
  const canned = answers(risk, plan)
  const route = (name: ApiName): Routes[ApiName] => ({ endpoint: api[name], run: async (_request, response, caller) => { response.set('Cache-Control', 'private, no-cache').json(api[name].answer.parse(canned[name](caller))) } })
  const names = Object.keys(api).filter((name): name is ApiName => name in api)
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- because `names` are all names of the contract
  return Object.fromEntries(names.map((name) => [name, route(name)])) as Routes
}

/** Callers by the clear text of their credential: `session-<role>` padded to 43 characters, `whittle_<role>…` for tokens. */
export const sessionSecret = (role: Role): string => `session-${role}`.padEnd(43, '0')
export const tokenSecret = (role: Role): string => `whittle_${role}`.padEnd(43, '0')
export function cannedCallers(roles: readonly Role[]): CallerStore {
  const caller = (role: Role, authStrength: 'session' | 'token', credential: string): Caller => ({ userId: `user-${role}`, name: role, role, tenant: 'default', authStrength, credential, scopes: authStrength === 'token' ? ['read', 'request', 'decide', 'admin'] : null })
  const find = (strength: 'session' | 'token', secret: (role: Role) => string) => (hash: string) => {
    const role = roles.find((value) => hashToken(secret(value)) === hash)
    return Promise.resolve(role === undefined ? null : caller(role, strength, hash))
  }
  return { bySession: find('session', sessionSecret), byToken: find('token', tokenSecret) }
}
