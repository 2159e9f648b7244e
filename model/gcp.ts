/** The gcp part of the estate. */
export type GcpEstate = { readonly accounts: readonly { readonly id: string }[] }
export const noGcpEstate: GcpEstate = { accounts: [] }
