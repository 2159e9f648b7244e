import { Alert, Badge, Button, Code, CopyButton, Group, Paper, Select, Table, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Role, roles, roleSchema } from '../../model/approval.ts'
import type { SignInLink, UserRow } from '../../model/views.ts'
import { call, meQuery, reading } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Loaded, Page, Refusal } from '../components/page.tsx'
import { When } from '../components/words.tsx'

const roleWords: Record<Role, string> = { viewer: 'viewer: reads', operator: 'operator: scans and requests fixes', approver: 'approver: also decides', admin: 'admin: also manages people, environments, kill switch' }

/** The people of this Whittle, for administrators. */
export function Users() {
  const users = useQuery(reading('users'))
  const [link, setLink] = useState<SignInLink | null>(null)
  return (
    <Page title="Users" lead="Everybody signs in with a link that works once; decisions are signed in their name.">
      <AddUser onLink={setLink} />
      {link === null ? null : <LinkOf link={link} />}
      <Loaded query={users}>{({ rows }) => (
        <Paper withBorder radius="md">
          <Table verticalSpacing="sm" aria-label="Users">
            <Table.Thead><Table.Tr><Table.Th scope="col">Name</Table.Th><Table.Th scope="col">Role</Table.Th><Table.Th scope="col" visibleFrom="sm">Seen</Table.Th><Table.Th scope="col"><span className="unseen">Actions</span></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{rows.map((user) => <UserLine key={user.id} user={user} onLink={setLink} />)}</Table.Tbody>
          </Table>
        </Paper>
      )}</Loaded>
    </Page>
  )
}

function AddUser({ onLink }: { readonly onLink: (link: SignInLink) => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('approver')
  const add = useMutation({ mutationFn: () => call('addUser', { body: { name, role } }), onSuccess: (link) => { onLink(link); setName(''); announce(`${link.user.name} is added`) } })
  return (
    <form onSubmit={(event) => { event.preventDefault(); add.mutate() }}>
      <Group align="flex-end" gap="sm">
        <TextInput label="Name" required value={name} onChange={(event) => { setName(event.currentTarget.value) }} maxLength={63} />
        <Select label="Role" w={330} allowDeselect={false} data={roles.map((value) => ({ value, label: roleWords[value] }))} value={role} onChange={(value) => { setRole(roleSchema.catch('approver').parse(value)) }} />
        <Button type="submit" loading={add.isPending}>Add</Button>
      </Group>
      {add.isError ? <Refusal error={add.error} /> : null}
    </form>
  )
}

const LinkOf = ({ link }: { readonly link: SignInLink }) => (
  <Alert color="teal" title={`Sign-in link of ${link.user.name}`}>
    <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{link.url}</Code>
    <Group mt="xs"><CopyButton value={link.url}>{({ copied, copy }) => <Button size="xs" variant="light" onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton><Text size="sm" c="dimmed">Works once, until <When at={link.expiresAt} />. It is not shown again.</Text></Group>
  </Alert>
)

function UserLine({ user, onLink }: { readonly user: UserRow; readonly onLink: (link: SignInLink) => void }) {
  const me = useQuery(meQuery)
  const params = { id: user.id }
  const link = useMutation({ mutationFn: () => call('signInLink', { params }), onSuccess: onLink })
  const toggle = useMutation({ mutationFn: () => call(user.isActive ? 'disableUser' : 'enableUser', { params }), onSuccess: () => { announce(user.isActive ? `${user.name} is disabled` : `${user.name} is enabled`) } })
  return (
    <Table.Tr>
      <Table.Td>{user.name}{user.id === me.data?.id ? ' (you)' : ''}{user.slack === null ? null : <Text size="xs" c="dimmed">Slack {user.slack}</Text>}{link.isError || toggle.isError ? <Refusal error={link.error ?? toggle.error} /> : null}</Table.Td>
      <Table.Td><Badge variant="light" color="gray" radius="sm">{user.role}</Badge>{user.isActive ? null : <Text size="xs" c="red">disabled</Text>}</Table.Td>
      <Table.Td visibleFrom="sm"><Text size="sm">{user.lastSeenAt === null ? 'never' : <When at={user.lastSeenAt} />}</Text></Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end">
          {user.isActive ? <Button size="xs" variant="light" loading={link.isPending} onClick={() => { link.mutate() }}>New link</Button> : null}
          {user.id === me.data?.id ? null : <Button size="xs" variant="default" loading={toggle.isPending} onClick={() => { toggle.mutate() }}>{user.isActive ? 'Disable' : 'Enable'}</Button>}
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}
