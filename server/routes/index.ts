import type { Routes } from '../app.ts'
import type { RouteDeps } from './context.ts'
import { planRoutes } from './plans.ts'
import { riskRoutes } from './risks.ts'
import { runRoutes } from './runs.ts'
import { environmentRoutes, scanRoutes } from './scans.ts'
import { signInRoutes } from './sign-in.ts'
import { tokenRoutes } from './tokens.ts'
import { trustRoutes } from './trust.ts'
import { userRoutes } from './users.ts'

/** Every route of the contract; one that is missing does not compile. */
export const allRoutes = (deps: RouteDeps): Routes => ({
  ...signInRoutes(deps), ...tokenRoutes(deps), ...userRoutes(deps), ...trustRoutes(deps), ...riskRoutes(deps), ...planRoutes(deps), ...scanRoutes(deps), ...environmentRoutes(deps), ...runRoutes(deps),
})
