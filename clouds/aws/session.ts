import { IAMClient } from '@aws-sdk/client-iam'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { WhittleError } from '../../model/error.ts'
import type { JsonObject } from '../../model/json.ts'
import { type Outgoing, outgoingAgents } from '../outgoing.ts'
import { accountOfArn } from './arn.ts'
import { awsError } from './error.ts'

/** As whom Whittle speaks with one account. Without a role it is whoever the machine's own AWS credentials say; those are never stored. */
export type AwsSession = {
  readonly account: string
  readonly region: string
  readonly role: { readonly arn: string; readonly externalId: string | null } | null
  readonly outgoing: Outgoing
}
/** What narrows a session: at most 2,048 characters of policy, and how long it lives. */
export type Narrowing = { readonly policy: JsonObject; readonly seconds: number }

export const REQUEST_MS = 30_000
const CONNECT_MS = 10_000
const LONGEST_POLICY = 2048

/** One attempt: who retries is Temporal, which knows what may be repeated. */
const settings = (session: AwsSession) => ({
  region: session.region, maxAttempts: 1, requestHandler: { ...outgoingAgents(session.outgoing), connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
})
export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string; readonly expiration?: Date }

export type Provider = () => Promise<Credentials>

/** Credentials of the session's role, narrowed by a session policy where one is given; the SDK asks again shortly before they end. */
export function credentialsOf(session: AwsSession, purpose: string, narrowing: Narrowing | null = null): Provider {
  const shared = settings(session)
  const base = fromNodeProviderChain({ clientConfig: { region: session.region, requestHandler: shared.requestHandler } })
  const { role } = session
  if (role === null) return async () => await base().catch((error: unknown) => { throw awsError('sts:GetCallerIdentity', error) })
  if (accountOfArn(role.arn) !== session.account) throw new WhittleError('environment.invalid', `the role \`${role.arn}\` is not of the account \`${session.account}\``)
  const policy = narrowing === null ? undefined : JSON.stringify(narrowing.policy)
  if (policy !== undefined && policy.length > LONGEST_POLICY) throw new WhittleError('change.refused', `the session policy of this step has ${policy.length} characters, AWS takes ${LONGEST_POLICY}; split the plan`)
  return async () => {
    const client = new STSClient({ ...shared, credentials: base })
    try {
      const { Credentials: given } = await client.send(new AssumeRoleCommand({
        RoleArn: role.arn, RoleSessionName: `whittle-${purpose}`, DurationSeconds: narrowing?.seconds ?? 3600, ...(role.externalId === null ? {} : { ExternalId: role.externalId }), ...(policy === undefined ? {} : { Policy: policy }),
      }), { abortSignal: AbortSignal.timeout(REQUEST_MS) })
      if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined) throw new WhittleError('cloud.no-credentials', `AWS gave no credentials for the role \`${role.arn}\``)
      return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken, ...(given.Expiration === undefined ? {} : { expiration: given.Expiration }) }
    } catch (error) {
      throw awsError('sts:AssumeRole', error)
    } finally {
      client.destroy()
    }
  }
}

/** The same credentials until a minute before they end, for clients that come and go. */
export function remembered(provider: Provider): Provider {
  let kept: Promise<Credentials> | null = null
  return async () => {
    const last = await kept?.catch(() => null)
    if (last?.expiration !== undefined && last.expiration.getTime() - Date.now() > 60_000) return last
    kept = provider()
    return await kept
  }
}

export const iamClient = (session: AwsSession, credentials: Provider): IAMClient => new IAMClient({ ...settings(session), credentials })
export const organizationsClient = (session: AwsSession, credentials: Provider): OrganizationsClient => new OrganizationsClient({ ...settings(session), credentials })

/** The account that the session's credentials are of. @throws WhittleError cloud.* */
export async function callerAccount(session: AwsSession): Promise<string> {
  const client = new STSClient({ ...settings(session), credentials: credentialsOf(session, 'whoami') })
  try {
    return (await client.send(new GetCallerIdentityCommand({}), { abortSignal: AbortSignal.timeout(REQUEST_MS) })).Account ?? ''
  } catch (error) {
    throw awsError('sts:GetCallerIdentity', error)
  } finally {
    client.destroy()
  }
}

/** The session speaks with the account that it says. @throws WhittleError `environment.invalid`, cloud.* */
export async function confirmAccount(session: AwsSession): Promise<void> {
  const account = await callerAccount(session)
  if (account !== session.account) throw new WhittleError('environment.invalid', `the credentials are of account \`${account}\`, not of \`${session.account}\`; set \`roleArn\`, or sign in to the other account`)
}

/** `aws`, `aws-cn` or `aws-us-gov`, by the region. */
export const partitionOf = (region: string): string => (region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws')
