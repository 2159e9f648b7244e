import type { protos as asset } from '@google-cloud/asset'
import type { protos as deny } from '@google-cloud/iam'
import type { protos as manager } from '@google-cloud/resource-manager'
import { z } from 'zod'
import type { Answer } from '../../../model/answer.ts'
import { WhittleError } from '../../../model/error.ts'
import { type Instant, instantOf } from '../../../model/instant.ts'
import { denyPolicyShape, folderShape, keyShape, membershipShape, organizationShape, policyShape, projectShape, resourcePolicyShape, roleShape, serviceAccountShape } from './shapes.ts'

/** What each kind of answer keeps: the same allow-list that reading files has. */
const shapes = {
  organizations: z.array(organizationShape), folders: z.array(folderShape), projects: z.array(projectShape), 'iam-policy': policyShape, 'deny-policies': z.array(denyPolicyShape), 'deny-policy': denyPolicyShape,
  'iam-policies': z.array(resourcePolicyShape), roles: z.array(roleShape), role: roleShape, 'service-accounts': z.array(serviceAccountShape), 'service-account-keys': z.array(keyShape), 'group-memberships': z.array(membershipShape),
} as const satisfies Record<string, z.ZodType>
export type GcpAnswer = keyof typeof shapes

// the one place where this folder meets the clock: an answer is observed when it arrives
const arrived = (): Instant => instantOf(Date.now())

/** What the client answered, as gcloud would have printed it, with the fields that Whittle uses and no others. @throws WhittleError `cloud.unavailable` on an answer of another shape */
export function recordable(kind: GcpAnswer, given: readonly unknown[], isComplete = true): Answer {
  const pages = given.map((page): unknown => {
    const kept = shapes[kind].safeParse(JSON.parse(JSON.stringify(page)))
    if (!kept.success) throw new WhittleError('cloud.unavailable', `Google Cloud answered \`${kind}\` in a shape that is not known (at \`/${kept.error.issues[0]?.path.join('/') ?? ''}\`)`, { call: kind })
    return kept.data
  })
  return { kind: 'present', pages, isComplete, observedAt: arrived() }
}
export const errorAnswer = (code: string, message: string): Answer => ({ kind: 'error', code, message, observedAt: arrived() })

type Maybe<T> = T | null | undefined
const text = (value: Maybe<string>): string | undefined => (value === null || value === '' ? undefined : value)
const list = (value: Maybe<string[]>): string[] => value ?? []
const state = (value: unknown): string => (typeof value === 'string' ? value : 'ACTIVE')

/** Version 3 of the API in the shapes of version 1, which gcloud prints. */
export const printOrganization = ({ name, displayName, directoryCustomerId, state: given }: manager.google.cloud.resourcemanager.v3.IOrganization): object =>
  ({ name, displayName, lifecycleState: state(given), owner: { directoryCustomerId: text(directoryCustomerId) } })
export const printFolder = ({ name, displayName, parent, state: given }: manager.google.cloud.resourcemanager.v3.IFolder): object => ({ name, displayName, parent, lifecycleState: state(given) })
export function printProject({ name, projectId, displayName, parent, state: given }: manager.google.cloud.resourcemanager.v3.IProject): object {
  const [type, id] = (parent ?? '').split('/')
  return { projectId, projectNumber: (name ?? '').replace('projects/', ''), name: text(displayName) ?? projectId, lifecycleState: state(given), ...(id === undefined || type === undefined ? {} : { parent: { type: type.slice(0, -1), id } }) }
}

const condition = (given: Maybe<manager.google.type.IExpr>): object =>
  (text(given?.expression) === undefined ? {} : { condition: { title: given?.title ?? '', expression: given?.expression, description: text(given?.description) } })
type Policy = manager.google.iam.v1.IPolicy | asset.google.iam.v1.IPolicy
export function printPolicy({ version, etag, bindings }: Policy): object {
  return { version: version ?? 1, etag: etag === null || etag === undefined ? undefined : Buffer.from(etag).toString('base64'), bindings: (bindings ?? []).map((binding) => ({ role: binding.role, members: list(binding.members), ...condition(binding.condition) })) }
}
export const printFound = ({ resource, assetType, project, folders, organization, policy }: asset.google.cloud.asset.v1.IIamPolicySearchResult): object =>
  ({ resource, assetType: assetType ?? '', project: text(project), folders: list(folders), organization: text(organization), policy: printPolicy(policy ?? {}) })

/** The list leaves the rules out; then so does what is printed. */
export const printDenyPolicy = ({ name, displayName, rules }: deny.google.iam.v2.IPolicy): object => ({
  name, displayName: text(displayName),
  ...((rules ?? []).length === 0 ? {} : { rules: (rules ?? []).map(({ denyRule }) => ({ denyRule: {
    deniedPrincipals: list(denyRule?.deniedPrincipals), exceptionPrincipals: list(denyRule?.exceptionPrincipals), deniedPermissions: list(denyRule?.deniedPermissions), exceptionPermissions: list(denyRule?.exceptionPermissions),
    ...(text(denyRule?.denialCondition?.expression) === undefined ? {} : { denialCondition: { title: denyRule?.denialCondition?.title ?? '', expression: denyRule?.denialCondition?.expression, description: text(denyRule?.denialCondition?.description) } }) } })) }),
})
