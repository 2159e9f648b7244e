import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createSigningKey } from '../kernel/approval.ts'
import { WhittleError } from '../model/error.ts'
import { storeRoles, type StoreRole } from '../store/migrate.ts'
import { newCodecKey } from '../temporal/codec.ts'
import { writeDurably } from './state-folder.ts'

/** Files of one secret each, 0600. A process is told the names of those that it needs, and of no other. */
export type KeyFiles = { readonly codec: string; readonly signing: string; readonly trustRoots: string; readonly session: string }
export type DatabasePasswords = Readonly<Record<StoreRole | 'owner', string>>

const passwordsSchema = z.object({ owner: z.string().min(20), whittle_server: z.string().min(20), whittle_scanner: z.string().min(20), whittle_executor: z.string().min(20) })

/** All keys are there: those of the first start, made once. The signing key and the trust root belong together: one without the other is refused. @throws WhittleError `secret.unreadable` */
export async function openKeys(folder: string): Promise<{ files: KeyFiles; passwords: DatabasePasswords }> {
  const files = { codec: join(folder, 'codec.key'), signing: join(folder, 'signing.jwk'), trustRoots: join(folder, 'trust-roots.jwks'), session: join(folder, 'session.key') }
  if (!existsSync(files.codec)) writeDurably(files.codec, `${newCodecKey()}\n`)
  if (!existsSync(files.session)) writeDurably(files.session, `${randomBytes(32).toString('base64')}\n`)
  if (!existsSync(files.trustRoots)) {
    if (existsSync(files.signing)) throw new WhittleError('secret.unreadable', `\`${files.trustRoots}\` is missing beside \`${files.signing}\`: restore the whole folder \`${folder}\` from one backup`)
    const pair = await createSigningKey()
    writeDurably(files.signing, JSON.stringify(pair.privateKey))
    writeDurably(files.trustRoots, JSON.stringify({ keys: [pair.publicKey] }))
  }
  if (!existsSync(files.signing)) throw new WhittleError('secret.unreadable', `\`${files.signing}\` is missing: restore the whole folder \`${folder}\` from one backup`)
  return { files, passwords: openPasswords(join(folder, 'database.json')) }
}

function openPasswords(file: string): DatabasePasswords {
  if (!existsSync(file)) writeDurably(file, JSON.stringify(Object.fromEntries(['owner', ...storeRoles].map((role) => [role, randomBytes(24).toString('base64url')]))))
  try {
    return passwordsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new WhittleError('secret.unreadable', `\`${file}\` is broken: restore it from the backup of the state folder`, {}, cause)
  }
}
