import { type Certainty, type Detection, type Judged, type Judgement, type Options, type Severity, type Subject, severities, severityOf } from '../model/detection.ts'
import { WhittleError } from '../model/error.ts'
import type { Estate } from '../model/estate.ts'
import type { Analysis, Finding } from '../model/finding.ts'
import type { Gap } from '../model/known.ts'
import { findingId } from './finding-id.ts'

/** What a tenant says about one detection (`detections:` of whittle.yaml). */
export type DetectionSetting = { readonly enabled?: boolean | undefined; readonly severity?: Severity | undefined; readonly options?: Options | undefined }
export type AnalyzeOptions = { readonly only?: readonly string[]; readonly settings?: Readonly<Record<string, DetectionSetting>> }

/** One judgement with the id that a violation of it has; `finding` only where it is one. At most one per (detection, subject, part). */
export type Judgment = Judged & { readonly id: string; readonly detection: string; readonly finding: Finding | null }

type Violation = Extract<Judgement, { kind: 'violation' }>

/** The chosen detections. @throws WhittleError `input.invalid` on an id that is not in the list. */
export function chooseDetections(detections: readonly Detection[], { only, settings = {} }: AnalyzeOptions): readonly Detection[] {
  for (const id of [...(only ?? []), ...Object.keys(settings)]) {
    if (!detections.some((detection) => detection.id === id)) throw new WhittleError('input.invalid', `there is no detection \`${id}\`; the list is: ${detections.map((each) => each.id).sort().join(', ')}`)
  }
  return only === undefined ? detections.filter((detection) => settings[detection.id]?.enabled !== false) : detections.filter((detection) => only.includes(detection.id))
}

/** Every judgement of every chosen detection, in the order of the list. What scans keep; `analyze` is a summary of it. */
export function judgeEstate(estate: Estate, detections: readonly Detection[], options: AnalyzeOptions = {}): readonly Judgment[] {
  return chooseDetections(detections, options).flatMap((detection) => {
    const setting = options.settings?.[detection.id]
    const byId = new Map<string, Judgment>()
    for (const { subject, judgement } of detection.run(estate, setting?.options)) {
      const id = findingId(detection.id, detection.cloud, subject)
      const finding = judgement.kind === 'violation' ? findingOf(detection, subject, judgement, setting?.severity) : null
      const judged = { id, detection: detection.id, subject, judgement, finding }
      const earlier = byId.get(id)
      byId.set(id, earlier === undefined || isWorse(judged, earlier) ? judged : earlier)
    }
    return [...byId.values()]
  })
}

/**
 * What `detections` say of `estate` (CONTRACTS §2): findings by severity (worst first), then id; coverage of every chosen detection, also
 * where it had nothing to judge; what was not read, once, with how many subjects hang on it. The same input gives the same bytes.
 * @throws WhittleError `input.invalid` on an unknown detection id
 */
export function analyze(estate: Estate, detections: readonly Detection[], options: AnalyzeOptions = {}): Analysis {
  const judged = judgeEstate(estate, detections, options)
  return {
    schemaVersion: 1, asOf: estate.asOf, estate: countEstate(estate),
    coverage: chooseDetections(detections, options).map(({ id }) => coverageOf(id, judged.filter((each) => each.detection === id))).sort(by((row) => row.detection)),
    unread: unreadOf(estate, judged),
    findings: judged.flatMap(({ finding }) => finding ?? []).sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || compare(a.id, b.id)),
    unknown: judged.flatMap(({ detection, subject, judgement }) => (judgement.kind === 'unknown' ? { detection, subject: nameOf(subject), reason: judgement.reason } : []))
      .sort(by((row) => `${row.detection}\n${row.subject}\n${row.reason}`)),
    problems: estate.problems.map(({ file, position, reason }) => ({ file, position, reason })).sort(by((row) => `${row.file}\n${row.position}\n${row.reason}`)),
  }
}

/** A violation as CONTRACTS §2 prints it. */
function findingOf(detection: Detection, subject: Subject, judgement: Violation, severity?: Severity): Finding {
  const likelihood = judgement.likelihood ?? detection.likelihood
  const impact = judgement.impact ?? detection.impact
  return {
    id: findingId(detection.id, detection.cloud, subject), detection: detection.id, title: detection.title, severity: severity ?? severityOf(likelihood, impact),
    likelihood, impact, certainty: judgement.certainty, cloud: detection.cloud, account: subject.account, principal: subject.principal, resource: subject.resource,
    summary: judgement.summary, evidence: judgement.evidence, paths: [], fixes: [...detection.fixedBy],
  }
}

// because one subject may be reached twice (a user through two groups): the worst answer counts, and an unknown is never folded into a pass
const rank: Record<Judgement['kind'], number> = { 'not-applicable': 0, pass: 1, unknown: 2, violation: 3 }
const certaintyRank: Record<Certainty, number> = { conditional: 0, assumed: 1, certain: 2 }
function isWorse(a: Judgment, b: Judgment): boolean {
  const weigh = ({ judgement, finding }: Judgment) => rank[judgement.kind] * 100 + (finding === null ? 0 : (severities.length - severities.indexOf(finding.severity)) * 10 + certaintyRank[finding.certainty])
  return weigh(a) > weigh(b)
}

function coverageOf(detection: string, judged: readonly Judgment[]): Analysis['coverage'][number] {
  const count = (kind: Judgement['kind']) => judged.filter(({ judgement }) => judgement.kind === kind).length
  return { detection, judged: judged.length, passed: count('pass'), violated: count('violation'), unknown: count('unknown'), notApplicable: count('not-applicable') }
}

function unreadOf(estate: Estate, judged: readonly Judgment[]): Analysis['unread'] {
  const rows = new Map<string, { what: string; why: string; subjects: Set<string> }>()
  const row = ({ what, reason }: Gap) => {
    const key = `${what}\n${reason}`
    const found = rows.get(key) ?? { what, why: reason, subjects: new Set<string>() }
    rows.set(key, found)
    return found
  }
  estate.unread.forEach(row)
  for (const { subject, judgement } of judged) {
    if (judgement.kind !== 'violation' && judgement.kind !== 'unknown') continue
    for (const gap of judgement.unread ?? []) row(gap).subjects.add(subject.id)
  }
  return [...rows.values()].map(({ what, why, subjects }) => ({ what, why, subjects: subjects.size })).sort(by((each) => `${each.what}\n${each.why}`))
}

function countEstate({ aws, azure, gcp, principals }: Estate): Record<string, number> {
  const ofCloud = (cloud: string) => principals.filter((principal) => principal.cloud === cloud).length
  return {
    accounts: aws.accounts.length + azure.accounts.length + gcp.accounts.length, principals: principals.length,
    awsAccounts: aws.accounts.length, awsPrincipals: ofCloud('aws'), azureAccounts: azure.accounts.length, azurePrincipals: ofCloud('azure'),
    gcpAccounts: gcp.accounts.length, gcpPrincipals: ofCloud('gcp'),
  }
}

const nameOf = ({ id, part, principal, resource }: Subject): string => `${principal ?? resource ?? id}${part === '' ? '' : `#${part}`}`
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const by = <T>(key: (row: T) => string) => (a: T, b: T): number => compare(key(a), key(b))
