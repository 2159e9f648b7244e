import { Alert, Badge, Button, Group, List, Modal, Paper, SimpleGrid, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hasRole } from '../../model/approval.ts'
import type { EnvironmentRow, EnvironmentTest } from '../../model/views.ts'
import { call, meQuery, reading } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Empty, Loaded, Page, Refusal } from '../components/page.tsx'
import { TextLink } from '../components/text-link.tsx'
import { StateBadge, When } from '../components/words.tsx'

/** What Whittle is connected to, and the kill switch. */
export function Environments() {
  const environments = useQuery(reading('environments', {}, 5))
  const me = useQuery(meQuery)
  const isAdmin = hasRole(me.data?.role ?? 'viewer', 'admin')
  return (
    <Page title="Environments" lead="Connected in whittle.yaml; credentials stay with the clouds' own tools." actions={isAdmin ? <KillSwitch isOn={me.data?.killSwitch.isOn ?? false} /> : null}>
      <Loaded query={environments}>
        {({ rows }) => rows.length === 0 ? <Empty title="Nothing is connected">Add an environment to whittle.yaml and start Whittle again: docs/configuration.md has an example for each cloud.</Empty>
          : <SimpleGrid cols={{ base: 1, md: 2 }}>{rows.map((environment) => <EnvironmentCard key={environment.name} environment={environment} isAdmin={isAdmin} mayTest={hasRole(me.data?.role ?? 'viewer', 'operator')} />)}</SimpleGrid>}
      </Loaded>
    </Page>
  )
}

function EnvironmentCard({ environment, isAdmin, mayTest }: { readonly environment: EnvironmentRow; readonly isAdmin: boolean; readonly mayTest: boolean }) {
  const params = { name: environment.name }
  const toggle = useMutation({ mutationFn: () => call(environment.isEnabled ? 'disableEnvironment' : 'enableEnvironment', { params }), onSuccess: () => { announce(environment.isEnabled ? 'disabled' : 'enabled') } })
  const test = useMutation({ mutationFn: () => call('testEnvironment', { params }), onSuccess: (result) => { announce(result.isReadable ? 'everything can be read' : 'something cannot be read') } })
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-label={environment.name}>
      <Group justify="space-between"><Title order={2} size="h4">{environment.name}</Title><Badge variant="light" color={environment.isEnabled ? 'green' : 'gray'} radius="sm">{environment.isEnabled ? 'enabled' : 'disabled'}</Badge></Group>
      <Text size="sm" c="dimmed">{environment.kind} · every {environment.schedule} · {environment.openRisks} open risks</Text>
      {environment.accounts.length > 0 ? <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{environment.accounts.slice(0, 8).join(', ')}{environment.accounts.length > 8 ? ` and ${String(environment.accounts.length - 8)} more` : ''}</Text> : null}
      <Text size="sm" mt={4}>{environment.lastScan === null ? 'Not scanned yet.' : <>Last scan <TextLink to="/scans/$id" params={{ id: environment.lastScan.id }}><When at={environment.lastScan.startedAt} /></TextLink> <StateBadge state={environment.lastScan.state} /></>}</Text>
      <Group mt="sm" gap="xs">
        {mayTest ? <Button size="xs" variant="light" loading={test.isPending} onClick={() => { test.mutate() }}>Test what can be read</Button> : null}
        {isAdmin ? <Button size="xs" variant="default" loading={toggle.isPending} onClick={() => { toggle.mutate() }}>{environment.isEnabled ? 'Disable' : 'Enable'}</Button> : null}
      </Group>
      {toggle.isError || test.isError ? <Refusal error={toggle.error ?? test.error} /> : null}
      {test.data === undefined ? null : <TestResult result={test.data} />}
    </Paper>
  )
}

function TestResult({ result }: { readonly result: EnvironmentTest }) {
  const failed = result.checks.filter((check) => check.outcome === 'refused' || check.outcome === 'failed')
  if (result.isReadable && failed.length === 0) return <Alert mt="sm" color="green" title="Everything that a scan needs can be read">{result.checks.length} reads tried.</Alert>
  return (
    <Alert mt="sm" color="orange" title={result.missing.length > 0 ? 'Grant these permissions to the scanner' : 'Some reads failed'}>
      <List size="sm">{result.missing.map((permission) => <List.Item key={permission}><code>{permission}</code></List.Item>)}</List>
      <List size="sm" mt={4}>{failed.slice(0, 20).map((check) => <List.Item key={check.what}>{check.what}: {check.reason ?? check.outcome}</List.Item>)}</List>
    </Alert>
  )
}

function KillSwitch({ isOn }: { readonly isOn: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const set = useMutation({ mutationFn: () => call('setKillSwitch', { body: { isOn: !isOn, reason } }), onSuccess: (after) => { announce(after.isOn ? 'kill switch is on' : 'kill switch is off'); setOpen(false); setReason('') } })
  return (
    <>
      <Button color="red" variant={isOn ? 'filled' : 'light'} onClick={() => { setOpen(true) }}>{isOn ? 'Turn the kill switch off' : 'Kill switch'}</Button>
      <Modal opened={isOpen} onClose={() => { setOpen(false) }} title={isOn ? 'Allow writes again' : 'Stop every write to every cloud'} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Stack>
          <Text size="sm">{isOn ? 'Approved plans that wait go on.' : 'Within 5 seconds nothing new is written. Plans that are half done are undone or wait; a person can still undo.'}</Text>
          <Textarea data-autofocus label="Reason" required value={reason} onChange={(event) => { setReason(event.currentTarget.value) }} maxLength={2000} autosize minRows={2} />
          {set.isError ? <Refusal error={set.error} /> : null}
          <Group justify="flex-end"><Button color="red" disabled={reason.trim() === ''} loading={set.isPending} onClick={() => { set.mutate() }}>{isOn ? 'Turn it off' : 'Turn it on'}</Button></Group>
        </Stack>
      </Modal>
    </>
  )
}
