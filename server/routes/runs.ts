import { api } from '../../model/api.ts'
import { WhittleError } from '../../model/error.ts'
import type { RunRow } from '../../model/views.ts'
import { findingById } from '../../store/findings.ts'
import { userNames } from '../../store/plan-reading.ts'
import { runPage, runRecord, type RunRecord } from '../../store/run-reading.ts'
import { playbookOf, startRun } from '../../store/runs.ts'
import { whoIs } from '../plan-view.ts'
import { serve } from '../serve.ts'
import { asCaller, type RouteDeps } from './context.ts'

const runRow = (run: RunRecord, names: ReadonlyMap<string, string>): RunRow => ({
  id: run.id, playbook: run.playbookId, title: run.findingTitle ?? playbookOf(run).title, digestPrefix: run.digest.slice(0, 12), state: run.state, finding: run.findingId, plan: run.planId,
  startedBy: run.requestedBy === null ? 'a new finding' : whoIs(names, run.requestedBy), startedAt: run.createdAt, endedAt: run.endedAt, waitingFor: run.stateReason,
})

/** Playbook runs: a row in the store; the scanner starts and carries the workflow. */
export const runRoutes = (deps: RouteDeps) => ({
  playbooks: serve(api.playbooks, () => Promise.resolve({ rows: deps.playbooks.map(({ playbook, digest }) => ({ id: playbook.id, title: playbook.title, mode: playbook.mode, digestPrefix: digest.slice(0, 12), steps: playbook.steps.map((step) => step.kind) })) })),
  runs: serve(api.runs, ({ caller, query }) => asCaller(deps, caller, async (db, tenant) => {
    const names = await userNames(db, tenant)
    const page = await runPage(db, tenant, { cursor: query.cursor, limit: query.limit })
    return { rows: page.rows.map((run) => runRow(run, names)), next: page.next }
  })),
  run: serve(api.run, ({ caller, param }) => asCaller(deps, caller, async (db, tenant) => {
    const run = await runRecord(db, tenant, param('id'))
    if (run === null) throw new WhittleError('run.not-found', `there is no run \`${param('id').slice(0, 80)}\``)
    return { ...runRow(run, await userNames(db, tenant)), steps: run.steps.map((step) => ({ id: step.stepId, kind: step.kind, state: step.state, startedAt: step.startedAt, endedAt: step.endedAt, note: step.detail })) }
  })),
  startRun: serve(api.startRun, ({ caller, body }) => asCaller(deps, caller, async (db, tenant) => {
    const listed = deps.playbooks.find(({ playbook }) => playbook.id === body.playbook)
    if (listed === undefined) throw new WhittleError('playbook.not-found', `there is no playbook \`${body.playbook}\`: there are ${deps.playbooks.map(({ playbook }) => `\`${playbook.id}\``).join(', ')}`)
    const finding = await findingById(db, tenant, body.finding)
    if (finding === null) throw new WhittleError('finding.not-found', `there is no risk \`${body.finding.slice(0, 80)}\``)
    if (finding.state === 'resolved') throw new WhittleError('plan.refused', 'this risk is resolved: there is nothing to fix')
    const { run } = await startRun(db, tenant, { playbook: listed.playbook, findingId: finding.id, environment: finding.environment, requestedBy: caller.userId, options: {} })
    return { id: run.id }
  })),
})
