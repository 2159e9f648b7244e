import { Badge, type MantineColor } from '@mantine/core'
import type { Cloud } from '../../model/cloud.ts'
import type { Severity } from '../../model/detection.ts'
import type { PlanState } from '../../model/plan.ts'

const severityColors: Record<Severity, MantineColor> = { critical: 'red', high: 'orange', medium: 'yellow', low: 'blue', info: 'gray' }
export const SeverityBadge = ({ severity }: { readonly severity: Severity }) =>
  <Badge color={severityColors[severity]} variant={severity === 'critical' ? 'filled' : 'light'} radius="sm" miw={76}>{severity}</Badge>

export const cloudNames: Record<Cloud, string> = { aws: 'AWS', azure: 'Azure', gcp: 'Google Cloud' }

const planColors: Record<PlanState, MantineColor> = {
  proposed: 'gray', 'awaiting-approval': 'yellow', approved: 'blue', executing: 'blue', applied: 'teal', effective: 'green', watching: 'green', closed: 'green',
  rejected: 'gray', expired: 'gray', cancelled: 'gray', refused: 'red', 'rolled-back': 'grape', 'partial-needs-human': 'red',
}
const planWords: Record<PlanState, string> = {
  proposed: 'proposed', 'awaiting-approval': 'awaiting approval', approved: 'approved', executing: 'executing', applied: 'applied, being verified', effective: 'fixed and verified', watching: 'fixed, being watched', closed: 'fixed and closed',
  rejected: 'rejected', expired: 'expired', cancelled: 'withdrawn', refused: 'refused', 'rolled-back': 'undone', 'partial-needs-human': 'needs a person',
}
export const planStateWords = (state: PlanState): string => planWords[state]
export const PlanBadge = ({ state }: { readonly state: PlanState }) => <Badge color={planColors[state]} variant="light" radius="sm">{planWords[state]}</Badge>

const stateColors: Record<string, MantineColor> = { running: 'blue', waiting: 'yellow', paused: 'gray', done: 'green', complete: 'green', partial: 'orange', failed: 'red', cancelled: 'gray', open: 'orange', 'in-progress': 'blue', resolved: 'green', muted: 'gray' }
export const StateBadge = ({ state }: { readonly state: string }) => <Badge color={stateColors[state] ?? 'gray'} variant="light" radius="sm">{state}</Badge>

const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]] as const

/** `5 minutes ago`, with the full time for everyone who asks. */
export function When({ at }: { readonly at: string }) {
  const difference = Date.parse(at) - Date.now()
  const unit = units.find(([, size]) => Math.abs(difference) >= size)
  return <time dateTime={at} title={long.format(new Date(at))}>{unit === undefined ? 'just now' : relative.format(Math.round(difference / unit[1]), unit[0])}</time>
}
export const Moment = ({ at }: { readonly at: string }) => <time dateTime={at}>{long.format(new Date(at))}</time>

/** The last part of an ARN, member or id: what people call it. The whole stands in the title. */
export function Identity({ id }: { readonly id: string }) {
  return <code title={id}>{shortName(id)}</code>
}
export const shortName = (id: string): string => (id.startsWith('arn:') ? id.split(':').slice(5).join(':') : id.replace(/^azure:[0-9a-f-]+\//, ''))

/** Our own sentences quote names in backticks: shown as code. Text only; whatever stands in a name stays a name. */
export function Quoted({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}</>
}
