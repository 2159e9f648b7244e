import { GetUserCommand, type IAMClient, ListAccessKeysCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam'
import type { Change, ChangeDriver, ChangeKind } from '../../../model/change.ts'
import { WhittleError } from '../../../model/error.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { awsError, awsErrorCode } from '../error.ts'
import { type AwsSession, credentialsOf, iamClient, type Provider, remembered, REQUEST_MS } from '../session.ts'
import { type AccessKeyTarget, accessKeyState, parseAccessKeyTarget } from './access-key.ts'

const SESSION_SECONDS = 900

/** The session policy of one step: these calls on this user, and nothing else. */
export const stepPolicy = (actions: readonly string[], userArn: string): JsonObject => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [...actions], Resource: userArn }] })
export const readActions = ['iam:GetUser', 'iam:ListAccessKeys'] as const
export const writeActions = ['iam:UpdateAccessKey'] as const

/** Reads and writes one kind of target of one account through the SDK, each call with credentials narrowed to it. @throws WhittleError `change.unsupported`, `cloud.no-credentials` */
export function awsChangeDriver(kind: ChangeKind, session: AwsSession): ChangeDriver {
  if (kind !== 'aws.access-key.status') throw new WhittleError('change.unsupported', `\`${kind}\` is no change of AWS`)
  if (session.role === null) throw new WhittleError('cloud.no-credentials', `account \`${session.account}\` has no executor role; set \`executorRoleArn\` (writing needs a role, so that each step's session can be narrowed)`)
  const own = (target: string): AccessKeyTarget => {
    const parsed = parseAccessKeyTarget(target)
    if (parsed.account !== session.account) throw new WhittleError('change.refused', `\`${target}\` is not of the account \`${session.account}\``)
    return parsed
  }
  const providers = new Map<string, Provider>()
  const clientFor = (purpose: 'read' | 'write', { userArn }: AccessKeyTarget): IAMClient => {
    const key = `${purpose} ${userArn}`
    const narrowing = { policy: stepPolicy(purpose === 'read' ? readActions : writeActions, userArn), seconds: SESSION_SECONDS }
    const provider = providers.get(key) ?? remembered(credentialsOf(session, purpose, narrowing))
    providers.set(key, provider)
    return iamClient(session, provider)
  }
  return {
    read: async (target) => await readKey(clientFor('read', own(target)), own(target)),
    write: async (change) => { await writeKey(clientFor('write', own(change.target)), own(change.target), change) },
  }
}

async function readKey(client: IAMClient, target: AccessKeyTarget): Promise<Json> {
  try {
    const user = await orAbsent('iam:GetUser', async () => await client.send(new GetUserCommand({ UserName: target.userName }), inTime()))
    if (user?.User?.UserId === undefined || user.User.Arn !== target.userArn) return null
    const status = await statusOf(client, target)
    return status === null ? null : { status, userId: user.User.UserId }
  } finally {
    client.destroy()
  }
}

async function statusOf(client: IAMClient, { userName, keyId }: AccessKeyTarget): Promise<'Active' | 'Inactive' | null> {
  for (let marker: string | undefined, pages = 0; pages < 10; pages += 1) {
    const from = marker
    const page = await orAbsent('iam:ListAccessKeys', async () => await client.send(new ListAccessKeysCommand({ UserName: userName, ...(from === undefined ? {} : { Marker: from }) }), inTime()))
    const found = page?.AccessKeyMetadata?.find((key) => key.AccessKeyId === keyId)
    if (found !== undefined) return found.Status === 'Active' ? 'Active' : 'Inactive'
    if (page?.IsTruncated !== true) return null
    marker = page.Marker
  }
  return null
}

async function writeKey(client: IAMClient, target: AccessKeyTarget, change: Change): Promise<void> {
  const after = accessKeyState(change.after)
  if (after === null || accessKeyState(change.before)?.userId !== after.userId) throw new WhittleError('change.refused', 'the change says nothing that can be done to an access key: its state after must be of the same user')
  try {
    await client.send(new UpdateAccessKeyCommand({ UserName: target.userName, AccessKeyId: target.keyId, Status: after.status }), inTime())
  } catch (error) {
    throw awsError('iam:UpdateAccessKey', error)
  } finally {
    client.destroy()
  }
}

const inTime = () => ({ abortSignal: AbortSignal.timeout(REQUEST_MS) })

/** What the call answers; null where the thing that it asks about is not there. */
async function orAbsent<T>(call: string, send: () => Promise<T>): Promise<T | null> {
  try {
    return await send()
  } catch (error) {
    if (/^NoSuchEntity(Exception)?$/.test(awsErrorCode(error) ?? '')) return null
    throw awsError(call, error)
  }
}
