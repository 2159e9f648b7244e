import type { Instant } from './instant.ts'
import type { Collected, Gap, Known } from './known.ts'

/** The AWS part of the estate: every account that anything was exported of, and the organization above them. */
export type AwsEstate = { readonly organization: Known<AwsOrganization>; readonly accounts: readonly AwsAccount[] }
export const noAwsEstate: AwsEstate = { organization: { kind: 'unreadable', why: 'not-exported', reason: 'no AWS answers were exported' }, accounts: [] }

/** `parents` leads from every account and organizational unit to what it stands under. Service control policies never hold for the management account. */
export type AwsOrganization = {
  readonly id: string
  readonly managementAccountId: string
  readonly accounts: Collected<AwsMember>
  readonly parents: Collected<AwsParent>
  /** False where the feature set or the root's policy types leave service control policies off. */
  readonly hasServiceControlPolicies: Known<boolean>
  /** Which policies each target (root, unit, account) carries; a target without a row was not read. */
  readonly attachments: readonly AwsScpAttachments[]
  readonly serviceControlPolicies: readonly AwsScp[]
}
export type AwsMember = { readonly id: string; readonly name: string; readonly status: string }
export type AwsParent = { readonly child: string; readonly parent: string; readonly parentName: string | null }
export type AwsScpAttachments = { readonly target: string; readonly policies: Known<readonly { readonly id: string; readonly name: string; readonly isAwsManaged: boolean }[]> }
export type AwsScp = { readonly id: string; readonly name: string; readonly document: Known<AwsPolicyDocument> }

export type AwsAccount = {
  readonly id: string
  readonly name: string | null
  readonly users: Collected<AwsUser>
  readonly groups: Collected<AwsGroup>
  readonly roles: Collected<AwsRole>
  /** Customer policies, and those of AWS that are in use. */
  readonly policies: Collected<AwsManagedPolicy>
  readonly root: AwsRootUser
  readonly summary: Known<AwsAccountSummary>
  /** Absent: the account has no password policy of its own. */
  readonly passwordPolicy: Known<AwsPasswordPolicy>
}

export type AwsTag = { readonly key: string; readonly value: string }
/** A policy that lives inside its user, group or role. */
export type AwsInlinePolicy = { readonly name: string; readonly document: AwsPolicyDocument }
export type AwsAttachedPolicy = { readonly name: string; readonly arn: string }
type Identity = {
  readonly arn: string
  /** AIDA…, AGPA…, AROA…: never reused, unlike the name. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly createdAt: Instant
  readonly attachedPolicies: readonly AwsAttachedPolicy[]
  readonly inlinePolicies: readonly AwsInlinePolicy[]
  readonly observedAt: Instant
}
export type AwsGroup = Identity
export type AwsUser = Identity & {
  /** Names of the groups of the same account. */
  readonly groups: readonly string[]
  /** ARN of the permissions boundary. */
  readonly boundary: string | null
  readonly tags: readonly AwsTag[]
  readonly accessKeys: Collected<AwsAccessKey>
  /** Absent: no console password. */
  readonly password: Known<AwsPassword>
  readonly hasMfa: Known<boolean>
}
export type AwsRole = Identity & {
  readonly boundary: string | null
  readonly tags: readonly AwsTag[]
  readonly trust: AwsPolicyDocument
  /** Absent: not used in the 400 days that AWS remembers. */
  readonly lastUsedAt: Known<Instant>
  readonly instanceProfiles: readonly string[]
  readonly isServiceLinked: boolean
}
/** `id` is null where only the credential report names the key (it has slots, not ids). `lastUsedAt` absent: never used. */
export type AwsAccessKey = {
  readonly id: string | null
  readonly slot: 1 | 2 | null
  readonly status: 'Active' | 'Inactive'
  readonly createdAt: Instant
  readonly lastUsedAt: Known<Instant>
  readonly observedAt: Instant
}
export type AwsPassword = { readonly lastUsedAt: Known<Instant>; readonly lastChangedAt: Instant | null }
export type AwsRootUser = { readonly hasAccessKeys: Known<boolean>; readonly hasMfa: Known<boolean>; readonly lastUsedAt: Known<Instant> }

export type AwsManagedPolicy = {
  readonly arn: string
  readonly id: string
  readonly name: string
  readonly isAwsManaged: boolean
  readonly defaultVersionId: string
  /** All versions: whoever may set the default may choose any of them. */
  readonly versions: readonly AwsPolicyVersion[]
  readonly observedAt: Instant
}
export type AwsPolicyVersion = { readonly id: string; readonly isDefault: boolean; readonly createdAt: Instant | null; readonly document: AwsPolicyDocument }

/** A policy document as far as it could be read: `gaps` names the statements that could not, which may allow or deny anything. */
export type AwsPolicyDocument = { readonly version: string; readonly statements: readonly AwsStatement[]; readonly gaps: readonly Gap[] }
export type AwsStatement = {
  readonly sid: string | null
  /** Place in the document, from 0. */
  readonly index: number
  readonly effect: 'Allow' | 'Deny'
  readonly actions: AwsPatterns
  /** Null in trust policies: they speak of the role itself. */
  readonly resources: AwsPatterns | null
  /** Null in identity policies: they speak of their owner. */
  readonly principals: AwsPrincipals | null
  readonly conditions: readonly AwsCondition[]
}
/** `isNot`: everything but these (`NotAction`, `NotResource`). */
export type AwsPatterns = { readonly isNot: boolean; readonly patterns: readonly string[] }
export type AwsPrincipals = { readonly isNot: boolean; readonly values: readonly { readonly kind: AwsPrincipalKind; readonly id: string }[] }
/** `any` = `"Principal": "*"`. */
export type AwsPrincipalKind = 'any' | 'AWS' | 'Service' | 'Federated' | 'CanonicalUser'
export type AwsCondition = { readonly operator: string; readonly key: string; readonly values: readonly string[] }

export type AwsAccountSummary = { readonly users: number; readonly groups: number; readonly roles: number; readonly policies: number; readonly rootAccessKeys: number; readonly rootMfa: boolean }
export type AwsPasswordPolicy = {
  readonly minimumLength: number; readonly maxAgeDays: number | null; readonly reusePrevention: number | null
  readonly requiresSymbols: boolean; readonly requiresNumbers: boolean; readonly requiresUppercase: boolean; readonly requiresLowercase: boolean
}
