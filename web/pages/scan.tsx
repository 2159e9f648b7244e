import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { hasRole } from '../../model/approval.ts'
import type { ScanDetail } from '../../model/views.ts'
import { call, meQuery, reading } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Loaded, Page, Refusal } from '../components/page.tsx'
import { Section } from '../components/section.tsx'
import { TextLink } from '../components/text-link.tsx'
import { cloudNames, Moment, Quoted, StateBadge } from '../components/words.tsx'
import { ScanProgress } from './scans.tsx'

/** One scan: how far it is, what each rule judged, and everything that nobody could look at. */
export function ScanPage() {
  const { id } = useParams({ from: '/shell/scans/$id' })
  const scan = useQuery(reading('scan', { params: { id } }, 2))
  return (
    <Page title={scan.data === undefined ? 'Scan' : `Scan of ${scan.data.environment}`} above={<TextLink to="/scans">← Scans</TextLink>} actions={scan.data?.state === 'running' ? <Cancel id={id} /> : null}>
      <Loaded query={scan}>{(value) => <ScanOf scan={value} />}</Loaded>
    </Page>
  )
}

function Cancel({ id }: { readonly id: string }) {
  const me = useQuery(meQuery)
  const cancel = useMutation({ mutationFn: () => call('cancelScan', { params: { id } }), onSuccess: () => { announce('the scan is asked to stop') } })
  if (!hasRole(me.data?.role ?? 'viewer', 'operator')) return null
  return <div><Button variant="default" loading={cancel.isPending} onClick={() => { cancel.mutate() }}>Stop the scan</Button>{cancel.isError ? <Refusal error={cancel.error} /> : null}</div>
}

function ScanOf({ scan }: { readonly scan: ScanDetail }) {
  return (
    <Stack gap="md">
      <Group gap="xs"><StateBadge state={scan.state} /><Text size="sm" c="dimmed">by {scan.startedBy}, <Moment at={scan.startedAt} />{scan.endedAt === null ? '' : <> to <Moment at={scan.endedAt} /></>} · {scan.opened} new, {scan.resolved} gone</Text></Group>
      {scan.state === 'running' ? <ScanProgress scan={scan} /> : null}
      {scan.state === 'partial' || scan.state === 'failed' ? <Alert color={scan.state === 'failed' ? 'red' : 'orange'} title={scan.state === 'failed' ? 'The scan failed' : 'Not everything could be read'}>{scan.reason ?? 'Risks of what was not read stay as they were.'}</Alert> : null}
      <Section title="Accounts"><Rows head={['Account', 'State', '']} rows={scan.accounts.map((account) => [`${cloudNames[account.cloud]} ${account.account}`, account.state, account.reason ?? account.step])} none="No account was read yet." /></Section>
      <Section title="What the rules judged">
        <Rows head={['Rule', 'Judged', 'Passed', 'Violated', 'Unknown', 'Not applicable']} none="Nothing was judged yet."
          rows={scan.coverage.map((row) => [row.detection, row.judged, row.passed, row.violated, row.unknown, row.notApplicable])} />
      </Section>
      <Section title="What was not read"><Rows head={['What', 'Why', 'Subjects']} rows={scan.unreadFacts.map((fact) => [fact.what, fact.why, fact.subjects])} none="Everything was read." /></Section>
      {scan.unknown.length > 0 ? <Section title="Nobody can tell"><Rows head={['Rule', 'Subject', 'Why']} rows={scan.unknown.map((row) => [row.detection, row.subject, row.reason])} none="" /></Section> : null}
      {scan.brokenFiles.length > 0 ? <Section title="Broken answers"><Rows head={['File', 'Position', 'Why']} rows={scan.brokenFiles.map((problem) => [problem.file, problem.position, problem.reason])} none="" /></Section> : null}
    </Stack>
  )
}

function Rows({ head, rows, none }: { readonly head: readonly string[]; readonly rows: readonly (readonly (string | number)[])[]; readonly none: string }) {
  if (rows.length === 0) return <Text c="dimmed" size="sm">{none}</Text>
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead><Table.Tr>{head.map((name) => <Table.Th key={name} scope="col">{name}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>{rows.map((row, index) => <Table.Tr key={index}>{row.map((cell, column) => <Table.Td key={column} style={{ overflowWrap: 'anywhere' }}><Text size="sm">{typeof cell === 'string' ? <Quoted text={cell} /> : cell}</Text></Table.Td>)}</Table.Tr>)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
