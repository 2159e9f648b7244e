import { appendFileSync } from 'node:fs'
import { z } from 'zod'
import { auditMemory } from '../../activities/audit-memory.ts'
import { executeStep } from '../../activities/execute-step.ts'
import { beginExecution } from '../../activities/execution.ts'
import type { ExecutorDeps } from '../../activities/executor-deps.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { changeKindAbout } from '../../clouds/change-kinds.ts'
import { sandboxChangeDriver } from '../../clouds/sandbox/change.ts'
import { trustRoots } from '../../kernel/approval.ts'
import { defaultBudget } from '../../kernel/budget.ts'
import type { Change, ChangeDriver } from '../../model/change.ts'
import { openStore, type Store } from '../../store/db.ts'

/** The executor's deps on a sandbox; every write is in the ledger, a file outside of everything that is tested. */
export async function sandboxExecutor(place: { store: Store; sandbox: string; memory: string; ledger: string; publicKey: JsonWebKey }, around: (driver: ChangeDriver) => ChangeDriver = (driver) => driver): Promise<ExecutorDeps> {
  const driverOf = (change: Change): ChangeDriver => {
    const driver = sandboxChangeDriver(change.kind, place.sandbox)
    return around({ read: driver.read, write: async (wanted) => { appendFileSync(place.ledger, `${wanted.target} ${canonicalHash(wanted.after)}\n`); await driver.write(wanted) } })
  }
  return {
    store: place.store, roots: await trustRoots([z.looseObject({ kty: z.string() }).parse(place.publicKey)]), budget: { ...defaultBudget, writesPerAccountAndHour: 1000, identitiesPerDay: 1000 }, freezes: [], protectedIds: new Set(), memory: auditMemory(place.memory),
    holder: `test-${String(process.pid)}`, hash: canonicalHash, about: changeKindAbout, driver: async (_environment, change) => driverOf(change), pause: async () => undefined, now: Date.now,
  }
}

const orderSchema = z.object({ databaseUrl: z.string(), sandbox: z.string(), memory: z.string(), ledger: z.string(), publicKey: z.record(z.string(), z.unknown()), tenant: z.string(), planId: z.string(), direction: z.enum(['forward', 'inverse']), point: z.enum(['before-write', 'after-write']) })
export type DyingOrder = z.infer<typeof orderSchema>

/** As a program: an executor that is killed in the middle of the first step of a plan. */
if (process.argv[1] === import.meta.filename) {
  const order = orderSchema.parse(JSON.parse(process.argv[2] ?? ''))
  const die = (): never => { process.kill(process.pid, 'SIGKILL'); throw new Error('killed') }
  const deps = await sandboxExecutor({ ...order, store: openStore(order.databaseUrl, 2) }, (driver) => ({ read: driver.read, write: async (change) => { if (order.point === 'after-write') await driver.write(change); die() } }))
  const { tenant, planId, direction } = order
  await beginExecution(deps)({ tenant, planId, direction, workflowId: `${direction === 'forward' ? 'plan' : 'undo'}:${planId}` })
  await executeStep(deps)({ tenant, planId, direction, index: 0, cause: 'person' })
}
