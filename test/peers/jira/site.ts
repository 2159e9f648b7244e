/** The state of the stub: issues, their comments and links, a workflow graph, and what the search index has seen of them. */
export type Status = { readonly id: string; readonly name: string; readonly category: 'new' | 'indeterminate' | 'done' }
export type Transition = { readonly id: string; readonly name: string; readonly from: readonly string[]; readonly to: string }
export type Comment = { readonly id: string; readonly author: User; readonly body: unknown; readonly created: string }
export type User = { readonly accountId: string; readonly displayName: string }
export type RemoteLink = { readonly id: number; readonly globalId: string; readonly object: { readonly url: string; readonly title: string } }
export type Issue = {
  readonly id: string; readonly key: string; readonly created: string; summary: string; description: unknown; labels: readonly string[]; priority: string; issueType: string
  status: string; assignee: User | null; updated: string; categoryChanged: string; comments: Comment[]; links: RemoteLink[]
}
export type SiteOptions = { readonly now: () => number; readonly searchLagMs: number; readonly baseUrl: string; readonly transitions: readonly Transition[]; readonly hasPriorityField: boolean }
export type Site = SiteOptions & {
  readonly issues: Map<string, Issue>
  /** Every version of every issue since when: the index shows the newest one older than the lag. */
  readonly versions: { readonly at: number; readonly issue: Issue | { readonly id: string; readonly isDeleted: true } }[]
  readonly statuses: readonly Status[]; readonly users: readonly User[]
  readonly next: { issue: number; comment: number; link: number }
}

export const statuses: readonly Status[] = [
  { id: '10000', name: 'To Do', category: 'new' }, { id: '10001', name: 'In Progress', category: 'indeterminate' }, { id: '10002', name: 'In Review', category: 'indeterminate' },
  { id: '10003', name: 'Done', category: 'done' }, { id: '10004', name: "Won't Do", category: 'done' },
]
/** As many projects have it: nothing is done that was not in progress. */
export const strictWorkflow: readonly Transition[] = [
  { id: '11', name: 'Start', from: ['To Do'], to: 'In Progress' }, { id: '21', name: 'Review', from: ['In Progress'], to: 'In Review' }, { id: '31', name: 'Finish', from: ['In Review', 'In Progress'], to: 'Done' },
  { id: '41', name: 'Stop', from: ['In Progress', 'In Review'], to: 'To Do' }, { id: '51', name: 'Reopen', from: ['Done', "Won't Do"], to: 'To Do' }, { id: '61', name: 'Refuse', from: ['To Do', 'In Progress', 'In Review'], to: "Won't Do" },
]

export const whittleUser: User = { accountId: '5b10a2844c20165700ede21a', displayName: 'Whittle' }
export const newSite = (options: Partial<SiteOptions> & Pick<SiteOptions, 'now' | 'searchLagMs' | 'baseUrl'>): Site => ({
  transitions: strictWorkflow, hasPriorityField: true, ...options, issues: new Map(), versions: [], statuses, next: { issue: 1, comment: 1, link: 1 },
  users: [whittleUser, { accountId: '5b10a2844c20165700ede21b', displayName: 'Alice' }],
})

export const stamp = (site: Site): string => new Date(site.now()).toISOString().replace('Z', '+0000')
/** Saves what was changed and dates it; the index sees it after the lag. */
export function touch(site: Site, issue: Issue): void {
  issue.updated = stamp(site)
  site.versions.push({ at: site.now(), issue: structuredClone(issue) })
}
export function moveTo(site: Site, issue: Issue, name: string): void {
  const categoryOf = (status: string) => site.statuses.find((one) => one.name === status)?.category
  if (categoryOf(issue.status) !== categoryOf(name)) issue.categoryChanged = stamp(site)
  issue.status = name
  touch(site, issue)
}
export function removeIssue(site: Site, issue: Issue): void {
  site.issues.delete(issue.id)
  site.versions.push({ at: site.now(), issue: { id: issue.id, isDeleted: true } })
}
export const find = (site: Site, idOrKey: string): Issue | undefined => site.issues.get(idOrKey) ?? [...site.issues.values()].find((issue) => issue.key === idOrKey)

/** The issues as the lagging index shows them. */
export function indexed(site: Site): Issue[] {
  const seen = new Map<string, Issue>()
  for (const { at, issue } of site.versions) {
    if (at > site.now() - site.searchLagMs) continue
    if ('isDeleted' in issue) seen.delete(issue.id)
    else seen.set(issue.id, issue)
  }
  return [...seen.values()]
}

type Clause = (issue: Issue) => boolean
/** The subset of JQL that Whittle and the second client use; null = not understood. */
export function parseJql(site: Site, jql: string): { matches: Clause; order: 'created' | 'updated' } | null {
  const [where = '', order = 'created asc'] = jql.split(/\s+order\s+by\s+/i)
  const sorted = /^(created|updated)(\s+asc)?$/i.exec(order.trim())?.[1]?.toLowerCase()
  if (sorted !== 'created' && sorted !== 'updated') return null
  const clauses = where.split(/\s+and\s+/i).map((clause): Clause | null => {
    const equal = /^(project|labels|key|issuekey|statusCategory)\s*=\s*"?([^"]+)"?$/i.exec(clause.trim())
    const [, field = '', value = ''] = equal ?? []
    if (equal) switch (field.toLowerCase()) {
      case 'project': return (issue) => issue.key.startsWith(`${value}-`)
      case 'labels': return (issue) => issue.labels.includes(value)
      case 'statuscategory': return (issue) => site.statuses.find((one) => one.name === issue.status)?.category === value.toLowerCase()
      default: return (issue) => issue.key === value
    }
    const minutes = /^updated\s*>=\s*-([0-9]+)m$/i.exec(clause.trim())?.[1]
    return minutes === undefined ? null : (issue) => Date.parse(issue.updated.replace('+0000', 'Z')) >= site.now() - Number(minutes) * 60_000
  })
  const known = clauses.filter((clause) => clause !== null)
  return known.length === clauses.length && known.length > 0 ? { matches: (issue) => known.every((clause) => clause(issue)), order: sorted } : null
}
