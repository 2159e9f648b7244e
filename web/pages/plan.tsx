import { Alert, Code, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { PlanDetail } from '../../model/views.ts'
import { queries, reading } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Decide } from '../components/decide.tsx'
import { Changes } from '../components/diff.tsx'
import { ApiCalls, PlanFacts } from '../components/fixes.tsx'
import { Loaded, Page } from '../components/page.tsx'
import { Section } from '../components/section.tsx'
import { TextLink } from '../components/text-link.tsx'
import { Timeline } from '../components/timeline.tsx'
import { cloudNames, Moment, PlanBadge, planStateWords, Quoted, When } from '../components/words.tsx'

/** One plan: what exactly would change, who asked, who decided, and how far it is. */
export function PlanPage() {
  const { id } = useParams({ from: '/shell/plans/$id' })
  const plan = useQuery(reading('plan', { params: { id } }, 2))
  const state = plan.data?.state
  useEffect(() => {
    if (state === undefined) return
    announce(`the plan is ${planStateWords(state)}`)
    void queries.invalidateQueries({ queryKey: ['me'] }) // because the number beside Approvals follows
  }, [state])
  return (
    <Page title={plan.data?.title ?? 'Plan'} above={<TextLink to="/approvals">← Approvals</TextLink>} lead={plan.data === undefined || plan.data.reason === '' ? undefined : <Quoted text={plan.data.reason} />}>
      <Loaded query={plan}>{(value) => <PlanOf plan={value} />}</Loaded>
    </Page>
  )
}

function PlanOf({ plan }: { readonly plan: PlanDetail }) {
  return (
    <Stack gap="md">
      <Group gap="sm">
        <PlanBadge state={plan.state} />
        <Text size="sm" c="dimmed">asked by {plan.requestedBy} <When at={plan.createdAt} /> · {cloudNames[plan.cloud]} {plan.account} · digest <Code title={plan.digest}>{plan.digestPrefix}</Code></Text>
      </Group>
      {plan.stateReason === null ? null : <Alert color={plan.state === 'refused' || plan.state === 'partial-needs-human' ? 'red' : 'gray'} title="Why it is where it is"><Quoted text={plan.stateReason} /></Alert>}
      <Decide plan={plan} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack gap="md">
          <Section title="What changes"><Stack gap="sm"><PlanFacts tier={plan.tier} reducesOnly={plan.reducesOnly} irreversible={plan.irreversible} /><Changes changes={plan.changes} /><ApiCalls calls={plan.apiCalls} /></Stack></Section>
          <Section title="The risk"><Stack gap={4}>{plan.findings.map((finding) => <TextLink key={finding.id} to="/risks/$id" params={{ id: finding.id }}>{finding.title}</TextLink>)}</Stack></Section>
          <Section title="Undo"><Text size="sm">Until <Moment at={plan.rollbackNotAfter} /> one click puts back what is shown as removed above, under the same approval.</Text></Section>
        </Stack>
        <Stack gap="md">
          <Section title="Decisions"><Decisions plan={plan} /></Section>
          {plan.steps.length > 0 ? <Section title="Steps"><Steps plan={plan} /></Section> : null}
          <Section title="Timeline"><Timeline events={plan.timeline} /></Section>
        </Stack>
      </SimpleGrid>
    </Stack>
  )
}

function Decisions({ plan }: { readonly plan: PlanDetail }) {
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">{plan.approvals} of {plan.quorum} approvals · may be decided until <Moment at={plan.notAfter} /></Text>
      {plan.decisions.map((decision, index) => (
        <div key={index}>
          <Text size="sm"><b>{decision.by}</b> {decision.decision === 'approve' ? 'approved' : 'rejected'} <When at={decision.at} /> <Text span size="sm" c="dimmed">({decision.authStrength})</Text></Text>
          {decision.reason === '' ? null : <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{decision.reason}</Text>}
        </div>
      ))}
    </Stack>
  )
}
const Steps = ({ plan }: { readonly plan: PlanDetail }) => (
  <Table.ScrollContainer minWidth={340}>
    <Table aria-label="Steps">
      <Table.Thead><Table.Tr><Table.Th scope="col">Step</Table.Th><Table.Th scope="col">State</Table.Th><Table.Th scope="col">When</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {plan.steps.map((step) => (
          <Table.Tr key={`${step.direction} ${String(step.index)} ${step.state} ${step.at}`}>
            <Table.Td><Text size="sm">{step.direction === 'undo' ? 'undo ' : ''}{step.index + 1}</Text><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{step.target}</Text></Table.Td>
            <Table.Td><Text size="sm">{step.state}</Text>{step.note === null ? null : <Text size="xs" c="dimmed">{step.note}</Text>}</Table.Td>
            <Table.Td><Text size="sm"><Moment at={step.at} /></Text></Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
)
