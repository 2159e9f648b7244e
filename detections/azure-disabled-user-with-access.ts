import { accessSubjects, type AccessSubject, assignmentEvidence, type Holder, identifyAccess, judgeUnread, placeOf, reasonOf, writesOfHolder } from '../analysis/azure-holders.ts'
import { cannotTell, detection, type Judgement, pass, violation } from '../model/detection.ts'

/** Users whose account is disabled but who still hold an Azure role: enabled again, they have it at once. */
export const azureDisabledUserWithAccess = detection({
  id: 'azure-disabled-user-with-access', cloud: 'azure',
  title: 'Disabled user still has access',
  why: 'Whoever can enable accounts, such as a help desk, brings the old access back with one click, past every approval of the role.',
  likelihood: 1, impact: 3,
  readsWith: ['User.Read.All', 'Microsoft.Authorization/roleAssignments/read', 'Microsoft.Authorization/roleDefinitions/read', 'GroupMember.Read.All'],
  fixedBy: ['remove-role-assignment'],
  frameworks: [{ framework: 'MCSB v1', control: 'PA-3' }, { framework: 'NIST 800-53 r5', control: 'AC-2' }, { framework: 'NIST 800-53 r5', control: 'PS-4' }],
  blindSpots: ['service principals', 'roles that a user is only eligible for (PIM)'],
  source: 'https://learn.microsoft.com/en-us/security/benchmark/azure/mcsb-privileged-access',
  options: {},
  subjects: (estate) => accessSubjects(estate, ({ index, principal }) => principal.kind === 'user' && (principal.user !== null || index.tenant.users.gaps.length > 0)),
  identify: identifyAccess,
  judge: (subject: AccessSubject) => (subject.kind === 'unread' ? judgeUnread(subject.unread) : judgeHolder(subject.holder)),
})

function judgeHolder(holder: Holder): Judgement {
  const { index, principal, grants } = holder
  if (principal.user === null) return cannotTell(`user \`${principal.name}\` was not read: ${reasonOf(index.tenant.users.gaps)}`, index.tenant.users.gaps)
  const { isEnabled } = principal.user
  if (isEnabled.kind === 'unreadable') return cannotTell(isEnabled.reason)
  if (isEnabled.kind === 'absent' || isEnabled.value) return pass
  const isWriter = writesOfHolder(holder).length > 0
  return violation(`disabled user \`${principal.name}\` has access to ${placeOf(holder)}`, { assignments: assignmentEvidence(holder, grants), mayWrite: isWriter }, 'certain', isWriter ? { likelihood: 2 } : {})
}
