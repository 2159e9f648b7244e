import type { z } from 'zod'
import type { AwsOrganization, AwsParent, AwsScp, AwsScpAttachments } from '../../../model/aws.ts'
import { type Collected, collected, type Gap, type Known, present, unreadable } from '../../../model/known.ts'
import { encodeArgument } from '../../estate-path.ts'
import { readDocument } from './document.ts'
import { type Entry, entriesOf, fieldOf, openNoted, openOne, type Opened, type Reading } from './reading.ts'
import { member, organization, organizationalUnit, policy, policySummary, root } from './schema.ts'

const folder = 'aws/organization'
export const SCP = 'SERVICE_CONTROL_POLICY'

/** The organization above the accounts. Absent: the account that was asked is in none. */
export function readOrganization(reading: Reading): Known<AwsOrganization> {
  const about = openOne(reading, `${folder}/describe-organization`, { schema: organization, absentCodes: ['AWSOrganizationsNotInUseException'] })
  if (about.kind !== 'present') return about
  const opened = openNoted(reading, `${folder}/list-accounts`)
  const members = entriesOf(reading, opened, 'Accounts', member)
  const rootsOpened = openNoted(reading, `${folder}/list-roots`)
  const roots = entriesOf(reading, rootsOpened, 'Roots', root)
  const parents = readParents(reading, roots)
  const attachments = readAttachments(reading)
  return present({
    id: about.value.Organization.Id, managementAccountId: about.value.Organization.MasterAccountId,
    accounts: collected(members.entries.map(({ value }) => ({ id: value.Id, name: value.Name, status: value.Status })), about.observedAt, members.gaps),
    parents, hasServiceControlPolicies: readIsEnabled(about.value.Organization.FeatureSet, roots.entries, rootsOpened),
    attachments, serviceControlPolicies: readPolicies(reading, attachments),
  }, about.observedAt)
}

function readIsEnabled(featureSet: string, roots: readonly Entry<z.infer<typeof root>>[], opened: Opened): Known<boolean> {
  if (opened.kind === 'missing') return unreadable(opened.gap.why, opened.gap.reason)
  const isOn = roots.some(({ value }) => value.PolicyTypes.some((type) => type.Type === SCP && type.Status === 'ENABLED'))
  return present(featureSet === 'ALL' && isOn, opened.observedAt)
}

/** The tree from the roots down; every unit whose children were not read is a gap. */
function readParents(reading: Reading, roots: { entries: readonly Entry<z.infer<typeof root>>[]; gaps: readonly Gap[] }): Collected<AwsParent> {
  const found = new Map<string, AwsParent>()
  const gaps: Gap[] = [...roots.gaps]
  const queue = roots.entries.map(({ value }) => ({ id: value.Id, name: value.Name }))
  const seen = new Set<string>()
  let observedAt = reading.source.asOf
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.id)) continue
    seen.add(next.id)
    const argument = encodeArgument(next.id)
    const { id: parent, name: parentName } = next
    for (const [command, field] of [['list-organizational-units-for-parent', 'OrganizationalUnits'], ['list-accounts-for-parent', 'Accounts']] as const) {
      const opened = openNoted(reading, `${folder}/${command}/${argument}`)
      const children = entriesOf(reading, opened, field, organizationalUnit)
      gaps.push(...children.gaps)
      if (opened.kind === 'present' && opened.observedAt < observedAt) observedAt = opened.observedAt
      for (const { value } of children.entries) {
        found.set(value.Id, { child: value.Id, parent, parentName })
        if (field === 'OrganizationalUnits') queue.push({ id: value.Id, name: value.Name })
      }
    }
  }
  return collected([...found.values()], observedAt, gaps)
}

/** Attachments of every target that was asked about; `<target>/<filter>` and, from other tools, `<target>` alone. */
function readAttachments(reading: Reading): readonly AwsScpAttachments[] {
  const base = `${folder}/list-policies-for-target`
  return reading.source.list(base).map((target) => {
    const alone = `${base}/${encodeArgument(target)}`
    const opened = openNoted(reading, reading.source.read(alone).kind === 'not-exported' ? `${alone}/${SCP}` : alone)
    const { entries, gaps } = entriesOf(reading, opened, 'Policies', policySummary)
    const [gap] = gaps
    const policies = entries.filter(({ value }) => value.Type === SCP).map(({ value }) => ({ id: value.Id, name: value.Name, isAwsManaged: value.AwsManaged }))
    return { target, policies: gap !== undefined ? unreadable(gap.why, gap.reason) : present(policies, opened.kind === 'missing' ? reading.source.asOf : opened.observedAt) }
  })
}

function readPolicies(reading: Reading, attachments: readonly AwsScpAttachments[]): readonly AwsScp[] {
  const attached = attachments.flatMap(({ policies }) => (policies.kind === 'present' ? policies.value : []))
  return [...new Map(attached.map((one) => [one.id, one])).values()].map(({ id, name }) => {
    const opened = openNoted(reading, `${folder}/describe-policy/${encodeArgument(id)}`)
    if (opened.kind !== 'present') return { id, name, document: unreadable('not-exported', opened.kind === 'missing' ? opened.gap.reason : `\`${id}\` is not there`) }
    const [page] = opened.pages
    const parsed = policy.safeParse(page?.value)
    const file = page?.file ?? `${folder}/describe-policy`
    const content = parsed.success ? parsed.data.Policy.Content : fieldOf(fieldOf(page?.value, 'Policy'), 'Content')
    return { id, name, document: present(readDocument(reading, content, { file, pointer: '/Policy/Content', purpose: 'scp' }), opened.observedAt) }
  })
}
