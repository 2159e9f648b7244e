import { Alert, Group, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { RunDetail } from '../../model/views.ts'
import { reading } from '../api.ts'
import { Loaded, Page } from '../components/page.tsx'
import { Section } from '../components/section.tsx'
import { TextLink } from '../components/text-link.tsx'
import { Moment, Quoted, StateBadge, When } from '../components/words.tsx'

/** One run, step by step. */
export function RunPage() {
  const { id } = useParams({ from: '/shell/runs/$id' })
  const run = useQuery(reading('run', { params: { id } }, 2))
  return <Page title={run.data?.title ?? 'Run'} above={<TextLink to="/runs">← Runs</TextLink>}><Loaded query={run}>{(value) => <RunOf run={value} />}</Loaded></Page>
}

const RunOf = ({ run }: { readonly run: RunDetail }) => (
  <Stack gap="md">
    <Group gap="xs">
      <StateBadge state={run.state} />
      <Text size="sm" c="dimmed">{run.playbook} <code>{run.digestPrefix}</code> · by {run.startedBy} <When at={run.startedAt} />{run.endedAt === null && run.waitingFor !== null ? <> · waits for <Quoted text={run.waitingFor} /></> : null}</Text>
      {run.plan === null ? null : <TextLink to="/plans/$id" params={{ id: run.plan }}>Plan</TextLink>}
      {run.finding === null ? null : <TextLink to="/risks/$id" params={{ id: run.finding }}>Risk</TextLink>}
    </Group>
    {run.endedAt !== null && run.waitingFor !== null ? <Alert color={run.state === 'failed' ? 'red' : 'gray'} title={run.state === 'failed' ? 'Why it failed' : 'How it ended'}><Quoted text={run.waitingFor} /></Alert> : null}
    <Section title="Steps">
      <Table verticalSpacing="sm" aria-label="Steps">
        <Table.Thead><Table.Tr><Table.Th scope="col">Step</Table.Th><Table.Th scope="col">State</Table.Th><Table.Th scope="col" visibleFrom="sm">When</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {run.steps.map((step) => (
            <Table.Tr key={step.id}>
              <Table.Td><Text fw={600} size="sm">{step.id}</Text><Text size="xs" c="dimmed">{step.kind}</Text></Table.Td>
              <Table.Td><StateBadge state={step.state} />{step.note === null ? null : <Text size="sm" style={{ overflowWrap: 'anywhere' }}><Quoted text={step.note} /></Text>}</Table.Td>
              <Table.Td visibleFrom="sm">{step.startedAt === null ? <Text size="sm" c="dimmed">{step.state === 'skipped' || run.endedAt !== null ? '—' : 'not yet'}</Text> : <Text size="sm"><Moment at={step.startedAt} /></Text>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  </Stack>
)
