import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { type Approval, approvalSchema } from '../model/approval.ts'

const TYPE = 'whittle-approval+jws'

/** Signs approvals; only the server has one. `kid` = RFC 7638 thumbprint of the public key. */
export type ApprovalSigner = { readonly kid: string; readonly sign: (approval: Approval) => Promise<string> }
/** Public keys by thumbprint whose signatures count. The executor reads them from its own configuration, never from the database. */
export type TrustRoots = ReadonlyMap<string, JWK>

/** A new Ed25519 pair as JWK. The private half goes to the server's key file only. */
export async function createSigningKey(): Promise<{ readonly privateKey: JWK; readonly publicKey: JWK }> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return { privateKey: await exportJWK(pair.privateKey), publicKey: await exportJWK(pair.publicKey) }
}

export async function approvalSigner(privateKey: JWK): Promise<ApprovalSigner> {
  const key = await importJWK(privateKey, 'EdDSA')
  const kid = await calculateJwkThumbprint(privateKey)
  return { kid, sign: (approval) => new CompactSign(new TextEncoder().encode(JSON.stringify(approvalSchema.parse(approval)))).setProtectedHeader({ alg: 'EdDSA', typ: TYPE, kid }).sign(key) }
}

export async function trustRoots(publicKeys: readonly JWK[]): Promise<TrustRoots> {
  const roots = new Map<string, JWK>()
  for (const key of publicKeys) roots.set(await calculateJwkThumbprint(key), key)
  return roots
}

/** What a trusted key signed, or null: wrong type, algorithm, key, signature or payload. Says nothing of expiry or of who may approve. */
export async function verifyApproval(jws: string, roots: TrustRoots): Promise<Approval | null> {
  try {
    const verified = await compactVerify(jws, async (header) => {
      const key = header.kid === undefined || header.typ !== TYPE ? undefined : roots.get(header.kid)
      if (key === undefined) throw new Error('not a key that we trust')
      return importJWK(key, 'EdDSA')
    }, { algorithms: ['EdDSA'] })
    const approval = approvalSchema.safeParse(JSON.parse(new TextDecoder().decode(verified.payload)))
    return approval.success ? approval.data : null
  } catch {
    return null // because every way to fail means the same: it is not an approval
  }
}
