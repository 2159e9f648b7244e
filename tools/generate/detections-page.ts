import { detections } from '../../detections/index.ts'
import { clouds } from '../../model/cloud.ts'
import { type Detection, type Impact, type Likelihood, severityOf } from '../../model/detection.ts'
import { cloudNames, code, generatedNote, table } from './markdown.ts'

const steps: readonly (Likelihood & Impact)[] = [1, 2, 3, 4]

/** docs/detections.md. */
export function detectionsPage(): string {
  const sorted = [...detections].sort((a, b) => (a.id < b.id ? -1 : 1))
  return `${[
    generatedNote, '# Detections',
    'Every rule judges every subject of its kind: *pass*, *violation*, *unknown* (something that it needs was not read) or *not applicable*. A violation is *certain*, *assumed* (holds unless something unread denies it) or *conditional*.',
    'Severity is likelihood × impact, by this matrix; a rule may judge one subject higher or lower than usual and says so in its evidence.',
    table(['likelihood ↓ impact →', ...steps.map(String)], steps.map((likelihood) => [String(likelihood), ...steps.map((impact) => severityOf(likelihood, impact))])),
    'Options and severities are set under `detections:` in `whittle.yaml`.',
    ...clouds.flatMap((cloud) => {
      const ofCloud = sorted.filter((detection) => detection.cloud === cloud)
      return ofCloud.length === 0 ? [] : [`## ${cloudNames[cloud]}`, table(['detection', 'title', 'severity', 'fix'], ofCloud.map((each) => [`[${each.id}](#${each.id})`, each.title, severityOf(each.likelihood, each.impact), each.fixedBy.map(code).join(', ')])), ...ofCloud.map(section)]
    }),
  ].join('\n\n')}\n`
}

function section({ id, title, why, likelihood, impact, options, readsWith, fixedBy, frameworks, blindSpots, source }: Detection): string {
  const list = (name: string, values: readonly string[]): readonly string[] => (values.length === 0 ? [] : [`- ${name}: ${values.join(', ')}`])
  return [
    `### ${id}`, '', `${title}. ${why}`, '',
    `- Severity: ${severityOf(likelihood, impact)} (likelihood ${String(likelihood)}, impact ${String(impact)})`,
    ...list('Options', Object.entries(options).map(([name, value]) => `${code(name)} = ${code(String(value))}`)),
    ...list('Frameworks', frameworks.map(({ framework, control }) => `${framework} ${control}`)),
    ...list('Reads with', readsWith.map(code)), ...list('Fixed by', fixedBy.map(code)),
    ...(blindSpots.length === 0 ? [] : ['- Does not see:', ...blindSpots.map((spot) => `  - ${spot}`)]), `- Source: <${source}>`,
  ].join('\n')
}
