import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { decodeArgument, readEstateDirectory } from '../../clouds/estate-directory.ts'
import { answerKinds, interpretEstate } from '../../clouds/index.ts'
import { renderSandbox, sandboxAnswers } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import { instant } from '../../model/instant.ts'
import type { Json } from '../../model/json.ts'
import { whittle } from './whittle.ts'

const root = mkdtempSync(join(tmpdir(), 'whittle-script-'))
afterAll(() => { rmSync(root, { recursive: true, force: true }) })
const asOf = instant('2026-11-20T00:00:00Z')

/** The command of docs/estate.md that prints the answer at `path`, with its arguments in place and as a shell hands them over. */
function commandOf(path: string): string {
  for (const kind of answerKinds) {
    const names = [...kind.path.matchAll(/<([A-Za-z]+)>/g)].map(([, name]) => name ?? '')
    const match = new RegExp(`^${kind.path.replaceAll(/<[A-Za-z]+>/g, '([^/]+)')}$`).exec(path)
    if (match === null || (kind.path === 'gcp/<organizationId>/<projectId>/roles' && path.split('/')[2] === 'roles')) continue
    const filled = names.reduce((command, name, index) => command.replaceAll(`<${name}>`, decodeArgument(match[index + 1] ?? '') ?? ''), kind.command)
    return filled.replaceAll(/['"]/g, '').replace(' --format=json', '').replace(' --output json', '')
  }
  throw new Error(`no command for ${path}`)
}

/** Stand-ins for `az` and `gcloud`: each prints what Acme's answer to exactly this command is, and fails on every other as the vendor would. */
function vendorsOf(bin: string, answers: Readonly<Record<string, Json>>): void {
  const kept = join(bin, 'answers')
  mkdirSync(kept, { recursive: true })
  const keep = (command: string, text: string): void => { writeFileSync(join(kept, createHash('sha256').update(command).digest('hex')), text) }
  for (const [path, answer] of Object.entries(answers)) if (!path.startsWith('aws/')) keep(commandOf(path), JSON.stringify(answer, null, 2))
  for (const path of Object.keys(answers).filter((each) => /roles\/projects%2F/.test(each))) {
    const [, project, , role] = (decodeArgument(path.split('/').at(-1) ?? '') ?? '').split('/')
    keep(`gcloud iam roles describe ${role ?? ''} --project=${project ?? ''}`, JSON.stringify(answers[path], null, 2))
  }
  const folders = JSON.parse(JSON.stringify(answers['gcp/100000000009/folders']))
  for (const parent of ['organizations/100000000009', ...folders.map(({ name }: { name: string }) => name)]) {
    keep(`gcloud resource-manager folders list --${parent.replace('s/', '=')}`, JSON.stringify(folders.filter((folder: { parent: string }) => folder.parent === parent), null, 2))
  }
  const subscriptions = JSON.parse(JSON.stringify(answers['azure/10000000-0000-4000-8000-000000000001/subscriptions']))
  keep('az account show --query tenantId --output tsv', '10000000-0000-4000-8000-000000000001\n')
  keep("az account list --all --query [?tenantId=='10000000-0000-4000-8000-000000000001'].id --output tsv", subscriptions.map(({ id }: { id: string }) => `${id}\n`).join(''))
  keep('gcloud organizations list --format=value(name.basename())', '100000000009\n')
  for (const vendor of ['az', 'gcloud']) {
    writeFileSync(join(bin, vendor), `#!/bin/sh\ncommand=$(printf %s "${vendor} $*" | sed 's/ --format=json//; s/ --output json//')\nfile="${kept}/$(printf %s "$command" | sha256sum | cut -c 1-64)"\nif [ -f "$file" ]; then cat "$file"; else echo "ERROR: (${vendor}.call) PERMISSION_DENIED: $command" >&2; exit 1; fi\n`)
    chmodSync(join(bin, vendor), 0o755)
  }
  for (const tool of ['sh', 'sed', 'mkdir', 'dirname', 'mv', 'rm', 'head', 'sort', 'find', 'cat', 'sha256sum', 'cut']) symlinkSync(spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(), join(bin, tool))
}

function exported(name: string, answers: Readonly<Record<string, Json>>): string {
  const [bin, dir, script] = [join(root, `${name}-bin`), join(root, name), join(root, `${name}.sh`)]
  vendorsOf(bin, answers)
  writeFileSync(script, whittle('collect', '--print-script').stdout)
  const ran = spawnSync(join(bin, 'sh'), [script, dir], { env: { PATH: bin }, encoding: 'utf8' })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  writeFileSync(join(dir, 'estate.json'), JSON.stringify({ schemaVersion: 1, asOf }))
  return dir
}
const ofAzureAndGcp = (dir: string) => {
  const estate = interpretEstate(readEstateDirectory(dir))
  const { findings, unknown } = analyze(estate, detections)
  return { findings: findings.filter(({ cloud }) => cloud !== 'aws'), unknown: unknown.filter(({ detection }) => !detection.startsWith('aws')), problems: estate.problems,
    unread: estate.unread.filter(({ what }) => !what.startsWith('aws')), principals: estate.principals.filter(({ cloud }) => cloud !== 'aws') }
}

test('the printed script asks with the commands of docs/estate.md, and what they print is the estate', () => {
  renderSandbox(join(root, 'acme'), asOf)
  const whole = ofAzureAndGcp(join(root, 'acme'))
  expect(whole.findings.length).toBeGreaterThan(12)
  expect(ofAzureAndGcp(exported('all', sandboxAnswers(asOf)))).toEqual(whole)
})
test('a call that is refused becomes an answer that says so, and the rest is exported', () => {
  const { 'gcp/100000000009/acme-lab/iam-policy': _refused, 'azure/10000000-0000-4000-8000-000000000001/graph/users': _users, ...rest } = sandboxAnswers(asOf)
  const dir = exported('refused', rest)
  const source = readEstateDirectory(dir)
  expect(source.read('gcp/100000000009/acme-lab/iam-policy')).toMatchObject({ kind: 'error', code: 'PERMISSION_DENIED' })
  expect(source.read('azure/10000000-0000-4000-8000-000000000001/graph/users')).toMatchObject({ kind: 'error' })
  expect(source.problems).toEqual([])
  expect(interpretEstate(source).unread.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringContaining('acme-lab/iam-policy'), expect.stringContaining('graph/users')]))
})
