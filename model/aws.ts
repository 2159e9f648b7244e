/** The aws part of the estate. */
export type AwsEstate = { readonly accounts: readonly { readonly id: string }[] }
export const noAwsEstate: AwsEstate = { accounts: [] }
