import { Alert, Badge, Button, Code, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { hasRole } from '../../model/approval.ts'
import type { Preview, RiskDetail } from '../../model/views.ts'
import { call, meQuery, reading } from '../api.ts'
import { announce } from './announce.tsx'
import { Changes } from './diff.tsx'
import { Loaded, Refusal } from './page.tsx'
import { TextLink } from './text-link.tsx'
import { Quoted } from './words.tsx'

/** The fixes that the rule knows, each with a preview and the button that asks for it. */
export function Fixes({ risk }: { readonly risk: RiskDetail }) {
  const [open, setOpen] = useState<RiskDetail['fixes'][number] | null>(null)
  const live = risk.plans.find((plan) => ['proposed', 'awaiting-approval', 'approved', 'executing', 'applied'].includes(plan.state))
  if (risk.state === 'resolved') return <Text c="dimmed">Nothing left to fix.</Text>
  if (live !== undefined) return <Text>A plan is on its way: <TextLink to="/plans/$id" params={{ id: live.id }}><Quoted text={live.title} /></TextLink></Text>
  if (risk.fixes.length === 0) return <Text c="dimmed">Whittle cannot fix this one yet: follow the link under “Why it matters”.</Text>
  return (
    <Stack gap="sm">
      {risk.fixes.map((fix) => (
        <Group key={fix.id} justify="space-between" align="flex-start" wrap="nowrap">
          <div><Text fw={600}>{fix.title}</Text><Text size="sm" c="dimmed">{fix.effect}</Text></div>
          <Button variant="light" onClick={() => { setOpen(fix) }} style={{ flexShrink: 0 }}>Preview</Button>
        </Group>
      ))}
      <RunPlaybook risk={risk} />
      <Modal opened={open !== null} onClose={() => { setOpen(null) }} title={open?.title ?? ''} size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
        {open === null ? null : <Proposal risk={risk} fix={open} />}
      </Modal>
    </Stack>
  )
}

/** The other way: a playbook carries the risk through ticket, question, change and proof. */
function RunPlaybook({ risk }: { readonly risk: RiskDetail }) {
  const playbooks = useQuery(reading('playbooks', {}, 60))
  const me = useQuery(meQuery)
  const navigate = useNavigate()
  const run = useMutation({
    mutationFn: (playbook: string) => call('startRun', { body: { playbook, finding: risk.id } }),
    onSuccess: async ({ id }) => { announce('the playbook is running'); await navigate({ to: '/runs/$id', params: { id } }) },
  })
  if (!hasRole(me.data?.role ?? 'viewer', 'operator') || (playbooks.data?.rows.length ?? 0) === 0) return null
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>Or let a playbook carry it to its end:</Text>
      <Group gap="xs">{playbooks.data?.rows.map((playbook) => <Button key={playbook.id} size="xs" variant="default" loading={run.isPending} title={playbook.steps.join(' → ')} onClick={() => { run.mutate(playbook.id) }}>Run “{playbook.title}”</Button>)}</Group>
      {run.isError ? <Refusal error={run.error} /> : null}
    </div>
  )
}

function Proposal({ risk, fix }: { readonly risk: RiskDetail; readonly fix: RiskDetail['fixes'][number] }) {
  const preview = useQuery({ queryKey: ['previewFix', risk.id, fix.id], queryFn: () => call('previewFix', { params: { id: risk.id, remediation: fix.id } }), staleTime: 30_000 })
  const me = useQuery(meQuery)
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const request = useMutation({
    mutationFn: () => call('requestPlan', { body: { finding: risk.id, remediation: fix.id, reason } }),
    onSuccess: async ({ id }) => { announce('the fix is requested and waits for approval'); await navigate({ to: '/plans/$id', params: { id } }) },
  })
  const mayRequest = hasRole(me.data?.role ?? 'viewer', 'operator')
  return (
    <Loaded query={preview}>
      {(value) => (
        <Stack>
          <PreviewOf preview={value} effect={fix.effect} />
          {request.isError ? <Refusal error={request.error} /> : null}
          {mayRequest ? (
            <>
              <Textarea label="Why (the approver reads it)" description="Optional" autosize minRows={1} maxRows={5} maxLength={2000} value={reason} onChange={(event) => { setReason(event.currentTarget.value) }} />
              <Group justify="flex-end"><Button data-autofocus loading={request.isPending} onClick={() => { request.mutate() }}>Request this fix</Button></Group>
              <Text size="sm" c="dimmed">Nothing changes before somebody else approves exactly this plan.</Text>
            </>
          ) : <Text c="dimmed">Requesting a fix needs the role operator.</Text>}
        </Stack>
      )}
    </Loaded>
  )
}

function PreviewOf({ preview, effect }: { readonly preview: Preview; readonly effect: string }) {
  return (
    <Stack gap="sm">
      <Text><Quoted text={preview.reason} /></Text>
      <PlanFacts tier={preview.tier} reducesOnly={preview.reducesOnly} irreversible={preview.irreversible} />
      <Text size="sm"><b>What it means:</b> {effect}</Text>
      <Changes changes={preview.changes} />
      <ApiCalls calls={preview.apiCalls} />
    </Stack>
  )
}

const tierWords = { low: 'low tier: credentials of one identity', medium: 'medium tier: a removal', high: 'high tier: needs a WebAuthn step-up to approve' } as const
export function PlanFacts({ tier, reducesOnly, irreversible }: Pick<Preview, 'tier' | 'reducesOnly' | 'irreversible'>) {
  return (
    <>
      <Group gap={6}>
        <Badge variant="light" radius="sm" tt="none" color={tier === 'high' ? 'red' : tier === 'medium' ? 'yellow' : 'blue'}>{tierWords[tier]}</Badge>
        {reducesOnly ? <Badge variant="light" radius="sm" tt="none" color="green">only takes permissions away</Badge> : null}
        {irreversible.length === 0 ? <Badge variant="light" radius="sm" tt="none" color="green">can be undone</Badge> : null}
      </Group>
      {irreversible.length === 0 ? null : <Alert color="red" title="Cannot be undone"><List size="sm">{irreversible.map((step) => <List.Item key={step}>{step}</List.Item>)}</List></Alert>}
    </>
  )
}
export const ApiCalls = ({ calls }: { readonly calls: readonly string[] }) => (
  <div><Text size="sm" fw={600} mb={4}>Calls to the cloud, in this order</Text>{calls.map((line, index) => <Code key={index} block mb={4} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{line}</Code>)}</div>
)
