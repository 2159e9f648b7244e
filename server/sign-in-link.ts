import type { Db } from '../store/db.ts'
import { addSignInLink } from '../store/users.ts'
import { hashToken, mintToken } from './secret-token.ts'

/** A link that signs `userId` in once, within ten minutes. The token stands after `#`: browsers send it to nobody, so it is in no log. */
export async function createSignInLink(db: Db, link: { readonly tenant: string; readonly userId: string; readonly publicUrl: string }): Promise<string> {
  const token = mintToken()
  await addSignInLink(db, link.tenant, link.userId, hashToken(token))
  return `${link.publicUrl}/sign-in#${token}`
}
