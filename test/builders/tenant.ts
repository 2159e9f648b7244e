import { ulid } from 'ulid'
import { type ApprovalSigner, approvalSigner, createSigningKey, type TrustRoots, trustRoots } from '../../kernel/approval.ts'
import type { Role } from '../../model/approval.ts'
import { daysAfter, instantOf } from '../../model/instant.ts'
import type { Plan } from '../../model/plan.ts'
import { type Db, type Store, withTenant } from '../../store/db.ts'
import { proposePlan } from '../../store/plans.ts'
import { addUser, type User } from '../../store/users.ts'
import { keyPlan } from './plan.ts'
import type { TestPostgres } from './postgres.ts'

/** One tenant of its own on a shared database, as each of the three processes sees it. */
export type TestTenant = {
  readonly id: string
  readonly server: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  readonly scanner: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  readonly executor: <T>(work: (db: Db) => Promise<T>) => Promise<T>
  readonly user: (name: string, role?: Role, identities?: readonly string[]) => Promise<User>
  /** A plan that awaits approval, asked for by `requester`. */
  readonly plan: (over?: Partial<Plan>, target?: string) => Promise<Plan>
}

export function newTenant(postgres: TestPostgres): TestTenant {
  const id = `t-${ulid().toLowerCase()}`
  const within = (store: Store) => <T>(work: (db: Db) => Promise<T>): Promise<T> => withTenant(store, id, work)
  const server = within(postgres.stores.server)
  return {
    id, server, scanner: within(postgres.stores.scanner), executor: within(postgres.stores.executor),
    user: (name, role = 'approver', identities = []) => server((db) => addUser(db, id, { name, role, identities })),
    plan: async (over = {}, user = `user-${ulid()}`) => {
      const now = instantOf(Date.now())
      const plan = keyPlan({ id: ulid(), tenant: id, createdAt: now, notAfter: daysAfter(now, 3), rollbackNotAfter: daysAfter(now, 10), ...over }, user)
      await server((db) => proposePlan(db, plan, null))
      return plan
    },
  }
}

export async function newSigner(): Promise<{ readonly signer: ApprovalSigner; readonly roots: TrustRoots }> {
  const { privateKey, publicKey } = await createSigningKey()
  return { signer: await approvalSigner(privateKey), roots: await trustRoots([publicKey]) }
}
