// The golden output of the sandbox. `node test/sandbox/golden.ts` renews it: read the difference before you commit it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyze } from '../../analysis/detect.ts'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { renderSandbox } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import type { Estate } from '../../model/estate.ts'
import type { Analysis } from '../../model/finding.ts'
import { instant } from '../../model/instant.ts'

export const goldenFile = join(import.meta.dirname, '..', 'golden', 'sandbox.json')
export const goldenDay = instant('2026-11-20T00:00:00Z')

/** Acme on the golden day, through files and back. */
export function sandboxOnDisk(): { readonly estate: Estate; readonly analysis: Analysis; readonly text: string } {
  const dir = mkdtempSync(join(tmpdir(), 'whittle-golden-'))
  try {
    renderSandbox(dir, goldenDay)
    const estate = interpretEstate(readEstateDirectory(dir))
    const analysis = analyze(estate, detections)
    return { estate, analysis, text: `${JSON.stringify(analysis, null, 2)}\n` }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

export const golden = (): string => readFileSync(goldenFile, 'utf8')
if (import.meta.main) writeFileSync(goldenFile, sandboxOnDisk().text)
