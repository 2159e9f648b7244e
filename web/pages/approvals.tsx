import { Badge, Button, Group, Paper, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlanState } from '../../model/plan.ts'
import type { PlanRow } from '../../model/views.ts'
import { call, every } from '../api.ts'
import { Empty, Loading, Page, Refusal } from '../components/page.tsx'
import { TextLink } from '../components/text-link.tsx'
import { cloudNames, PlanBadge, Quoted, When } from '../components/words.tsx'

const views: Record<'waiting' | 'moving' | 'all', { readonly label: string; readonly states: readonly PlanState[] }> = {
  waiting: { label: 'Waiting', states: ['awaiting-approval'] },
  moving: { label: 'On their way', states: ['proposed', 'approved', 'executing', 'applied', 'partial-needs-human'] },
  all: { label: 'All', states: [] },
}
type View = keyof typeof views
const isView = (text: string): text is View => text in views

/** The queue: what waits for a decision, what is being done, and everything that was. */
export function Approvals() {
  const [view, setView] = useState<View>('waiting')
  const { states } = views[view]
  const plans = useInfiniteQuery({
    queryKey: ['plans', view], initialPageParam: '', refetchInterval: every(3),
    queryFn: ({ pageParam }) => call('plans', { query: { ...(states.length > 0 && { state: states.join(',') }), ...(pageParam !== '' && { cursor: pageParam }) } }),
    getNextPageParam: (page) => page.next,
  })
  const rows = plans.data?.pages.flatMap((page) => page.rows)
  return (
    <Page title="Approvals" lead="Every change to a cloud is a plan that somebody else than its requester approves.">
      <Group><SegmentedControl aria-label="Which plans" value={view} onChange={(next) => { if (isView(next)) setView(next) }} data={Object.entries(views).map(([value, { label }]) => ({ value, label }))} /></Group>
      {plans.isError ? <Refusal error={plans.error} /> : null}
      {rows === undefined ? <Loading /> : rows.length === 0 ? <Empty title={view === 'waiting' ? 'Nothing waits for a decision' : 'No plans here'}>Open a <TextLink to="/risks">risk</TextLink>, preview a fix and request it: the plan then waits here.</Empty> : <PlanTable rows={rows} />}
      {plans.hasNextPage ? <Group justify="center"><Button variant="default" onClick={() => void plans.fetchNextPage()}>Show more</Button></Group> : null}
    </Page>
  )
}

const PlanTable = ({ rows }: { readonly rows: readonly PlanRow[] }) => (
  <Paper withBorder radius="md">
    <Table verticalSpacing="sm" highlightOnHover aria-label="Plans">
      <Table.Thead><Table.Tr><Table.Th scope="col">Plan</Table.Th><Table.Th scope="col" visibleFrom="sm">Where</Table.Th><Table.Th scope="col">State</Table.Th><Table.Th scope="col" visibleFrom="md">Until</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {rows.map((plan) => (
          <Table.Tr key={plan.id}>
            <Table.Td>
              <TextLink to="/plans/$id" params={{ id: plan.id }}><Quoted text={plan.title} /></TextLink>
              <Text size="sm" c="dimmed">asked by {plan.requestedBy}, <When at={plan.createdAt} /> · <code>{plan.digestPrefix}</code></Text>
            </Table.Td>
            <Table.Td visibleFrom="sm"><Text size="sm">{cloudNames[plan.cloud]}</Text><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{plan.account}</Text></Table.Td>
            <Table.Td><Stack gap={4} align="flex-start"><PlanBadge state={plan.state} />{plan.tier === 'high' ? <Badge color="red" variant="outline" radius="sm" size="sm">high tier</Badge> : null}{plan.state === 'awaiting-approval' ? <Text size="xs" c="dimmed">{plan.approvals} of {plan.quorum}</Text> : null}</Stack></Table.Td>
            <Table.Td visibleFrom="md"><Text size="sm"><When at={plan.notAfter} /></Text></Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Paper>
)
