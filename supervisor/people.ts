import { createSignInLink } from '../server/sign-in-link.ts'
import { defaultTenant } from '../model/id.ts'
import { type Db } from '../store/db.ts'
import { addUser, listUsers, type User } from '../store/users.ts'

export type Invitation = { readonly name: string; readonly role: string; readonly url: string }

/**
 * One-time sign-in links of ten minutes: for `you`, the first administrator (made at the first start), and, where the sandbox is, for `second`, so that one person can try out
 * how two decide.
 */
export async function invite(db: Db, options: { publicUrl: string; hasSandbox: boolean }): Promise<readonly Invitation[]> {
  const users = await listUsers(db, defaultTenant)
  const you = users.find((user) => user.name === 'you') ?? (users.some((user) => user.role === 'admin') ? null : await addUser(db, defaultTenant, { name: 'you', role: 'admin' }))
  const second = options.hasSandbox ? users.find((user) => user.name === 'second') ?? await addUser(db, defaultTenant, { name: 'second', role: 'approver' }) : null
  const active = [you, second].filter((user): user is User => user !== null && user.isActive)
  return Promise.all(active.map(async (user) => ({ name: user.name, role: user.role, url: await createSignInLink(db, { tenant: defaultTenant, userId: user.id, publicUrl: options.publicUrl }) })))
}
