import { ActionIcon, Alert, AppShell, Badge, Burger, Group, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { hasRole, type Role } from '../../model/approval.ts'
import { isSignedOut, meQuery } from '../api.ts'
import { SignedOut } from '../pages/sign-in.tsx'
import { LiveRegion } from './announce.tsx'
import { Refusal } from './page.tsx'

const links: readonly { readonly to: '/risks' | '/approvals' | '/runs' | '/scans' | '/environments' | '/users' | '/audit' | '/account'; readonly label: string; readonly least: Role }[] = [
  { to: '/risks', label: 'Risks', least: 'viewer' }, { to: '/approvals', label: 'Approvals', least: 'viewer' }, { to: '/runs', label: 'Runs', least: 'viewer' },
  { to: '/scans', label: 'Scans', least: 'viewer' }, { to: '/environments', label: 'Environments', least: 'viewer' }, { to: '/users', label: 'Users', least: 'admin' },
  { to: '/audit', label: 'Audit', least: 'operator' }, { to: '/account', label: 'Your account', least: 'viewer' },
]

/** The frame of every page: navigation, who you are, and the banner of the kill switch. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure()
  const me = useQuery(meQuery)
  const path = useRouterState({ select: (state) => state.location.pathname })
  useEffect(close, [path, close])
  if (isSignedOut(me.error)) return <SignedOut />
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding="md">
      <a className="skip" href="#content">Skip to the content</a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" aria-expanded={isOpen} />
            <img src="/icon.svg" width={26} height={26} alt="" />
            <Text fw={700} size="lg">Whittle</Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            {me.data === undefined ? null : <Text size="sm" truncate maw={180}>{me.data.name} <Text span c="dimmed" size="sm">({me.data.role})</Text></Text>}
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" component="nav" aria-label="Pages">
        {links.filter((link) => hasRole(me.data?.role ?? 'viewer', link.least)).map((link) => (
          <Link key={link.to} to={link.to} className="nav-link" preload={false}>
            <span>{link.label}</span>
            {link.to === '/approvals' && (me.data?.awaitingApproval ?? 0) > 0 ? <Badge size="sm" circle color="yellow" autoContrast aria-label={`${String(me.data?.awaitingApproval)} waiting`}>{me.data?.awaitingApproval}</Badge> : null}
          </Link>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        {me.data?.killSwitch.isOn === true ? (
          <Alert color="red" variant="filled" mb="md" title="Kill switch is on: nothing is written to any cloud">
            {me.data.killSwitch.by ?? 'Somebody'} turned it on: {me.data.killSwitch.reason ?? 'no reason given'}. Approved plans wait. An administrator turns it off on the Environments page.
          </Alert>
        ) : null}
        {me.isError ? <Refusal error={me.error} /> : null}
        <Outlet />
      </AppShell.Main>
      <LiveRegion />
    </AppShell>
  )
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return <ActionIcon variant="default" onClick={() => { setColorScheme(other) }} aria-label={`Use the ${other} colours`} title={`Use the ${other} colours`}>{scheme === 'dark' ? '☀' : '☾'}</ActionIcon>
}
