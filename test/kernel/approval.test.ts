import { CompactSign, importJWK, type JWK } from 'jose'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type ApprovalSigner, approvalSigner, createSigningKey, type TrustRoots, trustRoots, verifyApproval } from '../../kernel/approval.ts'
import { digestPlan } from '../../kernel/plan-digest.ts'
import { approvalOf, keyPlan } from '../builders/plan.ts'

const plan = keyPlan()
const approval = approvalOf(plan, digestPlan(plan).digest)
let privateKey: JWK, roots: TrustRoots, signer: ApprovalSigner, jws: string

beforeAll(async () => {
  const pair = await createSigningKey()
  privateKey = pair.privateKey
  roots = await trustRoots([pair.publicKey])
  signer = await approvalSigner(privateKey)
  jws = await signer.sign(approval)
})

const signedAs = async (header: { alg: string; typ?: string; kid?: string }, payload: unknown): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader(header).sign(await importJWK(privateKey, 'EdDSA'))

test('what the server signed is read back as it was', async () => {
  expect(await verifyApproval(jws, roots)).toEqual(approval)
})

test('the public half holds no private part, and the key id is its thumbprint', async () => {
  const pair = await createSigningKey()
  expect(Object.keys(pair.publicKey).sort()).toEqual(['crv', 'kty', 'x'])
  expect([...(await trustRoots([pair.publicKey])).keys()]).toEqual([(await approvalSigner(pair.privateKey)).kid])
})

test('an approval counts only by a trusted key, of our type, whole and well-formed', async () => {
  const other = await createSigningKey()
  const [header, payload, signature] = jws.split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'whittle-approval+jws', kid: signer.kid })).toString('base64url')
  const cases: readonly (readonly [string, string])[] = [
    ['another key', await (await approvalSigner(other.privateKey)).sign(approval)],
    ['another type', await signedAs({ alg: 'EdDSA', typ: 'JWT', kid: signer.kid }, approval)],
    ['no type', await signedAs({ alg: 'EdDSA', kid: signer.kid }, approval)],
    ['no key id', await signedAs({ alg: 'EdDSA', typ: 'whittle-approval+jws' }, approval)],
    ['algorithm none', `${none}.${payload}.`],
    ['algorithm none with the signature', `${none}.${payload}.${signature}`],
    ['a field more', await signedAs({ alg: 'EdDSA', typ: 'whittle-approval+jws', kid: signer.kid }, { ...approval, admin: true })],
    ['a field less', await signedAs({ alg: 'EdDSA', typ: 'whittle-approval+jws', kid: signer.kid }, { ...approval, nonce: undefined })],
    ['not JSON', await signedAs({ alg: 'EdDSA', typ: 'whittle-approval+jws', kid: signer.kid }, 'approve')],
    ['the payload alone', `${header}.${payload}`],
    ['nothing', ''],
  ]
  for (const [name, text] of cases) expect(await verifyApproval(text, roots), name).toBeNull()
})

test('without trust roots nothing is an approval', async () => {
  expect(await verifyApproval(jws, new Map())).toBeNull()
})

test('SEC-26: 1,000 edited approvals — any character of the signed text — are refused', async () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
  const bytes = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')).join('.')
  await fc.assert(fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(...letters), async (place, letter) => {
    const edited = jws.slice(0, place) + letter + jws.slice(place + 1)
    fc.pre(bytes(edited) !== bytes(jws)) // because unused trailing bits of base64 spell the same bytes
    expect(await verifyApproval(edited, roots)).toBeNull()
  }), { numRuns: 1000, endOnFailure: true })
})

test('a signer refuses to sign what is no approval', async () => {
  await expect(async () => signer.sign({ ...approval, planDigest: 'abc' })).rejects.toThrow('planDigest')
})
