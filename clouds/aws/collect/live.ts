import { setTimeout as pause } from 'node:timers/promises'
import { GenerateCredentialReportCommand, GetAccessKeyLastUsedCommand, GetAccountAuthorizationDetailsCommand, GetAccountPasswordPolicyCommand, GetAccountSummaryCommand, GetCredentialReportCommand, type IAMClient, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { WhittleError } from '../../../model/error.ts'
import { encodeArgument } from '../../estate-path.ts'
import { type AwsSession, confirmAccount, credentialsOf, iamClient, organizationsClient } from '../session.ts'
import { type Ask, askerOf, type Collecting, listPages, MOST_PAGES } from './live-call.ts'
import { collectOrganization } from './live-organization.ts'
import { recordable } from './record.ts'
import { accessKeyMetadata, type AwsCommand } from './schema.ts'

const stages = ['details', 'report', 'keys'] as const
type Stage = (typeof stages)[number]
const USERS_AT_ONCE = 5
const USERS_PER_PAGE = 100

/**
 * One page of the answers of one account is emitted (`aws/<accountId>`, or `aws/organization` with a session of an account that may read it); answers the
 * cursor of the next page, null after the last. A refused call is an answer; a slowed-down or unanswered one is thrown, to be tried again.
 * @throws WhittleError cloud.*, `environment.invalid`
 */
export async function collectAwsPage(session: AwsSession, account: string, collecting: Collecting): Promise<string | null> {
  const ask = askerOf(collecting)
  if (account === 'aws/organization') {
    const client = organizationsClient(session, credentialsOf(session, 'scan'))
    return await collectOrganization(client, ask, collecting).finally(() => { client.destroy() })
  }
  if (account !== `aws/${session.account}`) throw new WhittleError('environment.invalid', `the session is of \`aws/${session.account}\`, not of \`${account}\``)
  const [stage, marker] = readCursor(collecting.cursor)
  if (stage === 'details' && session.role === null) await confirmAccount(session)
  const client = iamClient(session, credentialsOf(session, 'scan'))
  const folder = `aws/${session.account}/global/iam`
  try {
    if (stage === 'details') await collectDetails(client, ask, { folder, ...collecting })
    if (stage === 'report') await collectReport(client, ask, { folder, ...collecting })
    const next = stage === 'keys' ? await collectKeys(client, ask, { folder, marker, ...collecting }) : null
    if (next !== null) return `keys ${next}`
    return stages[stages.indexOf(stage) + 1] ?? null
  } finally {
    client.destroy()
  }
}

/** All pages of one account, one after the other. */
export async function collectAws(session: AwsSession, account: string, emit: Collecting['emit'], signal: AbortSignal = new AbortController().signal): Promise<void> {
  let cursor: string | null = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    cursor = await collectAwsPage(session, account, { cursor, emit, reached: () => undefined, signal })
    if (cursor === null) return
  }
}

function readCursor(cursor: string | null): readonly [Stage, string | null] {
  const [name = 'details', marker = null] = cursor?.split(' ') ?? []
  const stage = stages.find((one) => one === name)
  if (stage === undefined) throw new WhittleError('internal', 'the cursor of the collection is none of AWS; start the scan again')
  return [stage, marker]
}

type In = { readonly folder: string; readonly emit: Collecting['emit']; readonly signal: AbortSignal }

async function collectDetails(client: IAMClient, ask: Ask, { folder, emit }: In): Promise<void> {
  const path = (command: AwsCommand): string => `${folder}/${command}`
  const details = path('get-account-authorization-details')
  const { pages, isComplete } = await listPages(async (Marker) => await ask(details, 'iam:GetAccountAuthorizationDetails', async (options) =>
    await client.send(new GetAccountAuthorizationDetailsCommand({ MaxItems: 500, ...(Marker === undefined ? {} : { Marker }) }), options)))
  if (pages.length > 0) await emit(details, recordable('get-account-authorization-details', pages, isComplete))
  const summary = await ask(path('get-account-summary'), 'iam:GetAccountSummary', async (options) => await client.send(new GetAccountSummaryCommand({}), options))
  if (summary !== null) await emit(path('get-account-summary'), recordable('get-account-summary', [summary]))
  const password = await ask(path('get-account-password-policy'), 'iam:GetAccountPasswordPolicy', async (options) => await client.send(new GetAccountPasswordPolicyCommand({}), options))
  if (password !== null) await emit(path('get-account-password-policy'), recordable('get-account-password-policy', [password]))
}

const REPORT_TRIES = 30
const REPORT_MS = 2000

async function collectReport(client: IAMClient, ask: Ask, { folder, emit, signal }: In): Promise<void> {
  const path = `${folder}/get-credential-report`
  for (let tries = 1; ; tries += 1) {
    const made = await ask(path, 'iam:GenerateCredentialReport', async (options) => await client.send(new GenerateCredentialReportCommand({}), options))
    if (made === null) return
    if (made.State === 'COMPLETE') break
    if (tries === REPORT_TRIES) throw new WhittleError('cloud.unavailable', 'AWS has not finished the credential report; it is tried again', { call: 'iam:GenerateCredentialReport' })
    await pause(REPORT_MS, undefined, { signal })
  }
  const report = await ask(path, 'iam:GetCredentialReport', async (options) => await client.send(new GetCredentialReportCommand({}), options))
  if (report !== null) await emit(path, recordable('get-credential-report', [{ ...report, Content: Buffer.from(report.Content ?? []).toString('base64') }]))
}

/** The keys of one page of users; answers the marker of the next page. */
async function collectKeys(client: IAMClient, ask: Ask, { folder, marker, emit }: In & { readonly marker: string | null }): Promise<string | null> {
  const users = await ask(`${folder}/list-users`, 'iam:ListUsers', async (options) => await client.send(new ListUsersCommand({ MaxItems: USERS_PER_PAGE, ...(marker === null ? {} : { Marker: marker }) }), options))
  const names = users?.Users?.flatMap((user) => user.UserName ?? []) ?? []
  for (let at = 0; at < names.length; at += USERS_AT_ONCE) await Promise.all(names.slice(at, at + USERS_AT_ONCE).map(async (name) => { await collectKeysOf(client, ask, { folder, name, emit }) }))
  return users?.IsTruncated === true ? (users.Marker ?? null) : null
}

async function collectKeysOf(client: IAMClient, ask: Ask, { folder, name, emit }: { folder: string; name: string; emit: Collecting['emit'] }): Promise<void> {
  const path = `${folder}/list-access-keys/${encodeArgument(name)}`
  const keys = await ask(path, 'iam:ListAccessKeys', async (options) => await client.send(new ListAccessKeysCommand({ UserName: name }), options))
  if (keys === null) return
  await emit(path, recordable('list-access-keys', [keys]))
  for (const key of keys.AccessKeyMetadata ?? []) {
    const id = accessKeyMetadata.shape.AccessKeyId.safeParse(key.AccessKeyId).data
    if (id === undefined) continue
    const used = `${folder}/get-access-key-last-used/${encodeArgument(id)}`
    const answer = await ask(used, 'iam:GetAccessKeyLastUsed', async (options) => await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }), options))
    if (answer !== null) await emit(used, recordable('get-access-key-last-used', [answer]))
  }
}
