import { join } from 'node:path'
import { auditMemory } from '../activities/audit-memory.ts'
import { executeStep } from '../activities/execute-step.ts'
import { executeActivities } from '../activities/execution.ts'
import { translated } from '../activities/failure.ts'
import { canonicalHash } from '../clouds/canonical.ts'
import { changeKindAbout } from '../clouds/change-kinds.ts'
import { sandboxChangeDriver } from '../clouds/sandbox/change.ts'
import { approvalSigner, createSigningKey, trustRoots } from '../kernel/approval.ts'
import { defaultBudget } from '../kernel/budget.ts'
import type { PlanState } from '../model/plan.ts'
import { decide, mintNonce, requestUndo } from '../store/decisions.ts'
import { planById } from '../store/plans.ts'
import { runById, startRun } from '../store/runs.ts'
import { findings } from '../store/schema.ts'
import { addUser } from '../store/users.ts'
import { startTestWhittle, tenant } from '../test/builders/whittle.ts'
import { whileServing } from '../test/builders/workers.ts'
import { milliseconds, printTable, quantile } from './table.ts'

// npm run bench -- journey: request → plan, decision → effective, undo → rolled back, on the sandbox with real Temporal and PostgreSQL, one journey at a time.
const rounds = 20
const whittle = await startTestWhittle()
try {
  const key = await createSigningKey()
  const signer = await approvalSigner(key.privateKey)
  const executor = {
    store: whittle.postgres.stores.executor, roots: await trustRoots([key.publicKey]), budget: { ...defaultBudget, writesPerAccountAndHour: 1000, identitiesPerDay: 1000 }, freezes: [], protectedIds: new Set<string>(), memory: auditMemory(join(whittle.temporal.folder, 'executor')),
    holder: 'bench', hash: canonicalHash, about: changeKindAbout, driver: async (_environment: unknown, change: { kind: Parameters<typeof sandboxChangeDriver>[0] }) => sandboxChangeDriver(change.kind, whittle.sandbox), pause: async () => undefined, now: Date.now,
  }
  const people = await whittle.as('server', async (db) => ({ you: (await addUser(db, tenant, { name: 'you', role: 'admin' })).id, second: (await addUser(db, tenant, { name: 'second', role: 'approver' })).id }))
  await whileServing(whittle.temporal, 'scanner', whittle.activities, () => whileServing(whittle.temporal, 'executor', translated(executeActivities(executor, executeStep(executor))), async () => {
    await whittle.temporal.client.workflow.execute('scanEnvironment', { workflowId: 'scan', taskQueue: 'whittle-scan', args: [{ tenant, environment: 'sandbox' }] })
    const keys = (await whittle.as('server', (db) => db.select({ id: findings.id, detection: findings.detection }).from(findings))).filter(({ detection }) => detection === 'aws-access-key-unused')
    const times = { ask: new Array<number>(), fix: new Array<number>(), undo: new Array<number>() }
    for (let round = 0; round < rounds; round += 1) {
      const findingId = keys[round % keys.length]?.id ?? ''
      let from = performance.now()
      const planId = await ask(findingId, people.you)
      times.ask.push(performance.now() - from)
      from = performance.now()
      await whittle.as('server', async (db) => {
        const { digest } = await planById(db, tenant, planId)
        await decide(db, signer, { tenant, planId, planDigest: digest, userId: people.second, authStrength: 'session', decision: 'approve', reason: '', nonce: await mintNonce(db, tenant, { planId, digest }) })
      })
      await reached(planId, 'effective')
      times.fix.push(performance.now() - from)
      from = performance.now()
      await whittle.as('server', (db) => requestUndo(db, tenant, { planId, userId: people.you, reason: '' }))
      await reached(planId, 'rolled-back')
      times.undo.push(performance.now() - from)
    }
    const row = (name: string, samples: readonly number[]): string[] => [name, milliseconds(quantile(samples, 0.5)), milliseconds(quantile(samples, 0.95)), milliseconds(quantile(samples, 1))]
    printTable(`journey on the sandbox, ${String(rounds)} rounds (the outbox is looked at every 100 ms here, every second by \`npm start\`)`, ['leg', 'p50', 'p95', 'worst'], [row('request → plan awaits approval', times.ask), row('decision → effective', times.fix), row('undo → rolled back', times.undo)])
  }))
} finally {
  await whittle.stop()
}

async function ask(findingId: string, you: string): Promise<string> {
  const playbook = whittle.deps.playbooks.get('fix-with-approval')
  if (playbook === undefined) throw new Error('the playbook is not shipped')
  const { run } = await whittle.as('server', (db) => startRun(db, tenant, { playbook, findingId, environment: 'sandbox', requestedBy: you, options: {} }))
  let planId: string | null = null
  await whittle.wakeUntil(async () => { planId = (await whittle.as('server', (db) => runById(db, tenant, run.id)))?.planId ?? null; return planId !== null })
  return planId ?? ''
}
function reached(planId: string, state: PlanState): Promise<void> {
  return whittle.wakeUntil(async () => (await whittle.as('server', (db) => planById(db, tenant, planId))).state === state)
}
