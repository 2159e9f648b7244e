import type { Playbook } from '../model/playbook.ts'
import { daysAfter } from '../model/instant.ts'
import type { PlanState } from '../model/plan.ts'
import { databaseNow, type Db } from '../store/db.ts'
import { findingById, type StoredFinding } from '../store/findings.ts'
import { plansOfFinding } from '../store/plans.ts'
import { startRun, triggeredToday } from '../store/runs.ts'
import type { ScannerDeps } from './scanner-deps.ts'

const most = 500

/**
 * For each new finding the matching playbook of highest priority has a run, within its limits of one scan and of one day. Only playbooks that ask are triggered; an
 * expression (`when`) that cannot be evaluated here matches nothing.
 */
export async function triggerRuns({ playbooks }: Pick<ScannerDeps, 'playbooks'>, db: Db, found: { tenant: string; environment: string; findingIds: readonly string[] }): Promise<number> {
  const triggered = [...playbooks.values()].filter((playbook) => playbook.mode === 'ask' && playbook.triggers.length > 0).toSorted((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
  if (triggered.length === 0) return 0
  const started = new Map<string, number>()
  const today = new Map<string, number>()
  for (const playbook of triggered) today.set(playbook.id, await triggeredToday(db, found.tenant, playbook.id))
  for (const id of found.findingIds.slice(0, most)) {
    const finding = await findingById(db, found.tenant, id)
    const playbook = finding && triggered.find((candidate) => matches(candidate, finding))
    if (!finding || !playbook) continue
    const [now, soFar] = [started.get(playbook.id) ?? 0, today.get(playbook.id) ?? 0]
    if (now >= playbook.limits.perRun || soFar >= playbook.limits.perDay || (await wasTurnedDown(db, found.tenant, id))) continue
    const { isNew } = await startRun(db, found.tenant, { playbook, findingId: id, environment: found.environment, requestedBy: null, options: {} })
    if (!isNew) continue
    started.set(playbook.id, now + 1)
    today.set(playbook.id, soFar + 1)
  }
  return [...started.values()].reduce((sum, count) => sum + count, 0)
}

const turnedDown: readonly PlanState[] = ['rejected', 'rolled-back']
/** After a rejection or an undo nobody is asked again for 30 days (CONTRACTS §5), also where the evidence changed since; a person may ask at any time. */
async function wasTurnedDown(db: Db, tenant: string, findingId: string): Promise<boolean> {
  const oldest = daysAfter(await databaseNow(db), -30)
  return (await plansOfFinding(db, tenant, findingId)).some((plan) => turnedDown.includes(plan.state) && plan.updatedAt > oldest)
}

const matches = (playbook: Playbook, finding: StoredFinding): boolean => playbook.triggers.some((trigger) =>
  trigger.when === undefined && (trigger.detection?.includes(finding.detection) ?? true) && (trigger.severity?.includes(finding.severity) ?? true))
