import { GenerateCredentialReportCommand, GetAccessKeyLastUsedCommand, GetAccountAuthorizationDetailsCommand, GetAccountPasswordPolicyCommand, GetAccountSummaryCommand, GetCredentialReportCommand, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { DescribeOrganizationCommand, DescribePolicyCommand, ListAccountsCommand, ListAccountsForParentCommand, ListOrganizationalUnitsForParentCommand, ListPoliciesForTargetCommand, ListRootsCommand } from '@aws-sdk/client-organizations'
import { awsError } from '../error.ts'
import { type AwsSession, confirmAccount, credentialsOf, iamClient, organizationsClient, remembered, REQUEST_MS } from '../session.ts'
import { SCP } from './organization.ts'

/** What one call of the collector would give. `absent`: answered, and there is nothing; `refused`: the permission is missing; `failed`: anything else. */
export type Probe = { readonly what: string; readonly permission: string; readonly outcome: 'read' | 'absent' | 'refused' | 'failed'; readonly reason: string | null }
type Try = <T>(permission: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>) => Promise<T | null>

/** Every call that a scan of this account makes, tried once with as little read as it takes. Does not throw for what AWS answers. */
export async function probeAws(session: AwsSession, signal: AbortSignal = new AbortController().signal): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  const note = (permission: string, outcome: Probe['outcome'], reason: string | null = null): void => { probes.push({ what: `account ${session.account}`, permission, outcome, reason }) }
  const attempt: Try = async (permission, send) => {
    try {
      const answer = await send({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) })
      note(permission, 'read')
      return answer
    } catch (error) {
      const known = awsError(permission, error)
      const isAbsent = known.code === 'cloud.not-found' || known.details['awsCode'] === 'AWSOrganizationsNotInUseException' || known.details['awsCode'] === 'ReportNotPresent'
      note(permission, isAbsent ? 'absent' : known.code === 'cloud.access-denied' ? 'refused' : 'failed', isAbsent ? null : known.message)
      return null
    }
  }
  const entry = session.role === null ? 'sts:GetCallerIdentity' : 'sts:AssumeRole'
  const [isIn] = [await attempt(entry, async () => { await confirmAccount(session); return true })]
  if (isIn === null) return probes
  await probeIam(session, attempt, note)
  await probeOrganization(session, attempt)
  return probes
}

async function probeIam(session: AwsSession, attempt: Try, note: (permission: string, outcome: Probe['outcome'], reason?: string) => void): Promise<void> {
  const client = iamClient(session, remembered(credentialsOf(session, 'probe')))
  try {
    await attempt('iam:GetAccountAuthorizationDetails', async (options) => await client.send(new GetAccountAuthorizationDetailsCommand({ MaxItems: 1 }), options))
    await attempt('iam:GenerateCredentialReport', async (options) => await client.send(new GenerateCredentialReportCommand({}), options))
    await attempt('iam:GetCredentialReport', async (options) => await client.send(new GetCredentialReportCommand({}), options))
    await attempt('iam:GetAccountSummary', async (options) => await client.send(new GetAccountSummaryCommand({}), options))
    await attempt('iam:GetAccountPasswordPolicy', async (options) => await client.send(new GetAccountPasswordPolicyCommand({}), options))
    const users = await attempt('iam:ListUsers', async (options) => await client.send(new ListUsersCommand({ MaxItems: 1 }), options))
    const name = users?.Users?.[0]?.UserName
    if (name === undefined) {
      note('iam:ListAccessKeys', 'absent', 'there is no user to ask about')
      return
    }
    const keys = await attempt('iam:ListAccessKeys', async (options) => await client.send(new ListAccessKeysCommand({ UserName: name }), options))
    const id = keys?.AccessKeyMetadata?.[0]?.AccessKeyId
    if (id === undefined) note('iam:GetAccessKeyLastUsed', 'absent', 'there is no access key to ask about')
    else await attempt('iam:GetAccessKeyLastUsed', async (options) => await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }), options))
  } finally {
    client.destroy()
  }
}

async function probeOrganization(session: AwsSession, attempt: Try): Promise<void> {
  const client = organizationsClient(session, remembered(credentialsOf(session, 'probe')))
  try {
    const about = await attempt('organizations:DescribeOrganization', async (options) => await client.send(new DescribeOrganizationCommand({}), options))
    if (about === null) return
    await attempt('organizations:ListAccounts', async (options) => await client.send(new ListAccountsCommand({ MaxResults: 1 }), options))
    const roots = await attempt('organizations:ListRoots', async (options) => await client.send(new ListRootsCommand({}), options))
    const root = roots?.Roots?.[0]?.Id
    if (root === undefined) return
    await attempt('organizations:ListOrganizationalUnitsForParent', async (options) => await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId: root, MaxResults: 1 }), options))
    await attempt('organizations:ListAccountsForParent', async (options) => await client.send(new ListAccountsForParentCommand({ ParentId: root, MaxResults: 1 }), options))
    const policies = await attempt('organizations:ListPoliciesForTarget', async (options) => await client.send(new ListPoliciesForTargetCommand({ TargetId: root, Filter: SCP }), options))
    const policy = policies?.Policies?.[0]?.Id
    if (policy !== undefined) await attempt('organizations:DescribePolicy', async (options) => await client.send(new DescribePolicyCommand({ PolicyId: policy }), options))
  } finally {
    client.destroy()
  }
}
