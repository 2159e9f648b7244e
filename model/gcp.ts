import type { Instant } from './instant.ts'
import { type Collected, collected, type Known } from './known.ts'
import { instantOf } from './instant.ts'

/** Google Cloud's part of the estate. `accounts` are the projects; `parent` leads from each of them over folders to the top. */
export type GcpEstate = {
  readonly organizations: readonly GcpOrganization[]
  readonly folders: readonly GcpFolder[]
  readonly accounts: readonly GcpProject[]
  /** What lies in containers and has an allow policy of its own (buckets, service accounts …). */
  readonly resources: Collected<GcpResource>
  /** Only these were read: a role that is not in the list is not known, whether or not the list has gaps. */
  readonly roles: Collected<GcpRole>
  readonly groups: readonly GcpGroup[]
}
export const noGcpEstate: GcpEstate = { organizations: [], folders: [], accounts: [], resources: collected([], instantOf(0)), roles: collected([], instantOf(0)), groups: [] }

export type GcpContainerKind = 'organization' | 'folder' | 'project'
/** What policies are inherited through. `name` is `organizations/<number>`, `folders/<number>` or `projects/<project id>`. */
type Container<K extends GcpContainerKind> = {
  readonly kind: K
  readonly name: string
  readonly displayName: string
  /** Name of the container above; absent = it has none; unreadable = nothing says. */
  readonly parent: Known<string>
  readonly policy: Known<GcpPolicy>
  readonly denyPolicies: Collected<GcpDenyPolicy>
}
/** `customerId` (`C0…`) is how deny policies name everybody of the organization's directory. */
export type GcpOrganization = Container<'organization'> & { readonly customerId: string | null }
export type GcpFolder = Container<'folder'>
/** `number`: the other name that Google uses for the project; null where nothing says. */
export type GcpProject = Container<'project'> & {
  readonly id: string
  readonly number: string | null
  readonly serviceAccounts: Collected<GcpServiceAccount>
  readonly activity: Known<GcpActivity>
}
export type GcpContainer = GcpOrganization | GcpFolder | GcpProject

/** `name` is the full resource name `//<service>/<path>`; `container` the project, folder or organization that it lies in. */
export type GcpResource = { readonly name: string; readonly kind: string; readonly container: string; readonly policy: Known<GcpPolicy> }

/** An allow policy. The etag is left out: it is read again right before a write. */
export type GcpPolicy = { readonly bindings: readonly GcpBinding[] }
/** `members` are IAM's own strings (`user:…`, `serviceAccount:…`, `deleted:…?uid=…`, `allUsers`). */
export type GcpBinding = { readonly role: string; readonly members: readonly string[]; readonly condition: GcpCondition | null }
export type GcpCondition = { readonly expression: string; readonly title: string; readonly description: string | null }

/** `rules` are unreadable where only the list was exported: lists leave them out. */
export type GcpDenyPolicy = { readonly name: string; readonly displayName: string; readonly rules: Known<readonly GcpDenyRule[]> }
export type GcpDenyRule = {
  readonly deniedPrincipals: readonly string[]; readonly exceptionPrincipals: readonly string[]
  readonly deniedPermissions: readonly string[]; readonly exceptionPermissions: readonly string[]
  readonly condition: GcpCondition | null
}

/** `name` is `roles/…`, `organizations/<n>/roles/…` or `projects/<id>/roles/…`. A deleted role grants nothing. */
export type GcpRole = { readonly name: string; readonly title: string; readonly permissions: readonly string[]; readonly isDeleted: boolean }

/** `uniqueId` is never reused, unlike the e-mail. */
export type GcpServiceAccount = {
  readonly email: string; readonly uniqueId: string; readonly project: string; readonly displayName: string; readonly isDisabled: boolean
  readonly keys: Collected<GcpServiceAccountKey>; readonly observedAt: Instant
}
/** System-managed keys are Google's own and rotate by themselves. `expiresAt` null = never. */
export type GcpServiceAccountKey = {
  readonly id: string; readonly kind: 'user-managed' | 'system-managed'; readonly createdAt: Instant; readonly expiresAt: Instant | null
  readonly isDisabled: boolean; readonly observedAt: Instant
}

/** `members` are IAM member strings; groups among them are groups inside this one. */
export type GcpGroup = { readonly email: string; readonly members: Collected<string> }

/** What the exported audit log shows: per caller its newest entry. A caller that is not here was not seen between `from` and `until`. */
export type GcpActivity = { readonly from: Instant; readonly until: Instant; readonly lastSeen: readonly GcpSighting[] }
export type GcpSighting = { readonly email: string; readonly at: Instant; readonly method: string }
