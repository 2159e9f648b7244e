import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { z } from 'zod'
import { auditMemory } from '../activities/audit-memory.ts'
import type { ExecutorDeps } from '../activities/executor-deps.ts'
import { awsChangeDriver } from '../clouds/aws/change/live.ts'
import { awsWriter } from '../clouds/aws/collect/collector.ts'
import { azureChangeDriver } from '../clouds/azure/change/live.ts'
import { azureSession, publicCloud } from '../clouds/azure/session.ts'
import { gcpChangeDriver } from '../clouds/gcp/change/live.ts'
import { gcpWriter } from '../clouds/gcp/collect/collector.ts'
import { canonicalHash } from '../clouds/canonical.ts'
import { changeKindAbout } from '../clouds/change-kinds.ts'
import { sandboxChangeDriver } from '../clouds/sandbox/change.ts'
import { type Config, readSecret } from '../config.ts'
import { trustRoots } from '../kernel/approval.ts'
import { defaultBudget } from '../kernel/budget.ts'
import type { Change, ChangeDriver } from '../model/change.ts'
import type { Environment } from '../model/environment.ts'
import { WhittleError } from '../model/error.ts'
import type { Store } from '../store/db.ts'

const rootsSchema = z.object({ keys: z.array(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })).min(1) })

/** What the executor's activities work with: its trust roots and its memory are its own, not the database's. @throws WhittleError `secret.unreadable` */
export async function executorDeps(config: Config, store: Store): Promise<ExecutorDeps> {
  if (config.keys.trustRoots === null) throw new WhittleError('secret.unreadable', 'the executor was not given its trust roots: set WHITTLE_TRUST_ROOTS to `file:PATH`')
  const roots = rootsSchema.safeParse(parse(readSecret(config.keys.trustRoots, config.baseFolder)))
  if (!roots.success) throw new WhittleError('secret.unreadable', 'the trust roots hold no Ed25519 key: restore the file of the first start')
  const memory = join(config.home, 'executor')
  mkdirSync(memory, { recursive: true, mode: 0o700 })
  return {
    store, roots: await trustRoots(roots.data.keys), memory: auditMemory(memory), holder: `${hostname()}-${String(process.pid)}`, hash: canonicalHash, about: changeKindAbout,
    budget: { ...defaultBudget, writesPerAccountAndHour: config.budgets.writesPerAccountAndHour }, freezes: config.freezes,
    protectedIds: new Set([...config.protected.breakGlass, ...config.protected.ownRoles, ...ownRoles(config.environments)]),
    driver: async (environment, change, account) => changeDriverOf(config, environment, change, account),
    pause: async (environment, attempt) => {
      Context.current().heartbeat()
      // because files are as they were written, while a cloud's answer may lag behind for seconds
      await sleep(environment.kind === 'sandbox' ? 1 : Math.min(5000, 250 * attempt))
    },
    now: Date.now,
  }
}

/** Writes to the environment's targets, with the environment's own executor identity. @throws WhittleError `change.unsupported` where nothing may be written */
export function changeDriverOf(config: Pick<Config, 'sandboxFolder' | 'http'>, environment: Environment, change: Pick<Change, 'kind'>, account: string): ChangeDriver {
  switch (environment.kind) {
    case 'sandbox': return sandboxChangeDriver(change.kind, config.sandboxFolder)
    case 'directory': throw new WhittleError('change.unsupported', `\`${environment.name}\` is an exported directory: nothing can be changed in it`)
    case 'aws-account':
    case 'aws-organization': return awsChangeDriver(change.kind, awsWriter(environment, account, config.http))
    case 'azure-tenant': return azureChangeDriver(change.kind, azureSession(environment, config.http, { ...publicCloud, ...environment.endpoints }))
    case 'gcp-organization':
    case 'gcp-project': return gcpChangeDriver(change.kind, gcpWriter(environment, config.http))
  }
}

/** INVARIANT: Whittle never changes the roles that it works with. */
const ownRoles = (environments: readonly Environment[]): readonly string[] => environments.flatMap((environment) => {
  switch (environment.kind) {
    case 'aws-account': return [environment.roleArn, environment.executorRoleArn]
    case 'aws-organization': return [environment.roleArn]
    case 'gcp-organization':
    case 'gcp-project': return [environment.serviceAccount, environment.executorServiceAccount].map((email) => (email === undefined ? undefined : `serviceAccount:${email}`))
    default: return []
  }
}).filter((id) => id !== undefined)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
