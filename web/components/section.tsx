import { Paper, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** A named part of a page. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return <Paper component="section" withBorder p="md" radius="md" aria-labelledby={id}><Title order={2} size="h4" mb="sm" id={id}>{title}</Title>{children}</Paper>
}
