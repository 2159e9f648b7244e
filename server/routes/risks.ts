import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import type { RiskRow } from '../../model/views.ts'
import { findingById } from '../../store/findings.ts'
import { planRecordsOfFinding, userNames } from '../../store/plan-reading.ts'
import { riskCount, riskFacets, riskPage, type RiskRecord } from '../../store/risk-reading.ts'
import { ticketOf } from '../../store/tickets.ts'
import { timelineOf } from '../../store/timeline.ts'
import { eventsOf, listedPlan } from '../plan-view.ts'
import { serve } from '../serve.ts'
import { asCaller, type RouteDeps } from './context.ts'

const riskRow = (record: RiskRecord): RiskRow => ({
  id: record.id, detection: record.detection, title: record.title, severity: record.severity, certainty: record.certainty, cloud: record.cloud, environment: record.environment, account: record.account,
  principal: record.principal, resource: record.resource, summary: record.summary, state: record.state, firstSeenAt: record.firstSeenAt, lastSeenAt: record.lastSeenAt, isStale: record.isStale,
})

/** Risks: the store's findings with what the rules and fixes say about themselves. */
export const riskRoutes = (deps: RouteDeps) => ({
  risks: serve(api.risks, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const { cursor, limit, sort, ...filter } = query
    const page = await riskPage(db, tenant, filter, { sort, cursor, limit })
    const facets = await riskFacets(db, tenant, filter)
    const titles = new Map(deps.detections.map((rule) => [rule.id, rule.title]))
    const labelled = Object.fromEntries(Object.entries(facets).map(([name, values]) => [name, values.map((facet) => ({ ...facet, label: name === 'detection' ? titles.get(facet.value) ?? facet.value : facet.value }))]))
    return { rows: page.rows.map(riskRow), next: page.next, total: await riskCount(db, tenant, filter), facets: api.risks.answer.shape.facets.parse(labelled) }
  })),
  risk: serve(api.risk, ({ caller, param }) => asCaller(deps, caller, async (db, tenant) => {
    const record = await findingById(db, tenant, param('id'))
    if (record === null) throw new WhittleError('finding.not-found', `there is no risk \`${param('id').slice(0, 80)}\``)
    const rule = deps.detections.find((about) => about.id === record.detection)
    const names = await userNames(db, tenant)
    const ticket = await ticketOf(db, tenant, record.id)
    return {
      ...riskRow(record), likelihood: record.likelihood, impact: record.impact, evidence: record.evidence, paths: [...record.paths],
      why: rule?.why ?? 'This version of Whittle does not know the rule any more.', source: rule?.source ?? null, frameworks: [...(rule?.frameworks ?? [])], blindSpots: [...(rule?.blindSpots ?? [])],
      fixes: record.fixes.flatMap((id) => deps.remediations.filter((fix) => fix.id === id).map(({ title, effect }) => ({ id, title, effect }))),
      plans: (await planRecordsOfFinding(db, tenant, record.id)).map((plan) => listedPlan(plan, names)),
      ticket: ticket === null || ticket.state === 'absent' ? null : { state: ticket.state, key: ticket.issueKey, url: ticket.url, reason: ticket.reason },
      timeline: eventsOf(await timelineOf(db, tenant, record.id), names), reopenedCount: record.reopenedCount, mutedUntil: record.mutedUntil, stateReason: record.stateReason ?? record.unknownReason,
    }
  })),
})
