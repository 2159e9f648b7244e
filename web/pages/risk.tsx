import { Alert, Anchor, Badge, Group, List, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { JsonObject } from '../../model/json.ts'
import type { RiskDetail } from '../../model/views.ts'
import { reading } from '../api.ts'
import { Evidence } from '../components/evidence.tsx'
import { Fixes } from '../components/fixes.tsx'
import { Loaded, Page } from '../components/page.tsx'
import { Section } from '../components/section.tsx'
import { TextLink } from '../components/text-link.tsx'
import { Timeline } from '../components/timeline.tsx'
import { cloudNames, Moment, PlanBadge, Quoted, SeverityBadge, StateBadge, When } from '../components/words.tsx'

/** One risk: what, why, on which evidence, and what can be done. */
export function RiskPage() {
  const { id } = useParams({ from: '/shell/risks/$id' })
  const risk = useQuery(reading('risk', { params: { id } }, 3))
  return (
    <Page title={risk.data?.title ?? 'Risk'} above={<TextLink to="/risks">← Risks</TextLink>} lead={risk.data === undefined ? undefined : <Quoted text={risk.data.summary} />}>
      <Loaded query={risk}>{(value) => <Risk risk={value} />}</Loaded>
    </Page>
  )
}

function Risk({ risk }: { readonly risk: RiskDetail }) {
  return (
    <Stack gap="md">
      <Group gap="xs">
        <SeverityBadge severity={risk.severity} /><StateBadge state={risk.state} />
        <Text size="sm" c="dimmed">likelihood {risk.likelihood} × impact {risk.impact} · {risk.certainty} · {cloudNames[risk.cloud]} · first seen <When at={risk.firstSeenAt} />, last seen <When at={risk.lastSeenAt} /></Text>
      </Group>
      {risk.isStale ? <Alert color="orange" title="Not checked any more">The environment is disabled, so nobody knows whether this still holds.</Alert> : null}
      {risk.stateReason === null ? null : <Alert color="gray" title={`This risk is ${risk.state}`}><Quoted text={risk.stateReason} />{risk.mutedUntil === null ? '' : ` (until ${risk.mutedUntil.slice(0, 10)})`}</Alert>}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack gap="md">
          <Section title="Why it matters"><Text><Quoted text={risk.why} /></Text><References risk={risk} /></Section>
          <Section title="Evidence">
            <Evidence evidence={{ ...(risk.principal !== null && { identity: risk.principal }), ...(risk.resource !== null && { resource: risk.resource }), account: risk.account, environment: risk.environment, ...risk.evidence }} />
            {risk.paths.length > 0 ? <Paths paths={risk.paths} /> : null}
          </Section>
          {risk.blindSpots.length > 0 ? <Section title="What this rule cannot see"><List size="sm">{risk.blindSpots.map((spot) => <List.Item key={spot}><Quoted text={spot} /></List.Item>)}</List></Section> : null}
        </Stack>
        <Stack gap="md">
          <Section title="Fixes"><Fixes risk={risk} /></Section>
          {risk.plans.length > 0 ? (
            <Section title="Plans">
              <Stack gap="xs">{risk.plans.map((plan) => <Group key={plan.id} gap="xs"><PlanBadge state={plan.state} /><TextLink to="/plans/$id" params={{ id: plan.id }}><Quoted text={plan.title} /></TextLink><Text size="sm" c="dimmed">{plan.requestedBy}, <Moment at={plan.createdAt} /></Text></Group>)}</Stack>
            </Section>
          ) : null}
          {risk.ticket === null ? null : <Section title="Jira issue"><Ticket ticket={risk.ticket} /></Section>}
          <Section title="Timeline"><Timeline events={risk.timeline} /></Section>
        </Stack>
      </SimpleGrid>
    </Stack>
  )
}

function References({ risk }: { readonly risk: RiskDetail }) {
  return (
    <Group gap={6} mt="sm">
      {risk.frameworks.map((reference) => <Badge key={`${reference.framework} ${reference.control}`} variant="light" color="gray" radius="sm" tt="none">{reference.framework} {reference.control}</Badge>)}
      {risk.source?.startsWith('https://') === true ? <Anchor size="sm" className="text-link" href={risk.source} target="_blank" rel="noreferrer noopener">What the vendor says</Anchor> : null}
    </Group>
  )
}
const Ticket = ({ ticket }: { readonly ticket: NonNullable<RiskDetail['ticket']> }) => (
  <Group gap="xs">
    <StateBadge state={ticket.state} />
    {ticket.url?.startsWith('https://') === true || ticket.url?.startsWith('http://') === true ? <Anchor className="text-link" href={ticket.url} target="_blank" rel="noreferrer noopener">{ticket.key}</Anchor> : <Text>{ticket.key}</Text>}
    {ticket.reason === null ? null : <Text size="sm" c="dimmed">{ticket.reason}</Text>}
  </Group>
)
const Paths = ({ paths }: { readonly paths: readonly JsonObject[] }) => (
  <Stack gap="xs" mt="md">
    <Text fw={600} size="sm">Paths</Text>
    {paths.slice(0, 20).map((path, index) => <Evidence key={index} evidence={path} />)}
  </Stack>
)
