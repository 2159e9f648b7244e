import type { AwsEstate, AwsOrganization, AwsPolicyDocument, AwsScpAttachments } from '../../../model/aws.ts'
import type { Gap } from '../../../model/known.ts'

/** The policies that hold together at one place: the permissions boundary, or one level (root, unit, account) of the organization. Each layer must allow. */
export type Layer = { readonly name: string; readonly documents: readonly { readonly policy: string; readonly document: AwsPolicyDocument }[]; readonly gaps: readonly Gap[] }
/** The layers over an account, from the root down; `gaps` names what was not read of the tree itself. */
export type Guardrails = { readonly layers: readonly Layer[]; readonly gaps: readonly Gap[] }

// because every organization starts with it, it cannot be changed, and exports often leave it out
const fullAccess: AwsPolicyDocument = { version: '2012-10-17', gaps: [], statements: [{
  sid: null, index: 0, effect: 'Allow', actions: { isNot: false, patterns: ['*'] }, resources: { isNot: false, patterns: ['*'] }, principals: null, conditions: [] }] }
const none: Guardrails = { layers: [], gaps: [] }
const unread = (gap: Gap): Guardrails => ({ layers: [], gaps: [gap] })

/** The service control policies over an account. None for the management account and where the organization has them off. */
export function guardrailsOver(estate: AwsEstate, accountId: string): Guardrails {
  const { organization: known } = estate
  if (known.kind === 'absent') return none
  if (known.kind === 'unreadable') return unread({ what: 'aws/organization/describe-organization', why: known.why, reason: known.reason })
  const organization = known.value
  if (accountId === organization.managementAccountId) return none
  const isOn = organization.hasServiceControlPolicies
  if (isOn.kind === 'present' && !isOn.value) return none
  const { targets, gaps } = chainOf(organization, accountId)
  if (isOn.kind === 'unreadable') gaps.push({ what: 'aws/organization/list-roots', why: isOn.why, reason: `whether service control policies are on is unknown: ${isOn.reason}` })
  return { layers: targets.map((target) => layerAt(organization, target)), gaps }
}

/** Root, units and the account itself, in that order. */
function chainOf(organization: AwsOrganization, accountId: string): { targets: readonly string[]; gaps: Gap[] } {
  const parentOf = new Map(organization.parents.values.map((row) => [row.child, row.parent]))
  const targets = [accountId]
  const gaps: Gap[] = []
  for (let at = accountId; !at.startsWith('r-'); ) {
    const parent = parentOf.get(at)
    if (parent === undefined || targets.includes(parent)) {
      const why = organization.parents.gaps[0] ?? { what: 'aws/organization', why: 'not-exported' as const, reason: `\`${at}\` is under no root of the organization \`${organization.id}\`` }
      gaps.push({ ...why, reason: `the service control policies above \`${at}\` are unknown: ${why.reason}` })
      break
    }
    targets.unshift(parent)
    at = parent
  }
  return { targets, gaps }
}

function layerAt(organization: AwsOrganization, target: string): Layer {
  const row: AwsScpAttachments | undefined = organization.attachments.find((one) => one.target === target)
  const name = `service control policies at ${target}`
  if (row?.policies.kind !== 'present') {
    const what = `aws/organization/list-policies-for-target/${target}`
    const known = row?.policies
    return { name, documents: [], gaps: [known?.kind === 'unreadable' ? { what, why: known.why, reason: known.reason } : { what, why: 'not-exported', reason: `the ${name} were not exported` }] }
  }
  const gaps: Gap[] = []
  const documents = row.policies.value.flatMap((attached) => {
    const found = organization.serviceControlPolicies.find((one) => one.id === attached.id)?.document
    if (found?.kind === 'present') return [{ policy: attached.id, document: found.value }]
    if (attached.id === 'p-FullAWSAccess') return [{ policy: attached.id, document: fullAccess }]
    gaps.push({ what: `aws/organization/describe-policy/${attached.id}`, why: found?.kind === 'unreadable' ? found.why : 'not-exported', reason: `the service control policy \`${attached.name}\` at \`${target}\` was not read` })
    return []
  })
  return { name, documents, gaps }
}
