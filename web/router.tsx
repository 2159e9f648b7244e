import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { z } from 'zod'
import { facetNames } from '../model/views.ts'
import { riskSorts } from '../model/api.ts'
import { Shell } from './components/shell.tsx'
import { Account } from './pages/account.tsx'
import { Approvals } from './pages/approvals.tsx'
import { Audit } from './pages/audit.tsx'
import { Environments } from './pages/environments.tsx'
import { PlanPage } from './pages/plan.tsx'
import { RiskPage } from './pages/risk.tsx'
import { Risks } from './pages/risks.tsx'
import { RunPage } from './pages/run.tsx'
import { Runs } from './pages/runs.tsx'
import { ScanPage } from './pages/scan.tsx'
import { Scans } from './pages/scans.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { SlackLink } from './pages/slack-link.tsx'
import { Users } from './pages/users.tsx'

/** The filters of the risks page live in its address, so that a view can be shared and the back button works. */
const riskSearch = z.object({ q: z.string().optional(), sort: z.enum(riskSorts).optional(), ...Object.fromEntries(facetNames.map((name) => [name, z.string().optional()])) }).catch({})
export type RiskSearch = { q?: string | undefined; sort?: (typeof riskSorts)[number] | undefined } & { [name in (typeof facetNames)[number]]?: string | undefined }

const root = createRootRoute()
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })
const page = <P extends string>(path: P, component: () => React.ReactNode) => createRoute({ getParentRoute: () => shell, path, component })
const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn }),
  shell.addChildren([
    createRoute({ getParentRoute: () => shell, path: '/', beforeLoad: () => { redirect({ to: '/risks', throw: true }) } }),
    createRoute({ getParentRoute: () => shell, path: '/risks', component: Risks, validateSearch: (search): RiskSearch => riskSearch.parse(search) }),
    page('/risks/$id', RiskPage), page('/approvals', Approvals), page('/plans/$id', PlanPage), page('/runs', Runs), page('/runs/$id', RunPage),
    page('/scans', Scans), page('/scans/$id', ScanPage), page('/environments', Environments), page('/users', Users), page('/audit', Audit), page('/account', Account),
    createRoute({ getParentRoute: () => shell, path: '/slack-link', component: SlackLink, validateSearch: (search) => z.object({ code: z.string().catch('') }).parse(search) }),
  ]),
])
export const router = createRouter({ routeTree: routes, scrollRestoration: false, defaultPreload: false })
declare module '@tanstack/react-router' { interface Register { router: typeof router } }
