export const ticketStates = ['absent', 'open', 'in-sync', 'out-of-sync', 'closed', 'quarantined'] as const
export type TicketState = (typeof ticketStates)[number]
