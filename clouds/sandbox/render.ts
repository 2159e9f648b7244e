import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '../../model/instant.ts'
import { replaceFile, writeAnswer } from '../estate-directory.ts'
import { awsAnswers, type Printed } from './aws-answers.ts'
import { azureAnswers } from './azure-answers.ts'
import { gcpAnswers } from './gcp-answers.ts'
import { agoFrom } from './template/names.ts'

/** Everything that the vendors' own CLIs would print of Acme on the day `asOf`, by estate path. */
export function sandboxAnswers(asOf: Instant): Printed {
  const ago = agoFrom(asOf)
  return { ...awsAnswers(ago), ...azureAnswers(ago), ...gcpAnswers(ago) }
}

/** The estate of Acme stands below `dir` (made where missing) in the layout of CONTRACTS §1; every date is relative to `asOf`, the same `asOf` gives the same bytes and file times. */
export function renderSandbox(dir: string, asOf: Instant): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  for (const [path, page] of Object.entries(sandboxAnswers(asOf))) writeAnswer(dir, path, { kind: 'present', pages: [page], isComplete: true, observedAt: asOf })
  // because a folder with this file is a whole estate: it is written last, so that a start that was killed renders again
  replaceFile(join(dir, 'estate.json'), `${JSON.stringify({ schemaVersion: 1, asOf, label: 'Acme' }, null, 2)}\n`, asOf)
}
