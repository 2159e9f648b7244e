import type { Cloud } from './cloud.ts'

export const principalKinds = ['user', 'group', 'role', 'service-account', 'service-principal', 'managed-identity', 'guest', 'public', 'domain', 'external'] as const
export type PrincipalKind = (typeof principalKinds)[number]

/** What can authenticate and be granted, as every cloud's part of the estate lists it for counting and for search. */
export type Principal = {
  readonly cloud: Cloud
  /** CONTRACTS §2: ARN, `azure:<tenantId>/<objectId>` or GCP member string. */
  readonly id: string
  /** CONTRACTS §3: never reused. */
  readonly subjectId: string
  readonly kind: PrincipalKind
  readonly name: string
  readonly account: string
}
