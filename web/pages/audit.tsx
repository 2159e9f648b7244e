import { Alert, Button, Group, Paper, Table, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { call } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Empty, Loading, Page, Refusal } from '../components/page.tsx'
import { Moment } from '../components/words.tsx'

/** Who did what when, newest first; every row is chained to the one before it. */
export function Audit() {
  const audit = useInfiniteQuery({
    queryKey: ['audit'], initialPageParam: '', queryFn: ({ pageParam }) => call('audit', { query: pageParam === '' ? {} : { cursor: pageParam } }), getNextPageParam: (page) => page.next,
  })
  const verify = useMutation({ mutationFn: () => call('verifyAudit'), onSuccess: (verdict) => { announce(verdict.isIntact ? 'the audit trail is intact' : 'the audit trail was changed') } })
  const rows = audit.data?.pages.flatMap((page) => page.rows)
  return (
    <Page title="Audit" lead="Written before every change, insert-only, each row hashed with the row before." actions={<Button variant="light" loading={verify.isPending} onClick={() => { verify.mutate() }}>Verify the chain</Button>}>
      {verify.data === undefined ? null : verify.data.isIntact
        ? <Alert color="green" title="Intact">{verify.data.rows} rows recomputed; the head is <code>{verify.data.head?.slice(0, 12)}</code>.</Alert>
        : <Alert color="red" title="The audit trail was changed">{verify.data.reason}{verify.data.brokenAt === null ? '' : ` (row ${String(verify.data.brokenAt)})`}. Stop writes with the kill switch and compare with a backup.</Alert>}
      {verify.isError ? <Refusal error={verify.error} /> : null}
      {audit.isError ? <Refusal error={audit.error} /> : null}
      {rows === undefined ? <Loading /> : rows.length === 0 ? <Empty title="No rows yet">The first sign-in, scan or decision writes one.</Empty> : (
        <Paper withBorder radius="md">
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing="xs" aria-label="Audit trail">
              <Table.Thead><Table.Tr><Table.Th scope="col">#</Table.Th><Table.Th scope="col">When</Table.Th><Table.Th scope="col">Who</Table.Th><Table.Th scope="col">What</Table.Th><Table.Th scope="col">Hash</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.sequence}>
                    <Table.Td>{row.sequence}</Table.Td><Table.Td><Text size="sm"><Moment at={row.at} /></Text></Table.Td><Table.Td><Text size="sm">{row.actor}</Text></Table.Td>
                    <Table.Td><Text size="sm" fw={600}>{row.action}</Text><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{row.subject}</Text></Table.Td><Table.Td><code>{row.hashPrefix}</code></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {audit.hasNextPage ? <Group justify="center"><Button variant="default" onClick={() => void audit.fetchNextPage()}>Show more</Button></Group> : null}
    </Page>
  )
}
