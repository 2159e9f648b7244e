import type { AuthStrength, Role } from '../model/approval.ts'
import type { TokenScope } from '../model/views.ts'

/** Who calls, as the store knows them at this moment. The tenant comes from the session or token, never from the request. */
export type Caller = {
  readonly userId: string
  readonly name: string
  readonly role: Role
  readonly tenant: string
  readonly authStrength: Extract<AuthStrength, 'session' | 'token'>
  /** Hash of the session's or token's secret: names it without being it. */
  readonly credential: string
  /** What a personal token may do; null = a browser session, which may do what the role may. */
  readonly scopes: readonly TokenScope[] | null
}
