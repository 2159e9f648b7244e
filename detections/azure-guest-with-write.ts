import { accessSubjects, type AccessSubject, assignmentEvidence, certaintyOf, type Holder, identifyAccess, judgeUnread, placeOf, reasonOf, writesOfHolder } from '../analysis/azure-holders.ts'
import { cannotTell, detection, type Judgement, pass, violation } from '../model/detection.ts'

/** Guests whose roles, once deny assignments are taken off, change anything: any operation that writes, deletes or acts, on either plane. */
export const azureGuestWithWrite = detection({
  id: 'azure-guest-with-write', cloud: 'azure',
  title: 'Guest may change resources',
  why: 'A guest signs in with an account of another organization, which decides about its password, its multi-factor sign-in and whether it still belongs to anybody.',
  likelihood: 3, impact: 3,
  readsWith: ['Microsoft.Authorization/roleAssignments/read', 'Microsoft.Authorization/roleDefinitions/read', 'Microsoft.Authorization/denyAssignments/read', 'GroupMember.Read.All', 'User.Read.All'],
  fixedBy: ['remove-role-assignment'],
  frameworks: [{ framework: 'CIS Azure 2.0', control: '1.5' }, { framework: 'MCSB v1', control: 'PA-4' }, { framework: 'NIST 800-53 r5', control: 'AC-6' }, { framework: 'NIST 800-53 r5', control: 'AC-2' }],
  blindSpots: ['access that a resource grants by itself, such as storage keys and shared access signatures', 'roles that a guest is only eligible for (PIM)'],
  source: 'https://learn.microsoft.com/en-us/azure/role-based-access-control/role-assignments-external-users',
  options: {},
  subjects: (estate) => accessSubjects(estate, mayBeGuest),
  identify: identifyAccess,
  judge: (subject: AccessSubject) => (subject.kind === 'unread' ? judgeUnread(subject.unread) : judgeHolder(subject.holder)),
})

const mayBeGuest = ({ index, principal }: Holder): boolean => principal.kind === 'user' &&
  (principal.user === null ? index.tenant.users.gaps.length > 0 : principal.user.isGuest.kind !== 'present' || principal.user.isGuest.value)

function judgeHolder(holder: Holder): Judgement {
  const { index, node, principal, gaps } = holder
  const writes = writesOfHolder(holder)
  if (writes.length === 0) return gaps.length > 0 ? cannotTell(reasonOf(gaps), gaps) : pass
  if (principal.user === null) return cannotTell(`whether \`${principal.name}\` is a guest was not read: ${reasonOf(index.tenant.users.gaps)}`, index.tenant.users.gaps)
  if (principal.user.isGuest.kind === 'unreadable') return cannotTell(principal.user.isGuest.reason)
  const grants = writes.map(({ grant }) => grant)
  const operations = [...new Set(writes.flatMap((write) => write.operations))].sort()
  const unread = node.within.denyAssignments.gaps
  const isWide = grants.some(({ assignment }) => assignment.scope.toLowerCase() === node.scope.toLowerCase())
  const evidence = { operations: operations.slice(0, 20), operationCount: operations.length, assignments: assignmentEvidence(holder, grants), kind: 'guest' }
  const where = isWide ? placeOf(holder) : grants.length === 1 ? `\`${lastSegment(grants[0]?.assignment.scope ?? '')}\` of ${placeOf(holder)}` : `${grants.length} places of ${placeOf(holder)}`
  return violation(`guest \`${principal.name}\` may change ${isWide ? '' : 'resources in '}${where}`, evidence, certaintyOf(grants, unread), { unread, ...(isWide ? { impact: 4 } : {}) })
}

const lastSegment = (scope: string): string => scope.split('/').at(-1) ?? scope
