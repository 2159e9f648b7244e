import type { AwsAccount, AwsEstate, AwsGroup, AwsManagedPolicy, AwsPolicyDocument, AwsRole, AwsUser } from '../../../model/aws.ts'
import type { Gap } from '../../../model/known.ts'
import type { Facts } from './condition.ts'
import { type Guardrails, guardrailsOver, type Layer } from './guardrails.ts'

/** An account with its names looked up once. */
export type IndexedAccount = {
  readonly account: AwsAccount
  readonly policies: ReadonlyMap<string, AwsManagedPolicy>
  readonly groups: ReadonlyMap<string, AwsGroup>
  readonly guardrails: Guardrails
  readonly organizationId: string | null
}
/** One document that a principal's permissions come from. `policy` is the ARN, or `<owner's ARN>#<inline name>`. */
export type Grant = { readonly policy: string; readonly document: AwsPolicyDocument }
/** All that decides what one principal may do by identity: what grants, what bounds, and what of either was not read. */
export type Policies = {
  readonly grants: readonly Grant[]
  /** Policies of the principal that were not read: they may allow or deny anything. */
  readonly gaps: readonly Gap[]
  /** Permissions boundary and levels of service control policies: each must allow. */
  readonly layers: readonly Layer[]
  /** Guardrails that are not even known to be there. */
  readonly layerGaps: readonly Gap[]
  readonly facts: Facts
}

export function indexAccount(estate: AwsEstate, account: AwsAccount): IndexedAccount {
  return {
    account, policies: new Map(account.policies.values.map((policy) => [policy.arn, policy])), groups: new Map(account.groups.values.map((group) => [group.name, group])),
    guardrails: guardrailsOver(estate, account.id), organizationId: estate.organization.kind === 'present' ? estate.organization.value.id : null,
  }
}

/** What decides for a user or role: its own policies and its groups', its boundary, its account's service control policies (never for service-linked roles). */
export function policiesOf(indexed: IndexedAccount, principal: AwsUser | AwsRole): Policies {
  const gaps: Gap[] = []
  const groups = 'groups' in principal ? principal.groups.flatMap((name) => {
    const group = indexed.groups.get(name)
    if (group === undefined) gaps.push({ what: `the group ${name} of ${indexed.account.id}`, why: 'not-exported', reason: `the group \`${name}\` of \`${principal.arn}\` was not read` })
    return group ?? []
  }) : []
  const grants = [principal, ...groups].flatMap((owner): readonly Grant[] => [
    ...owner.inlinePolicies.map(({ name, document }) => ({ policy: `${owner.arn}#${name}`, document })),
    ...owner.attachedPolicies.flatMap(({ arn }) => managed(indexed, arn, gaps)),
  ])
  const boundary = principal.boundary === null ? [] : [boundaryLayer(indexed, principal.boundary)]
  const isExempt = 'isServiceLinked' in principal && principal.isServiceLinked
  const { layers, gaps: layerGaps } = isExempt ? { layers: [], gaps: [] } : indexed.guardrails
  return { grants, gaps, layers: [...boundary, ...layers], layerGaps, facts: factsOf(indexed, principal) }
}

function managed(indexed: IndexedAccount, arn: string, gaps: Gap[]): readonly Grant[] {
  const policy = indexed.policies.get(arn)
  const version = policy?.versions.find((one) => one.isDefault) ?? policy?.versions.find((one) => one.id === policy.defaultVersionId)
  if (version !== undefined) return [{ policy: arn, document: version.document }]
  gaps.push({ what: `the policy ${arn}`, why: 'not-exported', reason: `the policy \`${arn}\` is attached, but its document was not read` })
  return []
}

function boundaryLayer(indexed: IndexedAccount, arn: string): Layer {
  const gaps: Gap[] = []
  return { name: `permissions boundary ${arn}`, documents: managed(indexed, arn, gaps), gaps }
}

function factsOf({ account, organizationId }: IndexedAccount, principal: AwsUser | AwsRole): Facts {
  const isUser = 'groups' in principal
  const values = new Map<string, string>([
    ['aws:principalarn', principal.arn], ['aws:principalaccount', account.id], ['aws:principaltype', isUser ? 'User' : 'AssumedRole'], ['aws:principalisawsservice', 'false'],
  ])
  if (organizationId !== null) values.set('aws:principalorgid', organizationId)
  if (isUser) {
    values.set('aws:username', principal.name).set('aws:userid', principal.id)
    // because a role's session may carry tags of its own, only a user's are certain
    for (const { key, value } of principal.tags) values.set(`aws:principaltag/${key.toLowerCase()}`, value)
  }
  return { values }
}
