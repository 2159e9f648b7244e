import { analyze, chooseDetections, judgeEstate, type Judgment } from '../analysis/detect.ts'
import type { Estate } from '../model/estate.ts'
import type { Instant } from '../model/instant.ts'
import { jsonObjectSchema } from '../model/json.ts'
import { answerSource } from '../store/answers.ts'
import { type Db, withTenant } from '../store/db.ts'
import { findingPlaces } from '../store/finding-places.ts'
import { type Judgements, recordJudgements } from '../store/findings.ts'
import { finishScan, type ScanAccount, scanById } from '../store/scans.ts'
import { putSetting } from '../store/switches.ts'
import { accountFacts } from './account-facts.ts'
import type { OfScan, ScanActivities } from './contract.ts'
import { accountFactsKey } from './execute-step.ts'
import type { ScannerDeps } from './scanner-deps.ts'
import { triggerRuns } from './trigger-runs.ts'

/**
 * Findings, triggered runs and the scan's end are committed together, so that an attempt that died has left nothing. The whole estate of the environment is judged, also
 * where only some accounts could be read this time: facts carry their own age, and a finding is resolved only by newer ones.
 */
export const judgeEnvironment = (deps: ScannerDeps): ScanActivities['judgeEnvironment'] => async (scan) => {
  const { tenant, environment, scanId } = scan
  const options = { settings: deps.detectionSettings }
  const estate = deps.interpret(await withTenant(deps.store, tenant, (db) => answerSource(db, tenant, environment)))
  deps.heartbeat()
  const judged = judgeEstate(estate, deps.detections, options)
  deps.heartbeat()
  const { findings: _, ...summary } = analyze(estate, deps.detections, options)
  deps.heartbeat()
  return withTenant(deps.store, tenant, async (db) => {
    const accounts = (await scanById(db, tenant, scanId))?.accounts ?? []
    const detections = chooseDetections(deps.detections, options).map(({ id }) => id)
    const recorded = await recordJudgements(db, tenant, { environment, scanId, ...judgementsOf(judged), goneUnlessSeen: await completelyJudged(db, scan, { estate, accounts, detections }) })
    for (const { cloud, account, facts } of accountFacts(estate)) await putSetting(db, tenant, accountFactsKey(cloud, account), facts)
    const triggered = await triggerRuns(deps, db, { tenant, environment, findingIds: [...recorded.opened, ...recorded.reopened] })
    const state = isPartial(estate, accounts) ? 'partial' : 'complete'
    const counts = { opened: recorded.opened.length, reopened: recorded.reopened.length, resolved: recorded.resolved.length, triggered }
    await finishScan(db, tenant, scanId, { state, reason: reasonOf(accounts), report: jsonObjectSchema.parse(JSON.parse(JSON.stringify({ ...summary, ...counts }))) })
    return { state, opened: counts.opened + counts.reopened, resolved: counts.resolved, triggered }
  })
}

/** A pass, or that the rule does not apply, clears on its facts; what could not be told stays as it was. */
function judgementsOf(judged: readonly Judgment[]): Pick<Judgements, 'sightings' | 'clearances' | 'unknown'> {
  return {
    sightings: judged.flatMap(({ finding, subject }) => (finding === null ? [] : [{ finding, observedAt: subject.observedAt }])),
    clearances: judged.flatMap(({ id, subject, judgement }) => (judgement.kind === 'pass' || judgement.kind === 'not-applicable' ? [{ findingId: id, how: 'fixed' as const, observedAt: subject.observedAt }] : [])),
    unknown: judged.flatMap(({ id, judgement }) => (judgement.kind === 'unknown' ? [{ findingId: id, reason: judgement.reason }] : [])),
  }
}

/**
 * INVARIANT: a finding whose subject is not there any more is gone only where everything that could hold the subject was read by this scan: the whole account on AWS, the
 * whole cloud elsewhere, whose subjects may be listed by another folder than the one that they belong to.
 */
async function completelyJudged(db: Db, scan: OfScan, read: { estate: Estate; accounts: readonly ScanAccount[]; detections: readonly string[] }): Promise<Judgements['goneUnlessSeen']> {
  const places = await findingPlaces(db, scan.tenant, scan.environment)
  const missing = [...read.estate.unread.map((gap) => gap.what), ...read.estate.problems.map((problem) => problem.file)]
  return places.filter((place) => read.detections.includes(place.detection)).flatMap((place) => {
    const root = place.cloud === 'aws' ? `aws/${place.account}` : place.cloud
    const isMissing = missing.some((what) => what.startsWith(`${root}/`) || !/^(aws|azure|gcp)\//.test(what))
    const here = read.accounts.filter((account) => (place.cloud === 'aws' ? account.cloud === 'aws' && account.account === place.account : account.cloud === place.cloud))
    if (isMissing || here.length === 0 || here.some((account) => account.state !== 'complete')) return []
    const observedAt: Instant = read.estate.asOf
    return [{ detection: place.detection, account: place.account, observedAt }]
  })
}

/** What was not exported is no failure of the scan; what was refused, broken or cut off is. */
const isPartial = (estate: Estate, accounts: readonly ScanAccount[]): boolean =>
  accounts.some((account) => account.state !== 'complete') || estate.problems.length > 0 || estate.unread.some((gap) => gap.why !== 'not-exported')

function reasonOf(accounts: readonly ScanAccount[]): string | null {
  const failed = accounts.filter((account) => account.state === 'failed')
  const [first] = failed
  return first ? `${String(failed.length)} of ${String(accounts.length)} accounts could not be read; ${first.cloud} ${first.account}: ${first.reason ?? 'no reason'}`.slice(0, 500) : null
}
