import { and, asc, eq } from 'drizzle-orm'
import type { Cloud } from '../model/cloud.ts'
import { type Environment, environmentSchema } from '../model/environment.ts'
import { WhittleError } from '../model/error.ts'
import { jsonObjectSchema } from '../model/json.ts'
import type { Db } from './db.ts'
import { markStale } from './findings.ts'
import { environmentAccounts, environments } from './schema.ts'

export type StoredEnvironment = { readonly environment: Environment; readonly isEnabled: boolean; readonly accounts: readonly { readonly cloud: Cloud; readonly account: string }[] }

/** The store knows exactly the environments of whittle.yaml; one that is new takes its `enabled` from there, a known one keeps what people chose. */
export async function mirrorEnvironments(db: Db, tenantId: string, configured: readonly Environment[]): Promise<void> {
  const known = new Map((await db.select().from(environments).where(eq(environments.tenantId, tenantId))).map((row) => [row.name, row]))
  for (const environment of configured) {
    const settings = jsonObjectSchema.parse(JSON.parse(JSON.stringify(environmentSchema.parse(environment)))) // because undefined is no JSON
    await db.insert(environments).values({ tenantId, name: environment.name, kind: environment.kind, settings, isEnabled: environment.enabled })
      .onConflictDoUpdate({ target: [environments.tenantId, environments.name], set: { kind: environment.kind, settings } })
    known.delete(environment.name)
  }
  for (const name of known.keys()) {
    await release(db, tenantId, name)
    await db.delete(environments).where(and(eq(environments.tenantId, tenantId), eq(environments.name, name)))
  }
  await refreshStale(db, tenantId)
}

/** Every environment with the accounts it owns, by name. */
export async function listEnvironments(db: Db, tenantId: string): Promise<StoredEnvironment[]> {
  const rows = await db.select().from(environments).where(eq(environments.tenantId, tenantId)).orderBy(asc(environments.name))
  const owned = Map.groupBy(await db.select().from(environmentAccounts).where(eq(environmentAccounts.tenantId, tenantId)).orderBy(asc(environmentAccounts.account)), (row) => row.environment)
  return rows.map((row) => ({ environment: environmentSchema.parse(row.settings), isEnabled: row.isEnabled, accounts: (owned.get(row.name) ?? []).map(({ cloud, account }) => ({ cloud, account })) }))
}

/** @throws WhittleError `environment.not-found` */
export async function environmentNamed(db: Db, tenantId: string, name: string): Promise<StoredEnvironment> {
  const found = (await listEnvironments(db, tenantId)).find(({ environment }) => environment.name === name)
  if (found === undefined) throw new WhittleError('environment.not-found', `there is no environment \`${name}\`: add it to whittle.yaml`)
  return found
}

/** Disabling frees its accounts and marks its findings stale, never resolved. @throws WhittleError `environment.not-found` */
export async function setEnvironmentEnabled(db: Db, tenantId: string, name: string, isEnabled: boolean): Promise<void> {
  const rows = await db.update(environments).set({ isEnabled }).where(and(eq(environments.tenantId, tenantId), eq(environments.name, name))).returning({ name: environments.name })
  if (rows.length === 0) throw new WhittleError('environment.not-found', `there is no environment \`${name}\`: add it to whittle.yaml`)
  if (!isEnabled) await release(db, tenantId, name)
  await refreshStale(db, tenantId)
}

const release = (db: Db, tenantId: string, name: string) => db.delete(environmentAccounts).where(and(eq(environmentAccounts.tenantId, tenantId), eq(environmentAccounts.environment, name)))

async function refreshStale(db: Db, tenantId: string): Promise<void> {
  const enabled = await db.select({ name: environments.name }).from(environments).where(and(eq(environments.tenantId, tenantId), eq(environments.isEnabled, true)))
  await markStale(db, tenantId, enabled.map(({ name }) => name))
}

/** The environment owns the account. @throws WhittleError `environment.overlap` naming the enabled environment that owns it already */
export async function claimAccount(db: Db, tenantId: string, environment: string, { cloud, account }: { cloud: Cloud; account: string }): Promise<void> {
  await db.insert(environmentAccounts).values({ tenantId, cloud, account, environment }).onConflictDoNothing()
  const [owner] = await db.select({ environment: environmentAccounts.environment }).from(environmentAccounts).where(and(eq(environmentAccounts.tenantId, tenantId), eq(environmentAccounts.cloud, cloud), eq(environmentAccounts.account, account)))
  if (owner !== undefined && owner.environment !== environment) throw new WhittleError('environment.overlap', `account \`${account}\` belongs to environment \`${owner.environment}\` already: disable one of the two`, { account, owner: owner.environment })
}
