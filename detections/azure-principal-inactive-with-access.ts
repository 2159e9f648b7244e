import { accessSubjects, type AccessSubject, assignmentEvidence, type Holder, identifyAccess, judgeUnread, placeOf, reasonOf, writesOfHolder } from '../analysis/azure-holders.ts'
import { cannotTell, detection, type Judgement, notApplicable, pass, violation } from '../model/detection.ts'
import { daysBetween, type Instant } from '../model/instant.ts'

/** Enabled users with an Azure role whose newest sign-in is `inactiveDays` or more whole days ago. Sign-in activity that is not answered is never "never signed in". */
export const azurePrincipalInactiveWithAccess = detection({
  id: 'azure-principal-inactive-with-access', cloud: 'azure',
  title: 'Inactive user still has access',
  why: 'Nobody notices when an account that its owner does not use is taken over, and what it may do is not needed.',
  likelihood: 2, impact: 3,
  readsWith: ['User.Read.All', 'AuditLog.Read.All', 'Microsoft.Authorization/roleAssignments/read', 'Microsoft.Authorization/roleDefinitions/read', 'GroupMember.Read.All'],
  fixedBy: ['remove-role-assignment'],
  frameworks: [{ framework: 'MCSB v1', control: 'PA-3' }, { framework: 'MCSB v1', control: 'PA-4' }, { framework: 'NIST 800-53 r5', control: 'AC-2(3)' }, { framework: 'NIST 800-53 r5', control: 'AC-6(7)' }],
  blindSpots: ['service principals and managed identities, whose sign-ins the directory reports elsewhere', 'sign-in activity may lag by a day', 'tenants without Entra ID P1 or P2'],
  source: 'https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-manage-inactive-user-accounts',
  options: { inactiveDays: 90 },
  subjects: (estate) => accessSubjects(estate, ({ index, principal }) => principal.kind === 'user' && (principal.user !== null || index.tenant.users.gaps.length > 0)),
  identify: identifyAccess,
  judge: (subject: AccessSubject, { inactiveDays }, { asOf }) => (subject.kind === 'unread' ? judgeUnread(subject.unread) : judgeHolder(subject.holder, inactiveDays, asOf)),
})

function judgeHolder(holder: Holder, inactiveDays: number, now: Instant): Judgement {
  const { index, principal, grants } = holder
  if (principal.user === null) return cannotTell(`user \`${principal.name}\` was not read: ${reasonOf(index.tenant.users.gaps)}`, index.tenant.users.gaps)
  const { isEnabled, lastSignInAt, createdAt } = principal.user
  if (isEnabled.kind === 'present' && !isEnabled.value) return notApplicable('is disabled, which azure-disabled-user-with-access judges')
  if (createdAt.kind === 'present' && daysBetween(createdAt.value, now) < inactiveDays) return notApplicable(`is younger than ${inactiveDays} days`)
  if (lastSignInAt.kind !== 'present') return cannotTell(lastSignInAt.kind === 'unreadable' ? lastSignInAt.reason : 'no sign-in was answered')
  const idleDays = daysBetween(lastSignInAt.value, now)
  if (idleDays < inactiveDays) return pass
  const isWriter = writesOfHolder(holder).length > 0
  const evidence = { lastSignInAt: lastSignInAt.value, idleDays, assignments: assignmentEvidence(holder, grants), mayWrite: isWriter }
  return violation(`\`${principal.name}\` has not signed in for ${idleDays} days and has access to ${placeOf(holder)}`, evidence, 'certain', isWriter ? { likelihood: 3 } : { impact: 2 })
}
