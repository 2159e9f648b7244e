import { z } from 'zod'
import { accountOf, canonicalMember, containerSites, grantsAdministrator, remainingAdministrator, withGroupMembers } from '../analysis/gcp-access.ts'
import { bindingChange, bindingTarget, type BindingState, gcpPolicyBinding, stateOfBinding } from '../clouds/gcp/change/policy-binding.ts'
import { parseContainer } from '../clouds/gcp/resource-name.ts'
import type { Change, Tier } from '../model/change.ts'
import type { Estate } from '../model/estate.ts'
import type { Finding } from '../model/finding.ts'
import type { Remediation } from '../model/remediation.ts'
import { err, ok, type Result } from '../model/result.ts'

const namedSchema = z.object({ resource: z.string(), role: z.string(), member: z.string(), condition: z.object({ title: z.string(), expression: z.string(), description: z.string().nullable() }).nullable() })
const evidenceSchema = z.object({ bindings: z.array(namedSchema) })
const optionsSchema = z.strictObject({ role: z.string().optional() })
type Named = z.output<typeof namedSchema>

/** The member is out of every role that the finding names (or the one that the option `role` names), one change each, and everybody else keeps theirs. */
export const removePolicyBinding: Remediation = {
  id: 'remove-policy-binding',
  title: 'Take the member out of the role',
  effect: 'The member loses what the role gives at once (Google needs up to 7 minutes to follow everywhere). Jobs and people that need it fail until they get a narrower role; undo puts the binding back as it was.',
  kinds: ['gcp.policy-binding'],
  propose(finding, estate, options) {
    const chosen = optionsSchema.safeParse(options)
    if (!chosen.success) return err('the only option of this fix is `role`, the full name of one role that the finding names')
    const evidence = evidenceSchema.safeParse(finding.evidence)
    if (!evidence.success || evidence.data.bindings.length === 0) return err('the finding names no binding of the member itself: what is inherited or held through a group is taken away where it is granted')
    const wanted = evidence.data.bindings.filter(({ role }) => role === (chosen.data.role ?? role))
    if (wanted.length === 0) return err(`\`${chosen.data.role ?? ''}\` is none of the roles that cause the finding`)
    const states: BindingState[] = []
    for (const named of wanted) {
      const state = stateToRemove(finding, estate, named)
      if (!state.ok) return state
      states.push(state.value)
    }
    const changes = states.map((state) => bindingChange(state, false))
    const tiers = changes.map((change) => gcpPolicyBinding.tier(change))
    const tier = (['high', 'medium', 'low'] as const satisfies readonly Tier[]).find((each) => tiers.includes(each)) ?? 'high'
    return ok({
      remediation: 'remove-policy-binding', cloud: 'gcp', account: accountOf(finding.resource ?? finding.account), title: changes.map((change) => gcpPolicyBinding.describe(change)).join('; '),
      reason: finding.summary, changes, inverse: states.map((state) => bindingChange(state, true)).reverse(), irreversible: [], apiCalls: changes.flatMap((change) => gcpPolicyBinding.apiCalls(change)),
      affects: [...new Set(changes.flatMap((change) => affected(change, estate)))], tier, reducesOnly: true,
    })
  },
}

function stateToRemove(finding: Finding, estate: Estate, named: Named): Result<BindingState, string> {
  const { resource, role } = named
  const member = canonicalMember(named.member)
  const text = `\`${member}\` in \`${role}\` on \`${resource}\``
  if (parseContainer(resource) === null) return err(`policies of \`${resource}\` are not changed by this fix, only those of projects, folders and organizations; take ${text} out with the command of its own service (\`gcloud … remove-iam-policy-binding\`)`)
  if (finding.resource !== null && finding.resource !== resource) return err(`${text} is inherited by \`${finding.resource}\`: taking it out there takes it from everything below \`${resource}\`. Fix the finding of \`${resource}\` instead`)
  if (finding.principal !== null && member !== canonicalMember(finding.principal)) return err(`\`${finding.principal}\` holds \`${role}\` through \`${member}\`: take it out of the group instead, or everybody in the group loses the role`)
  const policy = containerSites(estate).find((site) => site.resource === resource)?.policy
  if (policy?.kind !== 'present') return err(`the allow policy of \`${resource}\` was not read; scan again with \`resourcemanager.projects.getIamPolicy\` granted`)
  const binding = policy.value.bindings.find((each) => bindingTarget({ resource, role: each.role, member, condition: each.condition }) === bindingTarget({ resource, role, member, condition: named.condition }) && each.members.map(canonicalMember).includes(member))
  if (binding === undefined) return err(`${text} is no longer there; scan again`)
  const isAdministrator = grantsAdministrator(estate.gcp, role, resource) !== false
  const isLast = isAdministrator && remainingAdministrator(estate, resource, { resource, role, member, hasCondition: binding.condition !== null }) === null
  if (isLast) return err(`${text} is the last way in which a person administers \`${resource}\`, as far as is known: give somebody else a role that may set its policy first, or nobody can`)
  return ok(stateOfBinding(resource, binding, member, isAdministrator))
}

/** The principals of the change: of a group also everybody who is known to be in it, each also by the id that is never reused. */
function affected(change: Change, estate: Estate): readonly string[] {
  const ids = [...withGroupMembers(estate, gcpPolicyBinding.affects(change))]
  return [...ids, ...estate.principals.filter(({ cloud, id }) => cloud === 'gcp' && ids.includes(id)).map(({ subjectId }) => subjectId)]
}
