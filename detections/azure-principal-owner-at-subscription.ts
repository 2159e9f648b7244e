import { everythingVerdict } from '../analysis/azure-administrator.ts'
import { accessSubjects, type AccessSubject, assignmentEvidence, type Holder, identifyAccess, isAtNode, judgeUnread, placeOf, reasonOf } from '../analysis/azure-holders.ts'
import { cannotTell, detection, type Judgement, notApplicable, pass, violation } from '../model/detection.ts'
import type { Verdict } from '../model/verdict.ts'

/** Principals whose roles together allow every operation of a subscription or of what lies above it; each once, where it is granted. */
export const azurePrincipalOwnerAtSubscription = detection({
  id: 'azure-principal-owner-at-subscription', cloud: 'azure',
  title: 'Principal may do everything in a subscription',
  why: 'Who holds every operation of a subscription, role assignments included, can read and delete all that is in it and let anybody else in. One stolen session is enough.',
  likelihood: 2, impact: 4,
  readsWith: ['Microsoft.Authorization/roleAssignments/read', 'Microsoft.Authorization/roleDefinitions/read', 'Microsoft.Authorization/denyAssignments/read', 'GroupMember.Read.All', 'User.Read.All'],
  fixedBy: ['remove-role-assignment'],
  frameworks: [{ framework: 'MCSB v1', control: 'PA-1' }, { framework: 'MCSB v1', control: 'PA-7' }, { framework: 'NIST 800-53 r5', control: 'AC-6(5)' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }],
  blindSpots: ['roles that a principal is only eligible for (PIM)', 'classic administrators', 'Global Administrators who have not elevated their access'],
  source: 'https://learn.microsoft.com/en-us/azure/role-based-access-control/best-practices',
  options: {},
  subjects: (estate) => accessSubjects(estate, (holder) => holder.grants.some((grant) => isAtNode(holder, grant))),
  identify: identifyAccess,
  judge: (subject: AccessSubject) => (subject.kind === 'unread' ? judgeUnread(subject.unread) : judgeHolder(subject.holder)),
})

function judgeHolder(holder: Holder): Judgement {
  const { index, node, principal } = holder
  const asked = { principalId: principal.id, scope: node.scope }
  const verdict = everythingVerdict(index, node.within, asked)
  if (verdict.kind === 'denied') return pass
  if (verdict.kind === 'unknown') return cannotTell(reasonOf(verdict.missing), verdict.missing)
  if (isOwner(everythingVerdict(index, node.within, asked, inheritedGrants(holder)))) return notApplicable('everything is granted above this scope already, and judged there')
  const policies = new Set(verdict.because.map(({ policy }) => policy))
  const causes = holder.grants.filter(({ assignment }) => policies.has(assignment.id))
  const group = causes.find((grant) => grant.group !== null && isOwner(everythingVerdict(index, node.within, { principalId: grant.group, scope: node.scope })))?.group
  if (group !== undefined && group !== null && causes.every((grant) => grant.group !== null)) return notApplicable(`holds it through group \`${index.principalOf(group).name}\`, which is judged by itself`)
  const members = [...index.membersOf(principal.id)].map((id) => index.principalOf(id).name).sort()
  const evidence = {
    operations: ['*'], assignments: assignmentEvidence(holder, causes), when: verdict.kind === 'conditional' ? [...verdict.when] : [],
    kind: principal.kind, members: members.slice(0, 20), memberCount: members.length,
  }
  const isExposed = node.kind !== 'subscription' || (principal.user?.isGuest.kind === 'present' && principal.user.isGuest.value)
  const certainty = verdict.kind === 'conditional' ? 'conditional' : verdict.unread.length > 0 ? 'assumed' : 'certain'
  return violation(`\`${principal.name}\` may do everything in ${placeOf(holder)}`, evidence, certainty, { unread: verdict.unread, ...(isExposed ? { likelihood: 3 } : {}) })
}

const isOwner = (verdict: Verdict): boolean => verdict.kind === 'allowed'
const inheritedGrants = (holder: Holder): Holder['grants'] => holder.reaching.filter((grant) => !isAtNode(holder, grant))
