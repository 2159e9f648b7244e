import { Paper, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { reading } from '../api.ts'
import { Empty, Loaded, Page } from '../components/page.tsx'
import { TextLink } from '../components/text-link.tsx'
import { Quoted, StateBadge, When } from '../components/words.tsx'

/** Playbook runs, newest first. */
export function Runs() {
  const runs = useQuery(reading('runs', {}, 3))
  return (
    <Page title="Runs" lead="A run carries one risk through the steps of a playbook: ticket, question, change, proof.">
      <Loaded query={runs}>
        {({ rows }) => rows.length === 0 ? <Empty title="No playbook ran yet">Requesting a fix of a <TextLink to="/risks">risk</TextLink> starts one.</Empty> : (
          <Paper withBorder radius="md">
            <Table verticalSpacing="sm" highlightOnHover aria-label="Runs">
              <Table.Thead><Table.Tr><Table.Th scope="col">Run</Table.Th><Table.Th scope="col">State</Table.Th><Table.Th scope="col" visibleFrom="sm">Started</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {rows.map((run) => (
                  <Table.Tr key={run.id}>
                    <Table.Td><TextLink to="/runs/$id" params={{ id: run.id }}>{run.title}</TextLink><Text size="xs" c="dimmed">{run.playbook} <code>{run.digestPrefix}</code> · by {run.startedBy}</Text></Table.Td>
                    <Table.Td><StateBadge state={run.state} />{run.waitingFor === null ? null : <Text size="xs" c="dimmed" lineClamp={2}><Quoted text={run.waitingFor} /></Text>}</Table.Td>
                    <Table.Td visibleFrom="sm"><Text size="sm"><When at={run.startedAt} /></Text></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Paper>
        )}
      </Loaded>
    </Page>
  )
}
