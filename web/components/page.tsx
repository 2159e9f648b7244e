import { Alert, Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { Refused, wordsOf } from '../api.ts'
import { Quoted } from './words.tsx'

type PageProps = { readonly title: string; readonly above?: ReactNode; readonly actions?: ReactNode; readonly lead?: ReactNode; readonly children: ReactNode }

/** A page with its one heading, which takes the focus when the page opens, so that keyboard and screen reader start at its top. */
export function Page({ title, above, actions, lead, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => { document.title = `${title.replaceAll('`', '')} · Whittle` }, [title])
  useEffect(() => { heading.current?.focus({ preventScroll: true }) }, [])
  return (
    <Stack gap="md">
      <div>
        {above}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Title order={1} size="h2" tabIndex={-1} ref={heading}><Quoted text={title} /></Title>
          {actions}
        </Group>
        {lead === undefined ? null : <Text c="dimmed" mt={4}>{lead}</Text>}
      </div>
      {children}
    </Stack>
  )
}

/** What a query gave: the loader, the reason why not, or the children. */
export function Loaded<T>({ query, children }: { readonly query: UseQueryResult<T>; readonly children: (value: T) => ReactNode }) {
  if (query.data !== undefined) return <>{query.isError ? <Refusal error={query.error} retry={() => { void query.refetch() }} /> : null}{children(query.data)}</>
  if (query.isError) return <Refusal error={query.error} retry={() => { void query.refetch() }} />
  return <Loading />
}
export const Loading = () => <Group gap="xs" role="status"><Loader size="sm" /><Text c="dimmed">Loading…</Text></Group>

const byRule: ReadonlySet<string> = new Set(['plan.refused', 'change.refused', 'change.unsupported', 'not-allowed', 'approval.not-allowed', 'approval.needs-step-up'])
/** An error in the server's words. */
export function Refusal({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const isByRule = error instanceof Refused && byRule.has(error.code)
  return (
    <Alert color={isByRule ? 'orange' : 'red'} role="alert" title={isByRule ? 'Whittle does not do this' : 'That did not work'}>
      <Text size="sm"><Quoted text={wordsOf(error)} /></Text>
      {retry === undefined || isByRule ? null : <Button variant="subtle" color="red" size="compact-sm" mt="xs" onClick={retry}>Try again</Button>}
    </Alert>
  )
}

/** Why a list is empty, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return <Stack align="center" gap={4} py="xl"><Text fw={600}>{title}</Text><Text c="dimmed" ta="center" maw={520}>{children}</Text></Stack>
}
