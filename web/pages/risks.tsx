import { Button, Checkbox, Drawer, Group, Grid, Paper, SegmentedControl, Stack, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure, useHotkeys } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { Cloud } from '../../model/cloud.ts'
import { severities } from '../../model/detection.ts'
import { type FacetName, facetNames, type RiskPage, type RiskRow } from '../../model/views.ts'
import { call, every } from '../api.ts'
import { announce } from '../components/announce.tsx'
import { Empty, Loading, Page, Refusal } from '../components/page.tsx'
import { TextLink } from '../components/text-link.tsx'
import { cloudNames, Identity, Quoted, SeverityBadge, shortName, StateBadge, When } from '../components/words.tsx'
import type { RiskSearch } from '../router.tsx'

const facetTitles: Record<FacetName, string> = { severity: 'Severity', cloud: 'Cloud', detection: 'Kind of risk', environment: 'Environment', account: 'Account', state: 'State' }

/** Every risk that is not resolved, worst first; search, facets and order live in the address. */
export function Risks() {
  const search = useSearch({ from: '/shell/risks' })
  const navigate = useNavigate({ from: '/risks' })
  const change = (next: Partial<RiskSearch>) => void navigate({ search: (now: RiskSearch) => ({ ...now, ...next }), replace: true })
  const filter = { ...search, state: search.state ?? 'open,in-progress' }
  const risks = useInfiniteQuery({
    queryKey: ['risks', filter], initialPageParam: '', placeholderData: keepPreviousData, refetchInterval: every(10),
    queryFn: ({ pageParam }) => call('risks', { query: { ...filter, sort: search.sort ?? 'severity', ...(pageParam !== '' && { cursor: pageParam }) } }),
    getNextPageParam: (page) => page.next,
  })
  const first = risks.data?.pages[0]
  const rows = risks.data?.pages.flatMap((page) => page.rows) ?? []
  const total = first?.total
  useEffect(() => { if (total !== undefined) announce(`${String(total)} risks`) }, [total])
  const [isOpen, drawer] = useDisclosure()
  const hasFilter = Object.values(search).some((value) => value !== undefined)
  return (
    <Page title="Risks" lead={total === undefined ? 'What identities in your clouds can do that they should not.' : `${String(total)} ${total === 1 ? 'risk' : 'risks'}${hasFilter ? ' match your filters' : ' open, worst first'}.`}>
      <Group align="flex-end" gap="sm">
        <Search text={search.q ?? ''} onChange={(q) => { change({ q: q === '' ? undefined : q }) }} />
        <SegmentedControl aria-label="Order" value={search.sort ?? 'severity'} onChange={(sort) => { change({ sort: sort === 'recent' ? 'recent' : undefined }) }} data={[{ value: 'severity', label: 'Worst first' }, { value: 'recent', label: 'Newest first' }]} />
        <Button variant="default" hiddenFrom="md" onClick={drawer.open}>Filters</Button>
        {hasFilter ? <Button variant="subtle" onClick={() => void navigate({ search: {} })}>Clear filters</Button> : null}
      </Group>
      <Drawer opened={isOpen} onClose={drawer.close} title="Filters" size="xs"><Facets page={first} search={search} onChange={change} /></Drawer>
      <Grid gap="md">
        <Grid.Col span={3} visibleFrom="md"><Facets page={first} search={search} onChange={change} /></Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          {risks.isError ? <Refusal error={risks.error} /> : null}
          {first === undefined ? <Loading /> : rows.length === 0 ? <NoRisks hasFilter={hasFilter} /> : <RiskTable rows={rows} />}
          {risks.hasNextPage ? <Group justify="center" mt="md"><Button variant="default" loading={risks.isFetchingNextPage} onClick={() => void risks.fetchNextPage()}>Show more</Button></Group> : null}
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Search({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const later = useDebouncedCallback(onChange, 250)
  useHotkeys([['/', () => { input.current?.focus() }]])
  return <TextInput ref={input} type="search" aria-label="Search risks" placeholder="Search identity, resource, account…   ( / )" defaultValue={text} onChange={(event) => { later(event.currentTarget.value.trim()) }} style={{ flex: 1, minWidth: 220 }} maxLength={200} />
}

/** Whether the summary names who or what it is about, or nothing does. */
const isNamed = ({ principal, resource, summary }: RiskRow): boolean => { const name = shortName(principal ?? resource ?? ''); return name === '' || /^[0-9a-f-]{36}$/.test(name) || summary.includes(name.replace(/^(user|role|group)\/(.*\/)?/, '')) }

function RiskTable({ rows }: { readonly rows: readonly RiskRow[] }) {
  return (
    <Paper withBorder radius="md">
      <Table highlightOnHover verticalSpacing="sm" aria-label="Risks">
        <Table.Thead><Table.Tr><Table.Th scope="col" w={100}>Severity</Table.Th><Table.Th scope="col">Risk</Table.Th><Table.Th scope="col" visibleFrom="sm" w={180}>Where</Table.Th><Table.Th scope="col" visibleFrom="lg" w={130}>First seen</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {rows.map((risk) => (
            <Table.Tr key={risk.id}>
              <Table.Td valign="top"><SeverityBadge severity={risk.severity} /></Table.Td>
              <Table.Td>
                <Link to="/risks/$id" params={{ id: risk.id }} className="risk-title" preload={false}>{risk.title}</Link>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}><Quoted text={risk.summary} /></Text>
                <Group gap={8} mt={2}>
                  {isNamed(risk) ? null : <Text size="xs" c="dimmed"><Identity id={risk.principal ?? risk.resource ?? ''} /></Text>}
                  {risk.state === 'open' ? null : <StateBadge state={risk.state} />}
                  {risk.certainty === 'certain' ? null : <Text size="xs" c="dimmed">{risk.certainty}</Text>}
                  {risk.isStale ? <Text size="xs" c="orange">environment is disabled</Text> : null}
                </Group>
              </Table.Td>
              <Table.Td visibleFrom="sm" valign="top"><Text size="sm">{cloudNames[risk.cloud]}</Text><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{risk.account}</Text></Table.Td>
              <Table.Td visibleFrom="lg" valign="top"><Text size="sm"><When at={risk.firstSeenAt} /></Text></Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

const isCloud = (text: string): text is Cloud => text in cloudNames
const labelOf = (name: FacetName, label: string): string => (name === 'cloud' && isCloud(label) ? cloudNames[label] : label)
const inOrder = (name: FacetName, values: readonly Facet[]): readonly Facet[] => (name === 'severity' ? severities.flatMap((severity) => values.filter((facet) => facet.value === severity)) : values)
type Facet = RiskPage['facets'][FacetName][number]
type FacetsProps = { readonly page: RiskPage | undefined; readonly search: RiskSearch; readonly onChange: (next: Partial<RiskSearch>) => void }
function Facets({ page, search, onChange }: FacetsProps) {
  return (
    <Stack gap="lg">
      {facetNames.map((name) => {
        const values = page?.facets[name] ?? []
        const chosen = search[name]?.split(',') ?? []
        if (values.length === 0) return null
        return (
          <Checkbox.Group key={name} label={facetTitles[name]} value={chosen} onChange={(next) => { onChange({ [name]: next.length === 0 ? undefined : next.join(',') }) }}>
            <Stack gap={6} mt={6}>
              {inOrder(name, values).slice(0, 12).map((facet) => <Checkbox key={facet.value} size="xs" value={facet.value} label={<>{labelOf(name, facet.label)} <Text span size="xs" c="dimmed">{facet.count}</Text></>} />)}
            </Stack>
          </Checkbox.Group>
        )
      })}
    </Stack>
  )
}

function NoRisks({ hasFilter }: { readonly hasFilter: boolean }) {
  if (hasFilter) return <Empty title="No risk matches">Take a filter away, or search for another name. Resolved risks are shown when you choose them under State.</Empty>
  return <Empty title="No open risks">Either nothing is wrong, or nothing was scanned yet: <TextLink to="/scans">look at the scans</TextLink> and what they could not read before you believe it.</Empty>
}
