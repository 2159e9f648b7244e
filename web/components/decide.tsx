import { Button, Group, Modal, Paper, Stack, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { PlanDetail } from '../../model/views.ts'
import { call, queries } from '../api.ts'
import { announce } from './announce.tsx'
import { Refusal } from './page.tsx'
import { Moment, Quoted } from './words.tsx'

type Act = 'approve' | 'reject' | 'undo' | 'cancel'
const words: Record<Act, { readonly title: string; readonly button: string; readonly done: string; readonly color: string }> = {
  approve: { title: 'Approve this plan', button: 'Approve', done: 'approved', color: 'teal' },
  reject: { title: 'Reject this plan', button: 'Reject', done: 'rejected', color: 'red' },
  undo: { title: 'Undo this plan', button: 'Undo', done: 'undo is requested', color: 'grape' },
  cancel: { title: 'Withdraw this plan', button: 'Withdraw', done: 'withdrawn', color: 'gray' },
}

/** The buttons that the signed-in person may press now, or the reason why not. Every decision names the digest that is on the screen. */
export function Decide({ plan }: { readonly plan: PlanDetail }) {
  const [act, setAct] = useState<Act | null>(null)
  const isWaiting = plan.state === 'awaiting-approval'
  const isUndoable = ['applied', 'effective', 'watching', 'closed', 'partial-needs-human'].includes(plan.state)
  if (!isWaiting && !isUndoable) return null
  return (
    <Paper withBorder p="md" radius="md">
      <Group gap="sm">
        {isWaiting ? <Button onClick={() => { setAct('approve') }} disabled={!plan.mayDecide.isAllowed}>Approve</Button> : null}
        {isWaiting ? <Button color="red" variant="light" onClick={() => { setAct('reject') }} disabled={!plan.mayDecide.isAllowed}>Reject</Button> : null}
        {isWaiting && plan.mayCancel.isAllowed ? <Button variant="default" onClick={() => { setAct('cancel') }}>Withdraw</Button> : null}
        {isUndoable ? <Button color="grape" variant="light" onClick={() => { setAct('undo') }} disabled={!plan.mayUndo.isAllowed}>Undo</Button> : null}
        <Text size="sm" c="dimmed" style={{ flex: 1, minWidth: 200 }}>{isWaiting ? plan.mayDecide.why : plan.mayUndo.why ?? <>Puts everything back as it was, under the same approval, until <Moment at={plan.rollbackNotAfter} />.</>}</Text>
      </Group>
      <Modal opened={act !== null} onClose={() => { setAct(null) }} title={act === null ? '' : words[act].title} closeButtonProps={{ 'aria-label': 'Close' }}>
        {act === null ? null : <Confirm plan={plan} act={act} onDone={() => { setAct(null) }} />}
      </Modal>
    </Paper>
  )
}

function Confirm({ plan, act, onDone }: { readonly plan: PlanDetail; readonly act: Act; readonly onDone: () => void }) {
  const [reason, setReason] = useState('')
  const params = { id: plan.id }
  const decide = useMutation({
    mutationFn: async () => {
      if (act === 'cancel') return call('cancelPlan', { params, body: { reason } })
      const { nonce } = await call('planNonce', { params })
      if (act === 'undo') return call('undo', { params, body: { reason, nonce, digest: plan.digest } })
      return call('decide', { params, body: { decision: act, reason, nonce, digest: plan.digest } })
    },
    onSuccess: (after) => { queries.setQueryData(['plan', params, {}], after); announce(words[act].done); onDone() },
  })
  const isMissing = act === 'reject' && reason.trim() === ''
  return (
    <Stack>
      <Text size="sm">Digest <code>{plan.digestPrefix}</code>: <Quoted text={plan.title} /></Text>
      <Textarea data-autofocus label="Reason" {...(act !== 'reject' && { description: 'Optional' })} required={act === 'reject'} autosize minRows={2} maxRows={8} maxLength={2000} value={reason} onChange={(event) => { setReason(event.currentTarget.value) }} />
      {decide.isError ? <Refusal error={decide.error} /> : null}
      <Group justify="flex-end"><Button variant="default" onClick={onDone}>Back</Button><Button color={words[act].color} loading={decide.isPending} disabled={isMissing} onClick={() => { decide.mutate() }}>{words[act].button}</Button></Group>
    </Stack>
  )
}
