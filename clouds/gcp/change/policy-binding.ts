import { z } from 'zod'
import type { Change, ChangeKindAbout, Tier } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { GcpBinding } from '../../../model/gcp.ts'
import type { Json } from '../../../model/json.ts'
import { canonicalHash } from '../../canonical.ts'
import { canonicalMember, parseMember } from '../member.ts'
import { parseContainer } from '../resource-name.ts'

const conditionSchema = z.object({ title: z.string().default(''), expression: z.string().min(1), description: z.string().nullish().transform((text) => text ?? '') })
/**
 * One member in one role of one container's allow policy. `grantsAdministrator` is what the role makes of its holder there (CONTRACTS §4), read from the
 * role itself: a role that becomes an administrator's after the approval is drift. A role that cannot be read counts as one.
 */
export const bindingStateSchema = z.strictObject({
  resource: z.string().refine((name) => parseContainer(name) !== null, 'is no project, folder or organization'), role: z.string().regex(/^[^|\s]+$/).min(1),
  member: z.string().refine((text) => parseMember(text) !== null, 'is no member').transform(canonicalMember), condition: conditionSchema.nullable(), grantsAdministrator: z.boolean(),
})
export type BindingState = z.output<typeof bindingStateSchema>
export type BindingName = { readonly resource: string; readonly role: string; readonly member: string; readonly conditionHash: string }

/** SHA-256 of the condition, `-` without one. */
export const conditionHashOf = (condition: z.input<typeof conditionSchema> | null): string => (condition === null ? '-' : canonicalHash(conditionSchema.parse(condition)))
/** `<resource>|<role>|<member>|<condition>`. */
export const bindingTarget = ({ resource, role, member, condition }: Pick<BindingState, 'resource' | 'role' | 'member'> & { readonly condition: z.input<typeof conditionSchema> | null }): string =>
  `${resource}|${role}|${canonicalMember(member)}|${conditionHashOf(condition)}`

/** @throws WhittleError `change.refused` on a target that is no binding's */
export function parseBindingTarget(target: string): BindingName {
  const [resource = '', role = '', ...rest] = target.split('|')
  const conditionHash = rest.pop() ?? ''
  const member = rest.join('|')
  if (parseContainer(resource) === null || role === '' || parseMember(member) === null || !/^(-|[0-9a-f]{64})$/.test(conditionHash)) throw new WhittleError('change.refused', `\`${target}\` names no policy binding; expected \`<resource>|<role>|<member>|<condition>\``)
  return { resource, role, member, conditionHash }
}

const stateOf = (state: Json): BindingState | null => {
  if (state === null) return null
  const parsed = bindingStateSchema.safeParse(state)
  if (!parsed.success) throw new WhittleError('change.refused', `the state of a policy binding is not understood: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}; propose the change again`)
  return parsed.data
}
const stateIn = ({ before, after }: Change): BindingState => {
  const state = stateOf(after) ?? stateOf(before)
  if (state === null) throw new WhittleError('change.refused', 'a change of a policy binding from nothing to nothing changes nothing')
  return state
}

/** The binding is taken out (`isThere: false`) or put in. */
export function bindingChange(state: BindingState, isThere: boolean): Change {
  const canonical = stateOf(state)
  const [before, after] = isThere ? [null, canonical] : [canonical, null]
  return { kind: 'gcp.policy-binding', target: bindingTarget(state), before, after, base: canonicalHash(before) }
}

/** Pure knowledge of one (resource, role, condition, member) in an allow policy. The etag of the policy is the precondition of the write and in no base. */
export const gcpPolicyBinding: ChangeKindAbout = {
  kind: 'gcp.policy-binding',
  permissions: ['resourcemanager.projects.getIamPolicy', 'resourcemanager.projects.setIamPolicy', 'resourcemanager.folders.getIamPolicy', 'resourcemanager.folders.setIamPolicy',
    'resourcemanager.organizations.getIamPolicy', 'resourcemanager.organizations.setIamPolicy', 'iam.roles.get'],
  isReversible: true,
  canonical: stateOf,
  tier: (change) => tierOf(stateIn(change)),
  reducesOnly: ({ after }) => after === null,
  describe(change) {
    const { resource, role, member, condition } = stateIn(change)
    return `\`${member}\` ${change.after === null ? 'loses' : 'gets'} \`${role}\` on \`${resource}\`${condition === null ? '' : ` (where \`${condition.expression}\`)`}`
  },
  apiCalls(change) {
    const { resource, role, member, condition } = stateIn(change)
    const collection = resource.slice(0, resource.indexOf('/'))
    const delta = `${change.after === null ? 'without' : 'with'} \`${member}\` in \`${role}\`${condition === null ? '' : ` under \`${condition.title}\``}, everything else and the etag as just read`
    return [`cloudresourcemanager v3 ${collection}.getIamPolicy ${resource} (requestedPolicyVersion 3)`, `cloudresourcemanager v3 ${collection}.setIamPolicy ${resource}: ${delta}`]
  },
  affects(change) {
    const { member } = stateIn(change)
    const uid = parseMember(member)?.uid
    return uid === null || uid === undefined ? [member] : [member, uid]
  },
}

/**
 * high: the role makes an administrator there; the binding stands on a folder or the organization; or it is everybody's (`allUsers`, a domain), so that
 * changing it reaches the whole project. medium: one member's role in one project, because taking it out narrows one identity in one project and nothing else
 * of the project: also a Token Creator, who may act as others but is no administrator. Never low: a binding is no credential.
 */
function tierOf({ resource, member, grantsAdministrator }: BindingState): Tier {
  const reachesEverybody = ['everyone', 'domain', 'convenience'].includes(parseMember(member)?.kind ?? 'everyone')
  return grantsAdministrator || reachesEverybody || parseContainer(resource)?.kind !== 'project' ? 'high' : 'medium'
}

/** Bindings as both the API and gcloud write them. */
export type RawBinding = { readonly role: string; readonly members: readonly string[]; readonly condition?: { readonly title?: string | undefined; readonly expression: string; readonly description?: string | null | undefined } | null | undefined }

const isNamed = ({ role, conditionHash }: BindingName, binding: RawBinding): boolean => binding.role === role && conditionHashOf(binding.condition ?? null) === conditionHash

/** The binding that `name` names as it stands in the policy, without what its role gives; null where it is not there. */
export function findBinding(bindings: readonly RawBinding[], name: BindingName): Omit<BindingState, 'grantsAdministrator'> | null {
  const found = bindings.find((binding) => isNamed(name, binding) && binding.members.some((member) => canonicalMember(member) === name.member))
  if (found === undefined) return null
  return { resource: name.resource, role: name.role, member: name.member, condition: found.condition === null || found.condition === undefined ? null : conditionSchema.parse(found.condition) }
}

/** The bindings with this one change made and nothing else: a delta, so that it can be made again on a policy that somebody else has changed meanwhile. */
export function withChange<T extends RawBinding>(bindings: readonly T[], change: Change): readonly (T | RawBinding)[] {
  const name = parseBindingTarget(change.target)
  if (change.after === null) {
    return bindings.flatMap((binding) => {
      if (!isNamed(name, binding)) return [binding]
      const members = binding.members.filter((member) => canonicalMember(member) !== name.member)
      return members.length === 0 && binding.members.length > 0 ? [] : [{ ...binding, members }]
    })
  }
  if (findBinding(bindings, name) !== null) return bindings
  const { role, member, condition } = stateIn(change)
  const index = bindings.findIndex((binding) => isNamed(name, binding))
  if (index >= 0) return bindings.map((binding, at) => (at === index ? { ...binding, members: [...binding.members, member] } : binding))
  const written = condition === null ? {} : { condition: { title: condition.title, expression: condition.expression, ...(condition.description === '' ? {} : { description: condition.description }) } }
  return [...bindings, { role, members: [member], ...written }]
}

/** A binding of the estate as the state of a change. */
export const stateOfBinding = (resource: string, binding: GcpBinding, member: string, grantsAdministrator: boolean): BindingState =>
  bindingStateSchema.parse({ resource, role: binding.role, member, condition: binding.condition, grantsAdministrator })
