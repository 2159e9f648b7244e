import { z } from 'zod'
import { whittleYamlSchema } from '../../config.ts'
import { approvalSchema } from '../../model/approval.ts'
import { changeSchema } from '../../model/change.ts'
import { analysisSchema, findingSchema } from '../../model/finding.ts'
import { planSchema } from '../../model/plan.ts'
import { playbookSchema } from '../../model/playbook.ts'
import { apiPage } from './api-page.ts'
import { detectionsPage } from './detections-page.ts'
import { estatePage } from './estate-page.ts'
import { permissionsPage } from './permissions-page.ts'

const schemas = { analysis: analysisSchema, finding: findingSchema, plan: planSchema, change: changeSchema, approval: approvalSchema, playbook: playbookSchema, whittle: whittleYamlSchema }

/** Every generated file by its path. Pure: what is committed is current when it equals this. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  const pages = { 'docs/detections.md': detectionsPage(), 'docs/estate.md': estatePage(), 'docs/permissions.md': permissionsPage(), 'docs/api.md': apiPage() }
  return { ...pages, ...Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [`docs/schemas/${name}.json`, printSchema(name, schema)])) }
}

/** As people write it (`io: input`): what has a default may be left out. */
function printSchema(name: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
  return `${JSON.stringify({ $schema, $id: `https://whittle.example/schemas/${name}.json`, title: name, ...rest }, null, 2)}\n`
}
