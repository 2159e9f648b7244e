import { Button, Group, Menu, Paper, Progress, Table, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { hasRole } from '../../model/approval.ts'
import type { ScanRow } from '../../model/views.ts'
import { call, meQuery, reading } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Empty, Loaded, Page, Refusal } from '../components/page.tsx'
import { TextLink } from '../components/text-link.tsx'
import { StateBadge, When } from '../components/words.tsx'

/** Scans, newest first, with the progress of those that run. */
export function Scans() {
  const scans = useQuery(reading('scans', {}, 2))
  return (
    <Page title="Scans" actions={<StartScan />} lead="A scan reads identities and their permissions. What it could not read it says; nothing is guessed.">
      <Loaded query={scans}>{({ rows }) => rows.length === 0 ? <Empty title="Nothing was scanned yet">Start a scan of one of your <TextLink to="/environments">environments</TextLink>.</Empty> : <ScanTable rows={rows} />}</Loaded>
    </Page>
  )
}

function StartScan() {
  const me = useQuery(meQuery)
  const environments = useQuery(reading('environments'))
  const navigate = useNavigate()
  const start = useMutation({ mutationFn: (environment: string) => call('startScan', { body: { environment } }), onSuccess: async ({ id }) => { announce('the scan is started'); await navigate({ to: '/scans/$id', params: { id } }) } })
  const enabled = environments.data?.rows.filter((environment) => environment.isEnabled) ?? []
  if (!hasRole(me.data?.role ?? 'viewer', 'operator') || enabled.length === 0) return null
  return (
    <div>
      <Menu><Menu.Target><Button loading={start.isPending}>Scan now</Button></Menu.Target><Menu.Dropdown>{enabled.map((environment) => <Menu.Item key={environment.name} onClick={() => { start.mutate(environment.name) }}>{environment.name}</Menu.Item>)}</Menu.Dropdown></Menu>
      {start.isError ? <Refusal error={start.error} /> : null}
    </div>
  )
}

export const ScanProgress = ({ scan }: { readonly scan: ScanRow }) => (
  <div>
    <Text size="sm">{scan.step} · {scan.accountsDone} of {scan.accountsTotal} accounts</Text>
    <Progress value={scan.accountsTotal === 0 ? 0 : (100 * scan.accountsDone) / scan.accountsTotal} animated mt={4} aria-label={`scan of ${scan.environment}`} />
  </div>
)

const ScanTable = ({ rows }: { readonly rows: readonly ScanRow[] }) => (
  <Paper withBorder radius="md">
    <Table verticalSpacing="sm" highlightOnHover aria-label="Scans">
      <Table.Thead><Table.Tr><Table.Th scope="col">Environment</Table.Th><Table.Th scope="col">State</Table.Th><Table.Th scope="col">Result</Table.Th><Table.Th scope="col" visibleFrom="sm">Started</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {rows.map((scan) => (
          <Table.Tr key={scan.id}>
            <Table.Td><TextLink to="/scans/$id" params={{ id: scan.id }}>{scan.environment}</TextLink><Text size="xs" c="dimmed">by {scan.startedBy}</Text></Table.Td>
            <Table.Td><StateBadge state={scan.state} /></Table.Td>
            <Table.Td>{scan.state === 'running' ? <ScanProgress scan={scan} /> : <Group gap="xs"><Text size="sm">{scan.opened} new, {scan.resolved} gone</Text>{scan.unread + scan.problems > 0 ? <Text size="sm" c="orange">{scan.unread} not read, {scan.problems} broken</Text> : null}{scan.reason === null ? null : <Text size="sm" c="dimmed">{scan.reason}</Text>}</Group>}</Table.Td>
            <Table.Td visibleFrom="sm"><Text size="sm"><When at={scan.startedAt} /></Text></Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Paper>
)
