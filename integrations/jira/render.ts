import type { Severity } from '../../model/detection.ts'
import type { Finding } from '../../model/finding.ts'
import type { Json } from '../../model/json.ts'
import { type AdfDocument, codeBlock, document, heading, link, paragraph, strong, text, visible } from './document.ts'

export type TicketSettings = { readonly project: string; readonly issueType: string; readonly labels: readonly string[]; readonly priorities: Readonly<Partial<Record<Severity, string>>>; readonly publicUrl: string }
export type TicketFields = {
  readonly project: { readonly key: string }; readonly issuetype: { readonly name: string }; readonly summary: string; readonly description: AdfDocument
  readonly labels: readonly string[]; readonly priority?: { readonly name: string }
}

/** On every issue of Whittle: what the poll asks for. */
export const whittleLabel = 'whittle'
/** On the one issue of a risk: what creation is idempotent by. */
export const riskLabel = (findingId: string): string => `whittle-${findingId}`
export const findingOfLabels = (labels: readonly string[]): string | null => labels.map((one) => /^whittle-(f_[0-9a-f]{24})$/.exec(one)?.[1]).find((id) => id !== undefined) ?? null

/** The names that a new Jira site has; `jira.priorities` in whittle.yaml overrides each. */
const priorityNames: Readonly<Record<Severity, string>> = { critical: 'Highest', high: 'High', medium: 'Medium', low: 'Low', info: 'Lowest' }

export const riskUrl = (publicUrl: string, findingId: string): string => `${publicUrl}/risks/${encodeURIComponent(findingId)}`
/** The remote link of an issue: setting it twice sets it once, because Jira keys it by `globalId`. */
export const remoteLinkOf = (findingId: string, publicUrl: string) => ({ globalId: `whittle=${findingId}`, url: riskUrl(publicUrl, findingId), title: 'Risk in Whittle' })

/** The fields of a risk's issue: project, type, summary, priority, labels, and the evidence as a document. */
export function ticketFields(finding: Finding, settings: TicketSettings): TicketFields {
  return {
    project: { key: settings.project }, issuetype: { name: settings.issueType }, summary: visible(`${finding.title}: ${finding.principal ?? finding.resource ?? finding.account}`.replace(/\s+/g, ' '), 250),
    description: describeRisk(finding, settings.publicUrl), labels: [...new Set([whittleLabel, ...settings.labels, riskLabel(finding.id)])],
    priority: { name: settings.priorities[finding.severity] ?? priorityNames[finding.severity] },
  }
}

function describeRisk(finding: Finding, publicUrl: string): AdfDocument {
  const row = (name: string, value: string) => paragraph(strong(`${name}: `), text(value, 500))
  return document([
    paragraph(text(finding.summary, 2000)),
    row('Severity', `${finding.severity} (likelihood ${String(finding.likelihood)} × impact ${String(finding.impact)}, ${finding.certainty})`),
    row('Account', `${finding.cloud} ${finding.account}`),
    ...(finding.principal === null ? [] : [row('Principal', finding.principal)]), ...(finding.resource === null ? [] : [row('Resource', finding.resource)]),
    row('Rule', finding.detection),
    heading('Evidence'), codeBlock(jsonText(finding.evidence), 15_000),
    ...(finding.paths.length === 0 ? [] : [heading('Paths'), codeBlock(jsonText(finding.paths), 8000)]),
    paragraph(link('Open the risk in Whittle', riskUrl(publicUrl, finding.id)), text(' to see its plan, decide and undo. Closing this issue does not close the risk: it closes when it is fixed.', 300)),
  ])
}
const jsonText = (value: Json): string => JSON.stringify(value, null, 2)

/** A comment of ours. `ref` stands at its end, so that a comment whose answer was lost is found again instead of being written twice. */
export const commentDocument = (sentence: string, ref: string): AdfDocument => document([paragraph(text(sentence, 4000)), paragraph({ type: 'text', text: refLine(ref), marks: [{ type: 'em' }] })])
export const refLine = (ref: string): string => `whittle ref ${ref}`
const anyRef = /^whittle ref ([0-9a-f]{12})$/m
/** The ref of a comment that is ours, else null. */
export const refOf = (comment: string): string | null => anyRef.exec(comment)?.[1] ?? null
