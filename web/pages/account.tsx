import { Alert, Button, Code, Group, MultiSelect, NumberInput, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { z } from 'zod'
import { tokenScopes, type TokenScope } from '../../model/views.ts'
import { call, queries, reading } from '../api.ts'
import { Loaded, Page, Refusal } from '../components/page.tsx'
import { Section } from '../components/section.tsx'
import { When } from '../components/words.tsx'

/** Your own personal tokens and the way out. */
export function Account() {
  const tokens = useQuery(reading('tokens'))
  const navigate = useNavigate()
  const signOut = useMutation({ mutationFn: () => call('signOut'), onSuccess: async () => { await navigate({ to: '/sign-in' }); queries.clear() } })
  return (
    <Page title="Your account" actions={<Button variant="default" loading={signOut.isPending} onClick={() => { signOut.mutate() }}>Sign out</Button>}>
      <Section title="Personal tokens">
        <Stack>
          <Text size="sm" c="dimmed">For the command line. <Code>npx whittle login LINK</Code> makes one from a sign-in link; here you make one by hand.</Text>
          <NewToken />
          <Loaded query={tokens}>{({ rows }) => rows.length === 0 ? <Text size="sm">You have no tokens.</Text> : (
            <Table.ScrollContainer minWidth={480}>
              <Table aria-label="Personal tokens">
                <Table.Thead><Table.Tr><Table.Th scope="col">Label</Table.Th><Table.Th scope="col">May</Table.Th><Table.Th scope="col">Expires</Table.Th><Table.Th scope="col">Used</Table.Th><Table.Th scope="col"><span className="unseen">Actions</span></Table.Th></Table.Tr></Table.Thead>
                <Table.Tbody>{rows.map((row) => <Table.Tr key={row.id}><Table.Td>{row.label}</Table.Td><Table.Td>{row.scopes.join(', ')}</Table.Td><Table.Td><When at={row.expiresAt} /></Table.Td><Table.Td>{row.lastUsedAt === null ? 'never' : <When at={row.lastUsedAt} />}</Table.Td><Table.Td><Revoke id={row.id} /></Table.Td></Table.Tr>)}</Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}</Loaded>
        </Stack>
      </Section>
    </Page>
  )
}

function Revoke({ id }: { readonly id: string }) {
  const revoke = useMutation({ mutationFn: () => call('revokeToken', { params: { id } }) })
  return <>{revoke.isError ? <Refusal error={revoke.error} /> : null}<Button size="xs" variant="default" loading={revoke.isPending} onClick={() => { revoke.mutate() }}>Revoke</Button></>
}

function NewToken() {
  const [label, setLabel] = useState('')
  const [scopes, setScopes] = useState<TokenScope[]>(['read'])
  const [days, setDays] = useState(90)
  const create = useMutation({ mutationFn: () => call('createToken', { body: { label, scopes, days } }), onSuccess: () => { setLabel('') } })
  return (
    <form onSubmit={(event) => { event.preventDefault(); create.mutate() }}>
      <Group align="flex-end" gap="sm">
        <TextInput label="Label" required value={label} onChange={(event) => { setLabel(event.currentTarget.value) }} maxLength={200} />
        <MultiSelect label="May" data={[...tokenScopes]} value={scopes} onChange={(values) => { setScopes(z.array(z.enum(tokenScopes)).catch(['read']).parse(values)) }} miw={220} />
        <NumberInput label="Days" min={1} max={365} value={days} onChange={(value) => { setDays(Number(value) || 90) }} w={90} />
        <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>Create</Button>
      </Group>
      {create.isError ? <Refusal error={create.error} /> : null}
      {create.data === undefined ? null : <Alert mt="sm" color="teal" title="Your new token: it is not shown again"><Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{create.data.token}</Code></Alert>}
    </form>
  )
}
