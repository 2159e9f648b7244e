import { Text } from '@mantine/core'
import type { TimelineEvent } from '../../model/views.ts'
import { TextLink } from './text-link.tsx'
import { Moment, Quoted } from './words.tsx'

/** What happened, oldest first. */
export function Timeline({ events }: { readonly events: readonly TimelineEvent[] }) {
  if (events.length === 0) return <Text c="dimmed">Nothing has happened yet.</Text>
  return (
    <ol className="events">
      {events.map((event, index) => (
        <li key={index}>
          <Text size="sm" fw={600}>{event.plan === null ? <Quoted text={event.what} /> : <TextLink to="/plans/$id" params={{ id: event.plan }}><Quoted text={event.what} /></TextLink>}</Text>
          <Text size="sm" c="dimmed">{event.who} · <Moment at={event.at} /></Text>
          {event.note === null ? null : <Text size="sm">{event.note}</Text>}
        </li>
      ))}
    </ol>
  )
}
