/** Every id minted by Whittle that time matters for is a ULID: sortable, and safe in URLs and workflow ids. */
export type PlanId = string
export const defaultTenant = 'default'
