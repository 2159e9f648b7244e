import { createHash } from 'node:crypto'
import type { JiraClient, JiraIssue, JiraMove, StatusCategory } from '../integrations/jira/client.ts'
import { commentDocument, refOf, remoteLinkOf, ticketFields, type TicketSettings } from '../integrations/jira/render.ts'
import { WhittleError } from '../model/error.ts'
import type { Finding, FindingState } from '../model/finding.ts'
import { secondsAfter } from '../model/instant.ts'
import { databaseNow, type Db, type Store, withTenant } from '../store/db.ts'
import { findingById, findingOf } from '../store/findings.ts'
import { isQueuedBeside } from '../store/messages.ts'
import { addSentReference, forgetTicketIntent, intendTicket, observeTicket, setTicketOpened, type StoredTicket, ticketOf } from '../store/tickets.ts'
import { delivered, type Delivery, later, skipped } from './delivery.ts'

export type TicketDeps = {
  readonly store: Store; readonly tenant: string; readonly jira: JiraClient
  readonly settings: TicketSettings & {
    readonly host: string; readonly doneTransition: string | null
    /** After an attempt whose outcome is unknown: until then Jira's search may not show what it made. Its lag plus the longest that a request may be on its way; 120 is safe for Jira Cloud. */
    readonly settleSeconds: number
  }
}
export type TicketMessage = { readonly id: number; readonly key: string; readonly attempts: number; readonly findingId: string; readonly comment: string | null }

/** Why a ticket is out of sync though nothing failed: a person closed it, or opened it again. */
export const closedByPerson = 'closed in jira although the risk is open'
export const openedByPerson = 'open in jira although the risk is resolved'

/**
 * The risk's issue exists, says what the message says, and stands where the risk stands: exactly one issue, each comment once, whatever was lost before.
 * A message without a comment asks for the issue; one with a comment is passed over where nobody asked for one.
 * @throws WhittleError jira.*
 */
export async function syncTicket(deps: TicketDeps, message: TicketMessage): Promise<Delivery> {
  const { findingId } = message
  const start = await inStore(deps, async (db) => ({
    finding: await findingById(db, deps.tenant, findingId), ticket: await ticketOf(db, deps.tenant, findingId),
    mustWait: await isQueuedBeside(db, deps.tenant, { kind: 'jira.sync', id: message.id, side: 'before', field: 'findingId', value: findingId }),
  }))
  if (!start.finding) return skipped('there is no such risk')
  if (start.mustWait) return later(2, 'an earlier message of the same risk waits')
  if (start.ticket === null && message.comment !== null) return skipped('nobody asked for an issue of this risk')
  if (start.ticket?.state === 'quarantined') return skipped(`the issue is set aside: ${start.ticket.reason ?? ''}`)
  try {
    const opened = await openIssue(deps, findingOf(start.finding), start.ticket)
    if (opened.kind !== 'opened') return opened
    const ref = refOfKey(message.key)
    if (message.comment !== null && !opened.ticket.sent.includes(ref)) await commentOnce(deps, { issueId: opened.issueId, findingId, comment: message.comment, ref, isRepeat: message.attempts > 1 })
    await followRisk(deps, { finding: start.finding, ticket: opened.ticket, issueId: opened.issueId })
    return delivered
  } catch (error) {
    if (!(error instanceof WhittleError) || error.code !== 'jira.not-found') throw error
    const why = `the issue \`${start.ticket?.issueKey ?? 'of this risk'}\` was deleted or moved out of sight`
    await inStore(deps, (db) => observeTicket(db, deps.tenant, findingId, { state: 'quarantined', reason: why }))
    return { kind: 'quarantined', why }
  }
}

export const refOfKey = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 12)
const inStore = <T>(deps: TicketDeps, work: (db: Db) => Promise<T>): Promise<T> => withTenant(deps.store, deps.tenant, work)

type Opened = { readonly kind: 'opened'; readonly issueId: string; readonly ticket: StoredTicket }

/**
 * INVARIANT: an issue is created only by the one caller that wrote the intent, right after a search found none; an intent is taken back only when Jira is known to have made nothing,
 * or when its search, asked after it had time to settle, shows none. So one risk never has two issues of ours.
 */
async function openIssue(deps: TicketDeps, finding: Finding, ticket: StoredTicket | null): Promise<Opened | Delivery> {
  if (ticket?.issueId) return linked(deps, { kind: 'opened', issueId: ticket.issueId, ticket })
  if (ticket?.intendedAt) {
    const settled = secondsAfter(ticket.intendedAt, deps.settings.settleSeconds)
    const now = await inStore(deps, databaseNow)
    if (now < settled) return later((Date.parse(settled) - Date.parse(now)) / 1000, 'an issue may have been made; waiting until the search of jira shows it')
  }
  const [existing] = await deps.jira.issuesOfRisk(finding.id)
  if (existing) return adopt(deps, finding, existing)
  if (ticket?.intendedAt) await inStore(deps, (db) => forgetTicketIntent(db, deps.tenant, finding.id))
  if (!await inStore(deps, (db) => intendTicket(db, deps.tenant, finding.id))) return later(5, 'the issue is being made')
  return adopt(deps, finding, await createIntended(deps, finding))
}

async function createIntended(deps: TicketDeps, finding: Finding): Promise<{ readonly id: string; readonly key: string }> {
  const fields = ticketFields(finding, deps.settings)
  try {
    return await deps.jira.create(fields).catch((error: unknown) => {
      if (!(error instanceof WhittleError) || error.code !== 'jira.refused' || error.details['fields'] !== 'priority') throw error
      // because not every project has the field, and a risk without a priority is better than none
      const { priority: _priority, ...others } = fields
      return deps.jira.create(others)
    })
  } catch (error) {
    if (error instanceof WhittleError && error.details['outcome'] === 'none') await inStore(deps, (db) => forgetTicketIntent(db, deps.tenant, finding.id))
    throw error
  }
}

async function adopt(deps: TicketDeps, finding: Finding, issue: { readonly id: string; readonly key: string }): Promise<Opened> {
  const ticket = await inStore(deps, async (db) => {
    await observeTicket(db, deps.tenant, finding.id, {})
    await setTicketOpened(db, deps.tenant, finding.id, { issueId: issue.id, issueKey: issue.key, url: `${deps.settings.host}/browse/${issue.key}` })
    return ticketOf(db, deps.tenant, finding.id)
  })
  if (!ticket) throw new WhittleError('internal', 'the ticket was not stored')
  return linked(deps, { kind: 'opened', issueId: issue.id, ticket })
}

const linkRef = 'link'
/** The issue links to the risk; asked for again until Jira has said so. */
async function linked(deps: TicketDeps, opened: Opened): Promise<Opened> {
  const { findingId, sent } = opened.ticket
  if (sent.includes(linkRef)) return opened
  await deps.jira.setLink(opened.issueId, remoteLinkOf(findingId, deps.settings.publicUrl))
  await inStore(deps, (db) => addSentReference(db, deps.tenant, findingId, linkRef))
  return opened
}

async function commentOnce(deps: TicketDeps, said: { issueId: string; findingId: string; comment: string; ref: string; isRepeat: boolean }): Promise<void> {
  const isThere = said.isRepeat && (await deps.jira.comments(said.issueId)).some((comment) => refOf(comment.text) === said.ref)
  if (!isThere) await deps.jira.comment(said.issueId, commentDocument(said.comment, said.ref))
  await inStore(deps, (db) => addSentReference(db, deps.tenant, said.findingId, said.ref))
}

/** Where the issue belongs, or null where it stays as people have put it. */
function wantedCategory(state: FindingState, issue: JiraIssue, ticket: StoredTicket): StatusCategory | null {
  const closedByUs = issue.category === 'done' && ticket.state === 'closed'
  switch (state) {
    case 'resolved': return 'done'
    case 'muted': return null
    case 'in-progress': return issue.category === 'new' || closedByUs ? 'indeterminate' : null
    case 'open': return closedByUs ? 'new' : null
  }
}

async function followRisk(deps: TicketDeps, { finding, ticket, issueId }: { finding: { readonly id: string; readonly state: FindingState }; ticket: StoredTicket; issueId: string }): Promise<void> {
  const before = await deps.jira.issue(issueId)
  const wanted = wantedCategory(finding.state, before, ticket)
  const isMoved = wanted === null || wanted === before.category || await moveTowards(deps, issueId, wanted)
  const issue = wanted === null || wanted === before.category ? before : await deps.jira.issue(issueId)
  const seen = standing(finding.state, issue)
  const stuck = { state: 'out-of-sync', reason: `no transition of the project leads from \`${issue.status}\` to ${wanted ?? ''}: allow one, or set \`jira.doneTransition\`` } as const
  await inStore(deps, (db) => observeTicket(db, deps.tenant, finding.id, { status: issue.status, statusCategory: issue.category, assignee: issue.assignee, ...(isMoved ? seen : stuck) }))
}

/** The state of a ticket whose issue was seen like this. Closing the issue does not close the risk. */
export function standing(state: FindingState, issue: Pick<JiraIssue, 'category'>): { readonly state: 'closed' | 'in-sync' | 'out-of-sync'; readonly reason: string | null } {
  if (issue.category === 'done') return state === 'resolved' ? { state: 'closed', reason: null } : { state: 'out-of-sync', reason: closedByPerson }
  return state === 'resolved' ? { state: 'out-of-sync', reason: openedByPerson } : { state: 'in-sync', reason: null }
}

/** Moves along at most three transitions: straight where the workflow allows it, else by way of work in progress. False where no way is found. */
async function moveTowards(deps: TicketDeps, issueId: string, wanted: StatusCategory): Promise<boolean> {
  const visited = new Set<string>()
  for (let hop = 0; hop < 3; hop++) {
    const moves = (await deps.jira.moves(issueId)).filter((move) => !visited.has(move.to))
    const chosen = moves.find((move) => wanted === 'done' && move.name === deps.settings.doneTransition) ?? bestMove(moves, wanted)
    if (!chosen) return false
    visited.add(chosen.to)
    await deps.jira.move(issueId, chosen.id)
    if (chosen.category === wanted) return true
  }
  return false
}
const saysNotDone = /won.?t|reject|cancel|declin|duplicate|invalid|abandon|refus/i
/** Straight to the wanted category, where that says that the risk was dealt with; else by way of work in progress; else straight with whatever word. */
function bestMove(moves: readonly JiraMove[], wanted: StatusCategory): JiraMove | undefined {
  const straight = moves.filter((move) => move.category === wanted)
  const onTheWay = moves.filter((move) => move.category === 'indeterminate')
  return straight.find((move) => /progress|done|closed|resolved|fixed|to do|open/i.test(move.to)) ?? straight.find((move) => wanted !== 'done' || !saysNotDone.test(move.to))
    ?? onTheWay.find((move) => /progress/i.test(move.to)) ?? onTheWay[0] ?? straight[0]
}
