import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { analyze } from '../../analysis/detect.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { changeKindAbout } from '../../clouds/change-kinds.ts'
import { readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import { sandboxChangeDriver } from '../../clouds/sandbox/change.ts'
import { reportCell } from '../../clouds/sandbox/credential-report.ts'
import { renderSandbox } from '../../clouds/sandbox/render.ts'
import { detections } from '../../detections/index.ts'
import type { Change } from '../../model/change.ts'
import { instant } from '../../model/instant.ts'
import type { Remediation } from '../../model/remediation.ts'
import { remediations } from '../../remediations/index.ts'

const root = mkdtempSync(join(tmpdir(), 'whittle-change-'))
afterAll(() => { rmSync(root, { recursive: true, force: true }) })
const asOf = instant('2026-11-20T00:00:00Z')
const later = instant('2026-11-21T08:00:00Z')
const fresh = (name: string): string => { renderSandbox(join(root, name), asOf); return join(root, name) }
const analysisOf = (dir: string) => analyze(interpretEstate(readEstateDirectory(dir)), detections)
const inverseOf = ({ kind, target, before, after }: Change): Change => ({ kind, target, before: after, after: before, base: canonicalHash(after) })

/** The three journeys of the first release: a detection, whom it is about, and the remediation that fixes it. */
const journeys: readonly (readonly [string, string, string])[] = [
  ['aws-access-key-unused', 'arn:aws:iam::100000000002:user/deploy-bot', 'deactivate-access-key'],
  ['azure-guest-with-write', 'azure:10000000-0000-4000-8000-000000000001/30000000-0000-4000-8000-000000000012', 'remove-role-assignment'],
  ['gcp-principal-token-creator-at-project', 'user:tess.moreno@acme.example', 'remove-policy-binding'],
]

function draftOf(dir: string, detection: string, principal: string, remediation: string) {
  const finding = analysisOf(dir).findings.find((each) => each.detection === detection && each.principal === principal)
  if (finding === undefined) throw new Error(`no finding of ${detection} about ${principal}`)
  expect(finding.fixes).toContain(remediation)
  const fix: Remediation | undefined = remediations.find(({ id }) => id === remediation)
  const proposed = fix?.propose(finding, interpretEstate(readEstateDirectory(dir)), {})
  if (proposed?.ok !== true) throw new Error(`not proposed: ${proposed?.error ?? remediation}`)
  return { finding, draft: proposed.value }
}

describe.each(journeys)('%s of %s', (detection, principal, remediation) => {
  test('the draft\'s base is what the driver reads; applied, the finding is gone and no other changed; undone, all is as before', async () => {
    const dir = fresh(`journey-${detection}`)
    const before = analysisOf(dir)
    const { finding, draft } = draftOf(dir, detection, principal, remediation)
    for (const change of draft.changes) {
      const driver = sandboxChangeDriver(change.kind, dir, () => later)
      expect(canonicalHash(changeKindAbout(change.kind).canonical(await driver.read(change.target)))).toBe(change.base)
      await driver.write(change)
      expect(await driver.read(change.target)).toEqual(change.after)
      await driver.write(change) // because a step that was killed is executed again
      expect(await driver.read(change.target)).toEqual(change.after)
    }
    expect(analysisOf(dir).findings).toEqual(before.findings.filter(({ id }) => id !== finding.id))
    expect(analysisOf(dir).problems).toEqual([])
    for (const change of draft.inverse) await sandboxChangeDriver(change.kind, dir, () => later).write(change)
    expect(analysisOf(dir)).toEqual(before)
  })
  test('a target that changed meanwhile no longer has the base of the plan; changed back, it has it again', async () => {
    const dir = fresh(`conflict-${detection}`)
    const { draft } = draftOf(dir, detection, principal, remediation)
    const [change] = draft.changes
    if (change === undefined) throw new Error('no change')
    const driver = sandboxChangeDriver(change.kind, dir, () => later)
    await driver.write(change)
    expect(canonicalHash(await driver.read(change.target))).not.toBe(change.base)
    await driver.write(inverseOf(change))
    expect(canonicalHash(await driver.read(change.target))).toBe(change.base)
  })
})

describe('access keys', () => {
  const iam = 'aws/100000000002/global/iam'
  const keyOf = (dir: string, user: string): string => String(JSON.parse(readFileSync(join(dir, iam, 'list-access-keys', `${user}.json`), 'utf8')).AccessKeyMetadata[0].AccessKeyId)
  const report = (dir: string): string => String(JSON.parse(readFileSync(join(dir, iam, 'get-credential-report.json'), 'utf8')).Content)
  const turn = (dir: string, user: string, to: 'Active' | 'Inactive', userId = 'AIDAX'): Change => ({ kind: 'aws.access-key.status', target: `arn:aws:iam::100000000002:user/${user}#${keyOf(dir, user)}`,
    before: { status: to === 'Active' ? 'Inactive' : 'Active', userId }, after: { status: to, userId }, base: '0'.repeat(64) })

  test('the list of keys and the credential report say the same, and of no other user anything changes', async () => {
    const dir = fresh('report')
    const rows = (text: string) => Buffer.from(text, 'base64').toString().split('\n')
    const before = rows(report(dir))
    await sandboxChangeDriver('aws.access-key.status', dir, () => later).write(turn(dir, 'deploy-bot', 'Inactive'))
    expect(reportCell(report(dir), 'deploy-bot', 'access_key_1_active')).toBe('false')
    expect(rows(report(dir)).filter((row) => !before.includes(row))).toHaveLength(1)
  })
  test('a second key is found in its own slot', async () => {
    const dir = fresh('slots')
    const keys = JSON.parse(readFileSync(join(dir, iam, 'list-access-keys', 'release-bot.json'), 'utf8')).AccessKeyMetadata
    const change: Change = { kind: 'aws.access-key.status', target: `arn:aws:iam::100000000002:user/release-bot#${String(keys[1].AccessKeyId)}`, before: { status: 'Inactive', userId: 'AIDAX' }, after: { status: 'Active', userId: 'AIDAX' }, base: '0'.repeat(64) }
    await sandboxChangeDriver('aws.access-key.status', dir, () => later).write(change)
    expect([1, 2].map((slot) => reportCell(report(dir), 'release-bot', slot === 1 ? 'access_key_1_active' : 'access_key_2_active'))).toEqual(['true', 'true'])
  })
  test('killed between its two files, the change reads as not made and is made again', async () => {
    const dir = fresh('killed')
    const driver = sandboxChangeDriver('aws.access-key.status', dir, () => later)
    const change = turn(dir, 'deploy-bot', 'Inactive')
    const listed = readFileSync(join(dir, iam, 'list-access-keys', 'deploy-bot.json'), 'utf8')
    await driver.write(change)
    writeFileSync(join(dir, iam, 'list-access-keys', 'deploy-bot.json'), listed)
    expect(await driver.read(change.target)).toMatchObject({ status: 'Active' })
    await driver.write(change)
    expect(await driver.read(change.target)).toMatchObject({ status: 'Inactive' })
  })
  test.each([
    ['a user that is not there', 'arn:aws:iam::100000000002:user/nobody#AKIANOBODY1234567890'],
    ['a key of somebody else', 'arn:aws:iam::100000000002:user/release-bot#AKIANOBODY1234567890'],
    ['an account that is not there', 'arn:aws:iam::100000000009:user/deploy-bot#AKIANOBODY1234567890'],
  ])('%s reads as null, and nothing is written', async (_name, target) => {
    const dir = fresh(`absent-${String(_name.length)}`)
    const driver = sandboxChangeDriver('aws.access-key.status', dir, () => later)
    expect(await driver.read(target)).toBeNull()
    await expect(driver.write({ ...turn(dir, 'deploy-bot', 'Inactive'), target })).rejects.toMatchObject({ code: 'cloud.not-found' })
  })
  test('a file that cannot be read is an error, never "not there"', async () => {
    const dir = fresh('unreadable')
    const { target } = turn(dir, 'deploy-bot', 'Inactive')
    writeFileSync(join(dir, iam, 'list-access-keys', 'deploy-bot.json'), '{')
    await expect(sandboxChangeDriver('aws.access-key.status', dir).read(target)).rejects.toMatchObject({ code: 'estate.unreadable' })
  })
})
