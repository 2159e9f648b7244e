/** The azure part of the estate. */
export type AzureEstate = { readonly accounts: readonly { readonly id: string }[] }
export const noAzureEstate: AzureEstate = { accounts: [] }
