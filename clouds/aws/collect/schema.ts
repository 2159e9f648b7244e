import { z } from 'zod'

/** The fields of AWS answers that Whittle uses, and no others: everything else is dropped on reading and before a live answer is kept. */
const tags = z.array(z.object({ Key: z.string(), Value: z.string().default('') })).default([])
const attached = z.array(z.object({ PolicyName: z.string(), PolicyArn: z.string() })).default([])
const inline = z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([])
const boundary = z.object({ PermissionsBoundaryArn: z.string() }).optional()
const date = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is not a date')
const identity = { Arn: z.string(), Path: z.string().default('/'), CreateDate: date, AttachedManagedPolicies: attached }

export const userDetail = z.object({ ...identity, UserName: z.string(), UserId: z.string(), GroupList: z.array(z.string()).default([]), UserPolicyList: inline, PermissionsBoundary: boundary, Tags: tags })
export const groupDetail = z.object({ ...identity, GroupName: z.string(), GroupId: z.string(), GroupPolicyList: inline })
export const roleDetail = z.object({
  ...identity, RoleName: z.string(), RoleId: z.string(), RolePolicyList: inline, AssumeRolePolicyDocument: z.unknown(), PermissionsBoundary: boundary, Tags: tags,
  RoleLastUsed: z.object({ LastUsedDate: date.optional() }).optional(), InstanceProfileList: z.array(z.object({ Arn: z.string() })).default([]),
})
export const policyDetail = z.object({
  Arn: z.string(), PolicyName: z.string().optional(), PolicyId: z.string().optional(), DefaultVersionId: z.string(),
  PolicyVersionList: z.array(z.object({ VersionId: z.string(), IsDefaultVersion: z.boolean(), CreateDate: date.optional(), Document: z.unknown() })).default([]),
})
const list = <T extends z.ZodType>(field: string, element: T) => z.object({ [field]: z.array(element), NextToken: z.string().optional(), Marker: z.string().optional(), IsTruncated: z.boolean().optional() })

export const credentialReport = z.object({ Content: z.string(), ReportFormat: z.string().optional(), GeneratedTime: date.optional() })
export const accountSummary = z.object({ SummaryMap: z.object({
  Users: z.number().default(0), Groups: z.number().default(0), Roles: z.number().default(0), Policies: z.number().default(0), AccountAccessKeysPresent: z.number(), AccountMFAEnabled: z.number() }) })
export const passwordPolicy = z.object({ PasswordPolicy: z.object({
  MinimumPasswordLength: z.number().default(6), MaxPasswordAge: z.number().optional(), PasswordReusePrevention: z.number().optional(),
  RequireSymbols: z.boolean().default(false), RequireNumbers: z.boolean().default(false), RequireUppercaseCharacters: z.boolean().default(false), RequireLowercaseCharacters: z.boolean().default(false) }) })
export const accessKeyMetadata = z.object({ UserName: z.string().optional(), AccessKeyId: z.string(), Status: z.enum(['Active', 'Inactive', 'Expired']), CreateDate: date })
export const accessKeyLastUsed = z.object({ UserName: z.string().optional(), AccessKeyLastUsed: z.object({ LastUsedDate: z.string().optional(), ServiceName: z.string().optional(), Region: z.string().optional() }) })

export const organization = z.object({ Organization: z.object({ Id: z.string(), MasterAccountId: z.string(), FeatureSet: z.string().default('ALL') }) })
export const member = z.object({ Id: z.string(), Name: z.string().default(''), Status: z.string().default('ACTIVE') })
export const root = z.object({ Id: z.string(), Name: z.string().default('Root'), PolicyTypes: z.array(z.object({ Type: z.string(), Status: z.string() })).default([]) })
export const organizationalUnit = z.object({ Id: z.string(), Name: z.string().default('') })
export const policySummary = z.object({ Id: z.string(), Name: z.string().default(''), Type: z.string().default('SERVICE_CONTROL_POLICY'), AwsManaged: z.boolean().default(false) })
export const policy = z.object({ Policy: z.object({ PolicySummary: policySummary, Content: z.unknown() }) })

/** The whole page of each answer, by the command that gives it: what a live answer keeps. */
export const pages = {
  'get-account-authorization-details': z.object({
    UserDetailList: z.array(userDetail).default([]), GroupDetailList: z.array(groupDetail).default([]), RoleDetailList: z.array(roleDetail).default([]),
    Policies: z.array(policyDetail).default([]), IsTruncated: z.boolean().optional(), Marker: z.string().optional() }),
  'get-credential-report': credentialReport, 'get-account-summary': accountSummary, 'get-account-password-policy': passwordPolicy,
  'list-access-keys': list('AccessKeyMetadata', accessKeyMetadata), 'get-access-key-last-used': accessKeyLastUsed,
  'describe-organization': organization, 'list-accounts': list('Accounts', member), 'list-roots': list('Roots', root),
  'list-organizational-units-for-parent': list('OrganizationalUnits', organizationalUnit), 'list-accounts-for-parent': list('Accounts', member),
  'list-policies-for-target': list('Policies', policySummary), 'describe-policy': policy,
} as const satisfies Record<string, z.ZodType>
export type AwsCommand = keyof typeof pages
