import type { AnswerSource, Interpreted, Problem } from '../../../model/answer.ts'
import type { AzureEstate, AzureServicePrincipal, AzureTenant, AzureUser } from '../../../model/azure.ts'
import type { Gap } from '../../../model/known.ts'
import type { Principal, PrincipalKind } from '../../../model/principal.ts'
import { readDirectory } from './directory.ts'
import { type Reading } from './read.ts'
import { readManagementGroups, readSubscriptions } from './subscription.ts'

export { azureAnswerKinds } from './answer-kinds.ts'

/** The Azure part of what a source answers. Pure: the same answers give the same estate, from files or live. */
export function interpretAzure(source: AnswerSource): Interpreted<AzureEstate> {
  const problems: Problem[] = []
  const unread: Gap[] = []
  const reading: Reading = { source, problems, unread }
  const tenantIds = source.list('azure')
  const tenants = tenantIds.map((id): AzureTenant => ({ id, ...readDirectory(reading, id), managementGroups: readManagementGroups(reading, id) }))
  return { value: { tenants, accounts: tenantIds.flatMap((id) => readSubscriptions(reading, id)) }, problems, unread }
}

/** Everything that can be granted a role, with those that only an assignment names (another tenant's, deleted, or a directory that was not exported). */
export function principalsOfAzure(estate: AzureEstate): readonly Principal[] {
  return estate.tenants.flatMap((tenant) => {
    const principal = (subjectId: string, kind: PrincipalKind, name: string): Principal =>
      ({ cloud: 'azure', id: `azure:${tenant.id}/${subjectId}`, subjectId, kind, name, account: tenant.id })
    const known = [
      ...tenant.users.values.map((user) => principal(user.id, userKind(user), user.name)),
      ...tenant.groups.values.map((group) => principal(group.id, 'group', group.name)),
      ...tenant.servicePrincipals.values.map((found) => principal(found.id, workloadKind(found), found.name)),
    ]
    const seen = new Set(known.map(({ subjectId }) => subjectId.toLowerCase()))
    const assigned = estate.accounts.filter(({ tenantId }) => tenantId === tenant.id).flatMap(({ roleAssignments }) => roleAssignments.values)
    const others = new Map(assigned.filter(({ principalId }) => !seen.has(principalId))
      .map((found) => [found.principalId, principal(found.principalId, kindOfType[found.principalType] ?? 'external', found.principalName ?? found.principalId)]))
    return [...known, ...others.values()]
  })
}

const userKind = ({ isGuest }: AzureUser): PrincipalKind => (isGuest.kind === 'present' && isGuest.value ? 'guest' : 'user')
const workloadKind = ({ isManagedIdentity }: AzureServicePrincipal): PrincipalKind => (isManagedIdentity ? 'managed-identity' : 'service-principal')
const kindOfType: Readonly<Record<string, PrincipalKind>> = { User: 'user', Group: 'group', ServicePrincipal: 'service-principal', ForeignGroup: 'external' }
