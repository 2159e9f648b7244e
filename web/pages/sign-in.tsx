import { Button, Code, Container, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { call, queries } from '../api.ts'
import { Refusal } from '../components/page.tsx'

/** Uses the one-time link up. The token stands after `#`, so it is in no log; a click is asked for, so that a link preview cannot use it up. */
export function SignIn() {
  const token = useRouterState({ select: (state) => state.location.hash })
  const navigate = useNavigate()
  const signIn = useMutation({ mutationFn: () => call('signIn', { body: { token } }), onSuccess: async () => {
    queries.clear()
    await navigate({ to: '/risks', replace: true }) // because the used link should not stay in the history
  } })
  if (token === '') return <SignedOut />
  return (
    <Frame title="Sign in to Whittle">
      <Text>This link works once, within 10 minutes of being made.</Text>
      {signIn.isError ? <Refusal error={signIn.error} /> : null}
      <Button size="md" autoFocus loading={signIn.isPending} onClick={() => { signIn.mutate() }}>Sign in</Button>
      <NewLink />
    </Frame>
  )
}

export function SignedOut() {
  return (
    <Frame title="You are not signed in">
      <Text>Open the one-time link that Whittle printed when it started, or ask an administrator for one.</Text>
      <NewLink />
    </Frame>
  )
}
const NewLink = () => <Text size="sm" c="dimmed">No link, or too old? On the machine that runs Whittle, start it again with <Code>npm start</Code>; an administrator can also make one on the Users page.</Text>

function Frame({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Container size={460} pt={80} component="main">
      <Paper withBorder p="xl" radius="md">
        <Stack>
          <img src="/icon.svg" width={40} height={40} alt="" />
          <Title order={1} size="h3">{title}</Title>
          {children}
        </Stack>
      </Paper>
    </Container>
  )
}
