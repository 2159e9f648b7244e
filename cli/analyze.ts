import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { analyze } from '../analysis/detect.ts'
import { readEstateDirectory } from '../clouds/estate-directory.ts'
import { interpretEstate } from '../clouds/index.ts'
import { detections } from '../detections/index.ts'
import { isAtLeast, severities, type Severity, severitySchema } from '../model/detection.ts'
import { WhittleError } from '../model/error.ts'
import type { Analysis } from '../model/finding.ts'
import { type Instant, instantSchema } from '../model/instant.ts'
import { exits, exitWith } from './exit.ts'
import { writeOutput } from './output-file.ts'
import { renderTable } from './table.ts'

const formats = ['table', 'json', 'ndjson', 'sarif', 'csv'] as const
type Format = (typeof formats)[number]
type Options = { readonly format: Format; readonly only?: readonly string[]; readonly failOn?: Severity; readonly out?: string; readonly asOf?: Instant }

/** `whittle analyze ESTATE` (CONTRACTS §2, docs/analyze.md). */
export function make(): Command {
  return new Command('analyze')
    .addArgument(new Argument('<estate>', 'folder with exported answers (docs/estate.md), or one get-account-authorization-details file'))
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('table'))
    .addOption(new Option('--only <ids>', 'these detections alone, separated by commas').argParser((text) => text.split(',').map((id) => id.trim()).filter((id) => id !== '')))
    .addOption(new Option('--fail-on <severity>', `exit 3 where a finding is at least this severe (${severities.join(', ')})`).argParser(severityArgument))
    .addOption(new Option('--out <file>', 'write there instead of the terminal'))
    .addOption(new Option('--as-of <instant>', 'compute ages against this instant instead of that of the estate').argParser(instantArgument))
    .addHelpText('after', '\nExit: 0 fine · 1 internal error · 2 usage · 3 findings at or above --fail-on · 4 some files were broken (3 wins)')
    .action((estate: string, options: Options) => { analyzeEstate(estate, options) })
}

function analyzeEstate(path: string, options: Options): void {
  if (options.format !== 'table' && options.format !== 'json') throw new WhittleError('input.invalid', `the format \`${options.format}\` is not built yet; use \`--format table\` or \`--format json\``)
  const source = readEstateDirectory(path)
  const estate = interpretEstate(options.asOf === undefined ? source : { ...source, asOf: options.asOf })
  const analysis = analyze(estate, detections, options.only === undefined ? {} : { only: options.only })
  const text = options.format === 'json' ? `${JSON.stringify(analysis, null, 2)}\n`
    : renderTable(analysis, { label: estate.label, width: options.out === undefined ? process.stdout.columns : undefined, isColoured: options.out === undefined ? undefined : false })
  if (options.out === undefined) process.stdout.write(text)
  else writeOutput(options.out, text)
  exitWith(exitAfter(analysis, options.failOn))
}

function exitAfter({ findings, problems }: Analysis, failOn: Severity | undefined): (typeof exits)['fine' | 'findings' | 'partial'] {
  if (failOn !== undefined && findings.some(({ severity }) => isAtLeast(severity, failOn))) return exits.findings
  return problems.length > 0 ? exits.partial : exits.fine
}

function severityArgument(text: string): Severity {
  const parsed = severitySchema.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError(`allowed are ${severities.join(', ')}.`)
  return parsed.data
}

function instantArgument(text: string): Instant {
  const parsed = instantSchema.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('give a date such as 2026-11-20 or 2026-11-20T00:00:00Z.')
  return parsed.data
}
