import type { JiraIssue } from '../integrations/jira/client.ts'
import { findingOfLabels, refOf } from '../integrations/jira/render.ts'
import { type Instant, instantSchema } from '../model/instant.ts'
import type { JsonObject } from '../model/json.ts'
import { databaseNow, type Db, withTenant } from '../store/db.ts'
import { findingById } from '../store/findings.ts'
import { enqueueMessage } from '../store/messages.ts'
import { putSetting, setting } from '../store/switches.ts'
import { observeTicket, setTicketOpened, ticketOf } from '../store/tickets.ts'
import { standing, type TicketDeps } from './sync-ticket.ts'

const cursorKey = 'jira.polled-at'
/** Longer ago than this nobody was there to poll: the issues are asked for from here on. */
const longestMinutes = 60 * 24 * 30

/**
 * What people did to Whittle's issues since the last poll is in the store: status, assignee, comments. An issue closed while its risk is open is told so, once each time it was closed;
 * the risk stays open. Every poll looks back further than the last one by the lag of Jira's search, so that nothing falls between two. @throws WhittleError jira.*
 */
export async function reconcileTickets(deps: TicketDeps): Promise<{ readonly seen: number; readonly changed: number }> {
  const { now, since } = await withTenant(deps.store, deps.tenant, async (db) => {
    const at = await databaseNow(db)
    return { now: at, since: instantSchema.safeParse(await setting(db, deps.tenant, cursorKey)).data ?? null }
  })
  const minutes = since === null ? longestMinutes : Math.min(longestMinutes, (Date.parse(now) - Date.parse(since)) / 60_000 + deps.settings.settleSeconds / 60 + 2)
  const counted = { seen: 0, changed: 0 }
  let page: string | null = null
  do {
    const { issues, next }: Awaited<ReturnType<TicketDeps['jira']['changed']>> = await deps.jira.changed(Math.max(1, minutes), page)
    for (const issue of issues) {
      counted.seen += 1
      if (await bringBack(deps, issue)) counted.changed += 1
    }
    page = next
  } while (page !== null)
  await withTenant(deps.store, deps.tenant, (db) => putSetting(db, deps.tenant, cursorKey, now satisfies Instant))
  return counted
}

/** True where the issue was news. */
async function bringBack(deps: TicketDeps, issue: JiraIssue): Promise<boolean> {
  const findingId = findingOfLabels(issue.labels)
  if (findingId === null) return false
  const known = await withTenant(deps.store, deps.tenant, (db) => adoptable(db, deps, findingId, issue))
  if (!known) return false
  const comments = (await deps.jira.comments(issue.id)).filter((comment) => refOf(comment.text) === null)
    .map((comment): JsonObject => ({ id: comment.id, author: comment.author, text: comment.text.slice(0, 4000), createdAt: comment.createdAt })).slice(-100)
  await withTenant(deps.store, deps.tenant, (db) => observe(db, deps, { findingId, issue, comments }))
  return true
}

/** Whether this issue is the risk's and shows something new. An issue that the store has forgotten (it was restored from a backup) is taken up again. */
async function adoptable(db: Db, deps: TicketDeps, findingId: string, issue: JiraIssue): Promise<boolean> {
  const ticket = await ticketOf(db, deps.tenant, findingId)
  if (ticket?.state === 'quarantined' || ticket?.remoteUpdatedAt === issue.updatedAt) return false
  if (ticket?.issueId) return ticket.issueId === issue.id
  if (await findingById(db, deps.tenant, findingId) === null) return false
  await observeTicket(db, deps.tenant, findingId, {})
  await setTicketOpened(db, deps.tenant, findingId, { issueId: issue.id, issueKey: issue.key, url: `${deps.settings.host}/browse/${issue.key}` })
  return true
}

async function observe(db: Db, deps: TicketDeps, { findingId, issue, comments }: { findingId: string; issue: JiraIssue; comments: readonly JsonObject[] }): Promise<void> {
  const finding = await findingById(db, deps.tenant, findingId)
  if (!finding) return
  const seen = standing(finding.state, issue)
  await observeTicket(db, deps.tenant, findingId, { status: issue.status, statusCategory: issue.category, assignee: issue.assignee, comments, remoteUpdatedAt: issue.updatedAt, ...seen })
  if (issue.category !== 'done' || finding.state === 'resolved') return
  await enqueueMessage(db, deps.tenant, { kind: 'jira.sync', key: `jira:${findingId}:closed:${issue.categoryChangedAt ?? 'once'}`, payload: {
    findingId, comment: 'This issue was closed, but the risk is still there: closing the issue does not close the risk. It closes when a scan no longer finds it; to accept the risk, mute it in Whittle.',
  } })
}
