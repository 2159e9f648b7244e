import { createHash } from 'node:crypto'
import type { Finding } from '../../model/finding.ts'
import { instant } from '../../model/instant.ts'
import type { Plan } from '../../model/plan.ts'
import type { Card } from '../../integrations/slack/render.ts'

export const cardDigest = createHash('sha256').update('a plan').digest('hex')
const base = createHash('sha256').update('before').digest('hex')

export const findingOf = (over: Partial<Finding> = {}): Finding => ({
  id: 'f_0123456789abcdef01234567', detection: 'aws-access-key-unused', title: 'Access key is active but unused', severity: 'high', likelihood: 3, impact: 3, certainty: 'certain',
  cloud: 'aws', account: '100000000001', principal: 'arn:aws:iam::100000000001:user/deploy', resource: null, summary: 'access key `AKIAEXAMPLE0000000001` idle for 200 days',
  evidence: { createdAt: '2025-01-01T00:00:00.000Z', idleDays: 200 }, paths: [], fixes: ['deactivate-access-key'], ...over,
})

export const planOf = (over: Partial<Plan> = {}): Plan => ({
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', tenant: 'default', environment: 'sandbox', cloud: 'aws', account: '100000000001', requester: { kind: 'person', userId: 'you' },
  findings: ['f_0123456789abcdef01234567'], remediation: 'deactivate-access-key', options: {}, title: 'Deactivate an unused access key', reason: 'nobody has used it for 200 days', playbook: null,
  approvalPolicy: { digest: base, quorum: 1, eligible: ['approver', 'admin'] }, budgetClass: 'default', tier: 'low',
  changes: [{ kind: 'aws.access-key.status', target: 'arn:aws:iam::100000000001:user/deploy#AKIAEXAMPLE0000000001', before: { status: 'Active' }, after: { status: 'Inactive' }, base }],
  inverse: [{ kind: 'aws.access-key.status', target: 'arn:aws:iam::100000000001:user/deploy#AKIAEXAMPLE0000000001', before: { status: 'Inactive' }, after: { status: 'Active' }, base }],
  irreversible: [], reducesOnly: true, apiCalls: ['iam:UpdateAccessKey UserName=deploy AccessKeyId=AKIAEXAMPLE0000000001 Status=Inactive'], affects: ['arn:aws:iam::100000000001:user/deploy'],
  createdAt: instant('2026-02-01T00:00:00Z'), notAfter: instant('2026-02-04T00:00:00Z'), rollbackNotAfter: instant('2026-02-11T00:00:00Z'), ...over,
})

export const cardOf = (over: Partial<Card> = {}): Card => ({
  plan: planOf(), digest: cardDigest, state: 'awaiting-approval', stateReason: null, finding: findingOf(), requester: 'you', decisions: [],
  nonce: 'n0nce-0123456789abcdef', publicUrl: 'http://localhost:8080', asOf: instant('2026-02-01T12:00:00Z'), ...over,
})
