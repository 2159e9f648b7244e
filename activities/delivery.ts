/** How the delivery of one message ended. `later` is no failure of the message: what it needs is not there yet. */
export type Delivery =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'later'; readonly seconds: number; readonly why: string }
  | { readonly kind: 'quarantined'; readonly why: string }
export const delivered: Delivery = { kind: 'delivered' }
export const skipped = (why: string): Delivery => ({ kind: 'skipped', why })
export const later = (seconds: number, why: string): Delivery => ({ kind: 'later', seconds: Math.max(1, Math.ceil(seconds)), why })
