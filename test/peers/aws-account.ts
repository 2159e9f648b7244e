import { AddUserToGroupCommand, AttachGroupPolicyCommand, CreateAccessKeyCommand, CreateGroupCommand, CreateLoginProfileCommand, CreatePolicyCommand, CreateRoleCommand, CreateUserCommand, PutRolePermissionsBoundaryCommand, PutRolePolicyCommand, PutUserPolicyCommand, UpdateAccountPasswordPolicyCommand } from '@aws-sdk/client-iam'
import { AttachPolicyCommand, CreateAccountCommand, CreateOrganizationalUnitCommand, CreateOrganizationCommand, CreatePolicyCommand as CreateScpCommand, EnablePolicyTypeCommand, ListAccountsCommand, ListRootsCommand, MoveAccountCommand } from '@aws-sdk/client-organizations'
import type { MotoPeer } from './moto.ts'

const trust = (principal: unknown) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] })
const policy = (...statements: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource })

export type FilledAccount = { readonly aliceArn: string; readonly aliceId: string; readonly keyId: string }

/** The account has users, groups, roles and policies of every kind that is collected; alice (below /team/) has one key, and is administrator by her group. */
export async function fillAccount({ iam, account }: MotoPeer): Promise<FilledAccount> {
  const { User: alice } = await iam.send(new CreateUserCommand({ UserName: 'alice', Path: '/team/', Tags: [{ Key: 'owner', Value: 'platform' }] }))
  await iam.send(new CreateUserCommand({ UserName: 'c.d@x' }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'c.d@x', PolicyName: 'own', PolicyDocument: policy(allow('s3:Get*', 'arn:aws:s3:::b/*')) }))
  await iam.send(new CreateLoginProfileCommand({ UserName: 'c.d@x', Password: 'Correct-Horse-1' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'admins' }))
  const { Policy: everything } = await iam.send(new CreatePolicyCommand({ PolicyName: 'everything', PolicyDocument: policy(allow('*')) }))
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'admins', PolicyArn: everything?.Arn ?? '' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'admins', UserName: 'alice' }))
  const { Policy: boundary } = await iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: policy(allow(['s3:*', 'ec2:*'])) }))
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) }))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'all', PolicyDocument: policy(allow('*')) }))
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'app', PermissionsBoundary: boundary?.Arn ?? '' }))
  await iam.send(new CreateRoleCommand({ RoleName: 'vendor', AssumeRolePolicyDocument: trust({ AWS: 'arn:aws:iam::100000000009:root' }) }))
  await iam.send(new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 14, RequireSymbols: true }))
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))
  return { aliceArn: alice?.Arn ?? `arn:aws:iam::${account}:user/team/alice`, aliceId: alice?.UserId ?? '', keyId: key?.AccessKeyId ?? '' }
}

/** The account manages an organization: one unit with one member, and a service control policy at the unit. */
export async function fillOrganization({ organizations }: MotoPeer): Promise<{ readonly member: string }> {
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }))
  await organizations.send(new CreateAccountCommand({ AccountName: 'Production', Email: 'production@acme.example' }))
  const root = (await organizations.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? ''
  const unit = (await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: root, Name: 'Workloads' }))).OrganizationalUnit?.Id ?? ''
  const member = (await organizations.send(new ListAccountsCommand({}))).Accounts?.find(({ Name }) => Name === 'Production')?.Id ?? ''
  await organizations.send(new MoveAccountCommand({ AccountId: member, SourceParentId: root, DestinationParentId: unit }))
  await organizations.send(new EnablePolicyTypeCommand({ RootId: root, PolicyType: 'SERVICE_CONTROL_POLICY' }))
  const scp = await organizations.send(new CreateScpCommand({ Name: 'guard', Description: 'no keys', Type: 'SERVICE_CONTROL_POLICY', Content: policy({ Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: '*' }) }))
  await organizations.send(new AttachPolicyCommand({ PolicyId: scp.Policy?.PolicySummary?.Id ?? '', TargetId: unit }))
  return { member }
}
