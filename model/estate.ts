import type { Problem } from './answer.ts'
import type { AwsEstate } from './aws.ts'
import type { AzureEstate } from './azure.ts'
import type { GcpEstate } from './gcp.ts'
import type { Instant } from './instant.ts'
import type { Gap } from './known.ts'
import type { Principal } from './principal.ts'

/** Everything collected at one time, over all clouds. A cloud that nothing was exported of has empty lists. */
export type Estate = {
  readonly asOf: Instant
  readonly label: string | null
  readonly aws: AwsEstate
  readonly azure: AzureEstate
  readonly gcp: GcpEstate
  readonly principals: readonly Principal[]
  readonly unread: readonly Gap[]
  readonly problems: readonly Problem[]
}
