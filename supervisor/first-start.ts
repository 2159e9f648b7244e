import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { renderSandbox } from '../clouds/sandbox/render.ts'
import type { Config } from '../config.ts'
import { instantOf } from '../model/instant.ts'
import { createSignInLink } from '../server/sign-in-link.ts'
import { type Store, withTenant } from '../store/db.ts'
import { listEnvironments, mirrorEnvironments } from '../store/environments.ts'
import { enqueueNudge } from '../store/messages.ts'
import { listScans, scanById, startScan } from '../store/scans.ts'
import { addUser, userByName } from '../store/users.ts'

/** The sandbox estate is there where an environment wants it; one that is there already keeps what was changed in it. */
export function placeSandbox(config: Config): boolean {
  if (!config.environments.some(({ kind }) => kind === 'sandbox') || existsSync(join(config.sandboxFolder, 'estate.json'))) return false
  renderSandbox(config.sandboxFolder, instantOf(Date.now()))
  return true
}

/** Signs one person in, once, within ten minutes. */
export type SignInLink = { readonly who: string; readonly url: string }

/**
 * The store mirrors whittle.yaml, there is an admin `you` and, where the sandbox is, an approver `second` (nobody approves their own change), and each has a fresh sign-in link.
 * Users that are disabled get none.
 */
export async function prepareStore(store: Store, config: Config): Promise<readonly SignInLink[]> {
  return withTenant(store, config.tenant, async (db) => {
    await mirrorEnvironments(db, config.tenant, config.environments)
    const wanted = [{ name: 'you', role: 'admin' as const }, ...(config.environments.some(({ kind }) => kind === 'sandbox') ? [{ name: 'second', role: 'approver' as const }] : [])]
    const links: SignInLink[] = []
    for (const { name, role } of wanted) {
      const user = (await userByName(db, config.tenant, name)) ?? (await addUser(db, config.tenant, { name, role }))
      if (user.isActive) links.push({ who: name, url: await createSignInLink(db, { tenant: config.tenant, userId: user.id, publicUrl: config.server.publicUrl }) })
    }
    return links
  })
}

/** A scan is asked for of every enabled environment that never had one; gives their ids. */
export async function requestFirstScans(store: Store, config: Config): Promise<readonly string[]> {
  return withTenant(store, config.tenant, async (db) => {
    const ids: string[] = []
    for (const { environment, isEnabled } of await listEnvironments(db, config.tenant)) {
      if (!isEnabled || (await listScans(db, config.tenant, { environment: environment.name, limit: 1 })).length > 0) continue
      ids.push(await startScan(db, config.tenant, { environment: environment.name, requestedBy: null }))
      await enqueueNudge(db, config.tenant, `scan:${config.tenant}:${environment.name}`)
    }
    return ids
  })
}

/** What a scan looks like now, for the terminal; `isOver` once it has ended. */
export async function scanProgress(store: Store, config: Config, id: string): Promise<{ readonly line: string; readonly isOver: boolean } | null> {
  const scan = await withTenant(store, config.tenant, (db) => scanById(db, config.tenant, id))
  if (scan === null) return null
  const done = scan.accounts.filter(({ state }) => state === 'complete' || state === 'partial' || state === 'failed').length
  const opened = typeof scan.report['opened'] === 'number' ? `, ${scan.report['opened']} risks` : ''
  if (scan.state === 'running') return { line: `Scan of ${scan.environment}: ${done} of ${scan.accounts.length} accounts read`, isOver: false }
  return { line: `Scan of ${scan.environment}: ${scan.state}${opened}${scan.reason === null ? '' : ` (${scan.reason})`}`, isOver: true }
}
