import { DescribeOrganizationCommand, DescribePolicyCommand, ListAccountsCommand, ListAccountsForParentCommand, ListOrganizationalUnitsForParentCommand, ListPoliciesForTargetCommand, ListRootsCommand, type OrganizationsClient } from '@aws-sdk/client-organizations'
import { z } from 'zod'
import { WhittleError } from '../../../model/error.ts'
import { encodeArgument } from '../../estate-path.ts'
import { type Ask, type Collecting, listPages } from './live-call.ts'
import { SCP } from './organization.ts'
import { recordable } from './record.ts'
import type { AwsCommand } from './schema.ts'

const folder = 'aws/organization'
/** Units whose children are still to be read, and the policies met so far. */
const cursorSchema = z.object({ units: z.array(z.string()), policies: z.array(z.string()), described: z.number() })
type Cursor = z.infer<typeof cursorSchema>
const POLICIES_PER_PAGE = 50
type Paged = { NextToken?: string | undefined }

/** One page of the organization: first itself with its accounts and roots, then the children of one unit at a time, then the policies. */
export async function collectOrganization(client: OrganizationsClient, ask: Ask, { cursor, emit }: Collecting): Promise<string | null> {
  const reader = readerOf(ask, emit)
  const state = cursor === null ? await begin(client, reader) : parse(cursor)
  if (cursor === null || state === null) return state === null ? null : JSON.stringify(state)
  const [unit, ...rest] = state.units
  if (unit !== undefined) {
    const found = await readUnit(client, reader, unit)
    return JSON.stringify({ units: [...rest, ...found.units], policies: [...new Set([...state.policies, ...found.policies])], described: 0 } satisfies Cursor)
  }
  const due = state.policies.slice(state.described, state.described + POLICIES_PER_PAGE)
  for (const id of due) await reader('describe-policy', id, 'organizations:DescribePolicy', async (_token, options) => await client.send(new DescribePolicyCommand({ PolicyId: id }), options))
  const described = state.described + due.length
  return described < state.policies.length ? JSON.stringify({ ...state, described } satisfies Cursor) : null
}

type Reader = <T extends Paged | object>(command: AwsCommand, argument: string, call: string, send: (token: { NextToken?: string }, options: { abortSignal: AbortSignal }) => Promise<T>) => Promise<readonly T[]>

function readerOf(ask: Ask, emit: Collecting['emit']): Reader {
  return async (command, argument, call, send) => {
    const path = argument === '' ? `${folder}/${command}` : `${folder}/${command}/${argument.split('/').map(encodeArgument).join('/')}`
    const { pages, isComplete } = await listPages(async (token) => await ask(path, call, async (options) => await send(token === undefined ? {} : { NextToken: token }, options)))
    if (pages.length > 0) await emit(path, recordable(command, pages, isComplete))
    return pages
  }
}

function parse(cursor: string): Cursor {
  const parsed = z.string().transform((text): unknown => JSON.parse(text)).pipe(cursorSchema).safeParse(cursor)
  if (!parsed.success) throw new WhittleError('internal', 'the cursor of the collection is none of an organization; start the scan again')
  return parsed.data
}

async function begin(client: OrganizationsClient, reader: Reader): Promise<Cursor | null> {
  const [about] = await reader('describe-organization', '', 'organizations:DescribeOrganization', async (_token, options) => await client.send(new DescribeOrganizationCommand({}), options))
  if (about === undefined) return null
  await reader('list-accounts', '', 'organizations:ListAccounts', async (token, options) => await client.send(new ListAccountsCommand(token), options))
  const roots = await reader('list-roots', '', 'organizations:ListRoots', async (token, options) => await client.send(new ListRootsCommand(token), options))
  return { units: roots.flatMap((page) => page.Roots?.flatMap(({ Id }) => Id ?? []) ?? []), policies: [], described: 0 }
}

async function readUnit(client: OrganizationsClient, reader: Reader, unit: string): Promise<{ units: readonly string[]; policies: readonly string[] }> {
  const policiesAt = async (target: string): Promise<readonly string[]> => {
    const pages = await reader('list-policies-for-target', `${target}/${SCP}`, 'organizations:ListPoliciesForTarget', async (token, options) => await client.send(new ListPoliciesForTargetCommand({ TargetId: target, Filter: SCP, ...token }), options))
    return pages.flatMap((page) => page.Policies?.flatMap(({ Id }) => Id ?? []) ?? [])
  }
  const units = await reader('list-organizational-units-for-parent', unit, 'organizations:ListOrganizationalUnitsForParent', async (token, options) => await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId: unit, ...token }), options))
  const accounts = await reader('list-accounts-for-parent', unit, 'organizations:ListAccountsForParent', async (token, options) => await client.send(new ListAccountsForParentCommand({ ParentId: unit, ...token }), options))
  const policies = [...await policiesAt(unit)]
  for (const { Id } of accounts.flatMap((page) => page.Accounts ?? [])) if (Id !== undefined) policies.push(...await policiesAt(Id))
  return { units: units.flatMap((page) => page.OrganizationalUnits?.flatMap(({ Id }) => Id ?? []) ?? []), policies }
}
