import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { call } from '../api.ts'
import { Loaded, Page, Refusal } from '../components/page.tsx'

/** Binds a Slack user to the signed-in person. Both are named, and nothing happens without the click. */
export function SlackLink() {
  const { code } = useSearch({ from: '/shell/slack-link' })
  const link = useQuery({ queryKey: ['slackLink', code], queryFn: () => call('slackLink', { query: { code } }), retry: false, enabled: code !== '' })
  const confirm = useMutation({ mutationFn: () => call('confirmSlackLink', { body: { code } }) })
  if (code === '') return <Page title="Link Slack"><Text>Open the link that Whittle sent you in Slack.</Text></Page>
  return (
    <Page title="Link Slack">
      {confirm.isSuccess ? <Alert color="green" title="Linked">Your decisions in Slack now count as yours.</Alert> : (
        <Loaded query={link}>{(value) => (
          <Stack maw={560}>
            <Text>Slack user <b>{value.slackName}</b> (<code>{value.slackUser}</code>) of workspace <code>{value.team}</code> will act as Whittle user <b>{value.user}</b>.</Text>
            <Alert color="orange">Confirm only if you asked for this link yourself in Slack just now. Otherwise somebody else could decide in your name.</Alert>
            {confirm.isError ? <Refusal error={confirm.error} /> : null}
            <Group><Button loading={confirm.isPending} onClick={() => { confirm.mutate() }}>Yes, that is me</Button></Group>
          </Stack>
        )}</Loaded>
      )}
    </Page>
  )
}
