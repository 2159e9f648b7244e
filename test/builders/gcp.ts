import type { Answer, AnswerSource, Interpreted } from '../../model/answer.ts'
import type { Estate } from '../../model/estate.ts'
import type { GcpEstate } from '../../model/gcp.ts'
import { noAwsEstate } from '../../model/aws.ts'
import { noAzureEstate } from '../../model/azure.ts'
import { type Instant, instant } from '../../model/instant.ts'
import { answersInMemory, encodeArgument } from '../../clouds/estate-directory.ts'
import { interpretGcp, principalsOfGcp } from '../../clouds/gcp/collect/index.ts'

export const now: Instant = instant('2026-02-01T00:00:00Z')
export const organization = '300000000001'
export const top = `gcp/${organization}`
export const robot = 'deployer@acme-prod.iam.gserviceaccount.com'
export const robotId = '100000000000000000001'

/** Answers by path; null = the call was refused; undefined = not exported. */
export type Answers = Readonly<Record<string, unknown>>
export type Binding = { readonly role: string; readonly members: readonly string[]; readonly condition?: { readonly expression: string; readonly title: string; readonly description?: string } }
export const policy = (...bindings: readonly Binding[]): unknown => ({ version: 3, etag: 'BwYAAAAAAAA=', bindings })
export const refused: Answer = { kind: 'error', code: 'PERMISSION_DENIED', message: 'the caller does not have permission', observedAt: now }

/** Acme: organization › folder 400000000001 › project acme-prod, everything read, nothing granted, one service account without keys. */
export const quiet: Answers = {
  [`${top}/organizations`]: [{ name: `organizations/${organization}`, displayName: 'acme.example', lifecycleState: 'ACTIVE', owner: { directoryCustomerId: 'C00000001' } }],
  [`${top}/folders`]: [{ name: 'folders/400000000001', displayName: 'production', lifecycleState: 'ACTIVE', parent: `organizations/${organization}` }],
  [`${top}/projects`]: [{ projectId: 'acme-prod', projectNumber: '500000000001', name: 'Acme production', lifecycleState: 'ACTIVE', parent: { type: 'folder', id: '400000000001' } }],
  [`${top}/iam-policy`]: policy(), [`${top}/deny-policies`]: [], [`${top}/iam-policies`]: [], [`${top}/roles`]: [],
  [`${top}/folders/400000000001/iam-policy`]: policy(), [`${top}/folders/400000000001/deny-policies`]: [],
  [`${top}/acme-prod/iam-policy`]: policy(), [`${top}/acme-prod/deny-policies`]: [],
  [`${top}/acme-prod/service-accounts`]: [{ name: `projects/acme-prod/serviceAccounts/${robot}`, email: robot, uniqueId: robotId, displayName: 'deployer', projectId: 'acme-prod' }],
  [`${top}/acme-prod/service-account-keys/${encodeArgument(robot)}`]: [],
}

export const role = (name: string, ...includedPermissions: readonly string[]): unknown => ({ name, title: name, stage: 'GA', includedPermissions })
export const members = (...ids: readonly string[]): unknown => ids.map((id) => ({ name: `groups/1/memberships/${id}`, preferredMemberKey: { id }, roles: [{ name: 'MEMBER' }] }))

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && 'kind' in value && 'observedAt' in value
export function sourceOf(answers: Answers): AnswerSource {
  const entries = Object.entries(answers).filter(([, page]) => page !== undefined)
    .map(([path, page]): [string, Answer] => [path, isAnswer(page) ? page : { kind: 'present', pages: [page], isComplete: true, observedAt: now }])
  return answersInMemory(new Map(entries), now)
}
export const interpreted = (over: Answers = {}): Interpreted<GcpEstate> => interpretGcp(sourceOf({ ...quiet, ...over }))
export const gcpEstate = (over: Answers = {}): GcpEstate => interpreted(over).value
export function estateWithGcp(over: Answers = {}): Estate {
  const { value, problems, unread } = interpreted(over)
  return { asOf: now, label: null, aws: noAwsEstate, azure: noAzureEstate, gcp: value, principals: principalsOfGcp(value), problems, unread }
}
export const inProject = (...bindings: readonly Binding[]): Answers => ({ [`${top}/acme-prod/iam-policy`]: policy(...bindings) })
export const inFolder = (...bindings: readonly Binding[]): Answers => ({ [`${top}/folders/400000000001/iam-policy`]: policy(...bindings) })
export const inOrganization = (...bindings: readonly Binding[]): Answers => ({ [`${top}/iam-policy`]: policy(...bindings) })
