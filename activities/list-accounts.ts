import { cloudSchema } from '../model/cloud.ts'
import { WhittleError } from '../model/error.ts'
import { withTenant } from '../store/db.ts'
import { claimAccount, environmentNamed } from '../store/environments.ts'
import { scanById, setScanAccount } from '../store/scans.ts'
import type { ScanActivities } from './contract.ts'
import type { ScannerDeps } from './scanner-deps.ts'

export type AccountName = { readonly cloud: 'aws' | 'azure' | 'gcp'; readonly account: string }
/** `aws/100000000001` as the store names it. */
export const accountOf = (name: string): AccountName => ({ cloud: cloudSchema.parse(name.split('/')[0]), account: decodeURIComponent(name.split('/')[1] ?? '') })
const nameOf = ({ cloud, account }: { cloud: string; account: string }): string => `${cloud}/${encodeURIComponent(account)}`
/** What belongs to no account of its own. */
const isShared = ({ account }: AccountName): boolean => account === 'organization' || account === 'none'

/** The first call asks the cloud and writes the accounts down; a later one goes on with those that were not read yet. An account of another environment is refused by name and the rest is read. */
export const listAccounts = (deps: ScannerDeps): ScanActivities['listAccounts'] => async ({ tenant, environment, scanId, limit }) => {
  const { store } = deps
  const known = await withTenant(store, tenant, async (db) => (await scanById(db, tenant, scanId))?.accounts ?? [])
  if (known.length === 0) {
    const { environment: settings } = await withTenant(store, tenant, (db) => environmentNamed(db, tenant, environment))
    const names = await deps.collectorOf(settings).accounts(deps.signal())
    await withTenant(store, tenant, async (db) => {
      for (const account of names.map(accountOf)) await setScanAccount(db, tenant, { scanId, ...account, state: 'waiting' })
    })
    for (const account of names.map(accountOf).filter((candidate) => !isShared(candidate))) {
      const refusal = await withTenant(store, tenant, (db) => claimAccount(db, tenant, environment, account)).then(() => null, (cause: unknown) => { if (cause instanceof WhittleError && cause.code === 'environment.overlap') return cause.message; throw cause })
      if (refusal !== null) await withTenant(store, tenant, (db) => setScanAccount(db, tenant, { scanId, ...account, state: 'failed', reason: refusal }))
    }
  }
  const accounts = await withTenant(store, tenant, async (db) => (await scanById(db, tenant, scanId))?.accounts ?? [])
  return accounts.filter((account) => account.state === 'waiting' || account.state === 'running').slice(0, limit).map(nameOf)
}
