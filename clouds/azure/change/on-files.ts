import { z } from 'zod'
import type { ChangeDriver } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Instant } from '../../../model/instant.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { encodeArgument, type EstateDirectory, readEstateDirectory, writeAnswer } from '../../estate-directory.ts'
import { interpretAzure } from '../collect/index.ts'
import { parseScope, roleDefinitionGuid } from '../resource-id.ts'
import { type AssignmentState, assignmentStateIn, isSameAssignment, parseAssignmentTarget, stateOfAssignment, azureRoleAssignment } from './role-assignment.ts'

const rowSchema = z.looseObject({ id: z.string() })
/** `az … list` prints an array; ARM and Graph answer with `value`. */
const pageSchema = z.union([z.array(rowSchema), z.looseObject({ value: z.array(rowSchema) })])
type Page = z.output<typeof pageSchema>
type Row = z.output<typeof rowSchema>

/** Changes role assignments in the files of an estate directory, each file written whole or not at all. `now` dates what is written. */
export function azureAssignmentOnFiles(dir: string, now: () => Instant): ChangeDriver {
  return {
    read: (target) => Promise.resolve().then(() => readAssignment(readEstateDirectory(dir), target)),
    write: (change) => Promise.resolve().then(() => {
      const source = readEstateDirectory(dir)
      const state = change.after === null ? null : assignmentStateIn(change)
      for (const path of listsThatHold(source, change.target)) {
        const pages = pagesOf(source, path).map((page) => withRows(page, rowsOf(page).filter((row) => !isSameAssignment(row.id, change.target))))
        const [first, ...rest] = pages
        if (first === undefined) continue
        const put = state === null ? first : withRows(first, [...rowsOf(first), rowOf(change.target, state, { name: nameOf(source, path, state.principalId), now: now() })])
        writeAnswer(dir, path, { kind: 'present', pages: [put, ...rest], isComplete: isWhole(source, path), observedAt: now() })
      }
    }),
  }
}

function readAssignment(source: EstateDirectory, target: string): Json {
  const azure = interpretAzure(source).value
  const paths = listsThatHold(source, target)
  if (paths.length === 0) throw new WhittleError('cloud.not-found', `the estate holds no readable list of role assignments for \`${target}\``)
  for (const subscription of azure.accounts) {
    const found = subscription.roleAssignments.values.find(({ id }) => isSameAssignment(id, target))
    if (found === undefined) continue
    const guid = roleDefinitionGuid(found.roleDefinitionId)
    return azureRoleAssignment.canonical(stateOfAssignment(found, subscription.roleDefinitions.values.find(({ id }) => id === guid) ?? null))
  }
  return null
}

/** The subscription's own list, or every list where the assignment stands above subscriptions. */
function listsThatHold(source: EstateDirectory, target: string): readonly string[] {
  const scope = parseScope(parseAssignmentTarget(target).scope)
  const wanted = scope !== null && 'subscriptionId' in scope ? scope.subscriptionId.toLowerCase() : null
  return source.list('azure').flatMap((tenant) => source.list(`azure/${encodeArgument(tenant)}`).filter((subscription) => wanted === null || subscription.toLowerCase() === wanted)
    .map((subscription) => `azure/${encodeArgument(tenant)}/${encodeArgument(subscription)}/role-assignments`)).filter((path) => source.read(path).kind === 'present')
}

const isWhole = (source: EstateDirectory, path: string): boolean => {
  const answer = source.read(path)
  return answer.kind === 'present' && answer.isComplete
}
function pagesOf(source: EstateDirectory, path: string): readonly Page[] {
  const answer = source.read(path)
  const pages = answer.kind === 'present' ? z.array(pageSchema).safeParse(answer.pages) : null
  if (pages?.success !== true) throw new WhittleError('estate.unreadable', `\`${path}\` is no list of role assignments`)
  return pages.data
}
const rowsOf = (page: Page): readonly Row[] => (Array.isArray(page) ? page : page.value)
const withRows = (page: Page, rows: readonly Row[]): Page => (Array.isArray(page) ? [...rows] : { ...page, value: [...rows] })

/** As `az role assignment list` prints it. */
const rowOf = (target: string, state: AssignmentState, made: { name: string | null; now: Instant }): Row & JsonObject => ({
  condition: state.condition, conditionVersion: state.conditionVersion, createdOn: made.now, delegatedManagedIdentityResourceId: state.delegatedManagedIdentityResourceId, description: state.description, id: target, name: parseAssignmentTarget(target).guid,
  principalId: state.principalId, principalName: made.name, principalType: state.principalType, roleDefinitionId: state.roleDefinitionId, scope: state.scope, type: 'Microsoft.Authorization/roleAssignments', updatedOn: made.now,
})

/** The name that the CLI looks up in the directory; null where it finds none. */
function nameOf(source: EstateDirectory, path: string, principalId: string): string | null {
  const tenant = path.split('/')[1] ?? ''
  const userSchema = z.looseObject({ value: z.array(z.looseObject({ id: z.string(), userPrincipalName: z.string().nullish() })) })
  const answer = source.read(`azure/${tenant}/graph/users`)
  const users = answer.kind === 'present' ? answer.pages.flatMap((page) => userSchema.safeParse(page).data?.value ?? []) : []
  return users.find(({ id }) => id === principalId)?.userPrincipalName ?? null
}
