import { z } from 'zod'
import { auditEntrySchema } from '../../kernel/audit.ts'
import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import type { KillSwitch } from '../../model/views.ts'
import { appendAudit, listAudit, verifyAudit } from '../../store/audit.ts'
import type { Db } from '../../store/db.ts'
import { pageOf, readCursor } from '../../store/page.ts'
import { plansAwaitingApproval, userNames } from '../../store/plan-reading.ts'
import { confirmSlackLink, openSlackLinkCode } from '../../store/slack.ts'
import { killSwitch, setKillSwitch } from '../../store/switches.ts'
import { csrfOf } from '../guard.ts'
import { whoIs } from '../plan-view.ts'
import { hashToken } from '../secret-token.ts'
import { serve } from '../serve.ts'
import { asCaller, done, type RouteDeps } from './context.ts'

async function killSwitchView(db: Db, tenant: string): Promise<KillSwitch> {
  const found = await killSwitch(db, tenant)
  return { isOn: found.isOn, by: found.setBy === null ? null : whoIs(await userNames(db, tenant), found.setBy), at: found.setAt, reason: found.reason }
}
const badCode = () => new WhittleError('sign-in.invalid', 'this link is used up, older than 10 minutes, or was opened in another browser: click in Slack again')

/** Who you are, the brakes, the audit trail, and the Slack user that decides in your name. */
export const trustRoutes = (deps: RouteDeps) => ({
  me: serve(api.me, ({ caller }) => asCaller(deps, caller, async (db, tenant) => ({
    id: caller.userId, name: caller.name, role: caller.role, csrf: caller.authStrength === 'session' ? csrfOf(deps.sessionKey, caller) : null,
    killSwitch: await killSwitchView(db, tenant), awaitingApproval: await plansAwaitingApproval(db, tenant), version: deps.version,
  }))),
  killSwitch: serve(api.killSwitch, ({ caller }) => asCaller(deps, caller, killSwitchView)),
  setKillSwitch: serve(api.setKillSwitch, ({ caller, body }) => asCaller(deps, caller, async (db, tenant) => {
    await setKillSwitch(db, tenant, { isOn: body.isOn, userId: caller.userId, reason: body.reason })
    return killSwitchView(db, tenant)
  })),
  audit: serve(api.audit, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const names = await userNames(db, tenant)
    const before = readCursor(query.cursor, z.tuple([z.number().int()]))
    const page = pageOf(await listAudit(db, tenant, before?.[0] ?? null, query.limit + 1), query.limit, (row) => [row.seq])
    return { next: page.next, rows: page.rows.map((row) => {
      const entry = auditEntrySchema.parse(JSON.parse(row.body))
      return { sequence: row.seq, at: entry.at, actor: whoIs(names, entry.actor), action: entry.kind, subject: whoIs(names, entry.subject), details: entry.details, hashPrefix: row.hash.slice(0, 12) }
    }) }
  })),
  verifyAudit: serve(api.verifyAudit, ({ caller }) => asCaller(deps, caller, async (db, tenant) => {
    const { head, fault } = await verifyAudit(db, tenant)
    return { isIntact: fault === null, rows: head.seq, head: head.hash, brokenAt: fault?.seq ?? null, reason: fault?.reason ?? null }
  })),
  slackLink: serve(api.slackLink, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const person = await openSlackLinkCode(db, tenant, hashToken(query.code), caller.credential)
    if (person === null) throw badCode()
    return { team: person.teamName, slackUser: person.slackUserId, slackName: person.slackName, user: caller.name }
  })),
  confirmSlackLink: serve(api.confirmSlackLink, ({ caller, body }) => asCaller(deps, caller, async (db, tenant) => {
    const person = await confirmSlackLink(db, tenant, { codeHash: hashToken(body.code), sessionHash: caller.credential, userId: caller.userId })
    if (person === null) throw badCode()
    await appendAudit(db, tenant, { kind: 'slack.linked', actor: caller.userId, subject: caller.userId, details: { team: person.teamId, slackUser: person.slackUserId } })
    return done
  })),
})
