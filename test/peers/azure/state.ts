/** What the stub holds: one tenant. Objects as the APIs answer them, keyed by lower-case id. */
export type Row = Readonly<Record<string, unknown>>
export type Assignment = { readonly id: string; readonly name: string; readonly scope: string; readonly principalId: string; readonly roleDefinitionId: string; readonly properties: Row }
export type AzureState = {
  readonly tenantId: string
  readonly subscriptions: { readonly id: string; readonly name: string; readonly managementGroup: string }[]
  readonly managementGroups: { readonly id: string; readonly name: string; readonly parent: string | null }[]
  readonly assignments: Map<string, Assignment>
  /** Definitions by GUID; `assignableScopes[0]` of a custom one is where it lives. */
  readonly definitions: Map<string, Row>
  readonly denials: Row[]
  readonly graph: { users: Row[]; groups: Row[]; servicePrincipals: Row[]; applications: Row[]; roleDefinitions: Row[]; roleAssignments: Row[]; readonly members: Map<string, Row[]> }
  /** Faults that a test asks for. */
  readonly faults: Faults
}
export type Faults = {
  pageSize: number
  /** How many of the next calls are answered 429 with Retry-After 17. */
  throttled: number
  /** How many reads after a write still show the state before it: propagation, counted in reads and not in minutes. */
  laggingReads: number
  /** Parts of paths that are refused with 403. */
  readonly refused: Set<string>
  /** Where page links lead instead of here. */
  linkHost: string | null
  /** No Entra ID P1: the list of users is refused when it asks for sign-in activity. */
  hasPremium: boolean
}

export const emptyState = (tenantId: string): AzureState => ({
  tenantId, subscriptions: [], managementGroups: [], assignments: new Map(), definitions: new Map(), denials: [],
  graph: { users: [], groups: [], servicePrincipals: [], applications: [], roleDefinitions: [], roleAssignments: [], members: new Map() },
  faults: { pageSize: 100, throttled: 0, laggingReads: 0, linkHost: null, refused: new Set(), hasPremium: true } })

/** The management groups above a subscription or group, nearest first, as scopes. */
export function ancestorsOf(state: AzureState, managementGroup: string | null): readonly string[] {
  const found = state.managementGroups.find(({ id }) => id === managementGroup)
  return found === undefined ? [] : [`/providers/Microsoft.Management/managementGroups/${found.id}`, ...ancestorsOf(state, found.parent)]
}

/** Every group that the principal is in, through others as well. */
export function groupsOf(state: AzureState, principalId: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const direct = [...state.graph.members].filter(([group, members]) => !seen.has(group) && members.some(({ id }) => id === principalId)).map(([group]) => group)
  return direct.reduce((all, group) => groupsOf(state, group, new Set([...all, group])), seen)
}
