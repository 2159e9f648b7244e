import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common'
import proto from '@temporalio/proto'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'

/** One AES-256 key with the id that payloads carry. */
export type CodecKey = { readonly id: string; readonly key: Uint8Array }
/** The first encrypts; every one of them decrypts, so that a key can be replaced while workflows are open. */
export type CodecKeys = readonly [CodecKey, ...CodecKey[]]

const encoding = 'binary/encrypted'
const keyIdField = 'encryption-key-id'
const nonceBytes = 12
const tagBytes = 16
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (value: Uint8Array | null | undefined): string => new TextDecoder().decode(value ?? new Uint8Array())

const keyLine = z.string().regex(/^[A-Za-z0-9_-]{1,64}:[A-Za-z0-9+/]{43}=$/)

/** A new key as `parseCodecKeys` reads it: `<id>:<32 bytes in base64>`. */
export const newCodecKey = (): string => `${randomBytes(6).toString('hex')}:${randomBytes(32).toString('base64')}`

/** The keys in `file`, one a line, the current one first. @throws WhittleError `secret.unreadable`, never with a key in it */
export function parseCodecKeys(file: string): CodecKeys {
  const keys = file.split('\n').map((line) => line.trim()).filter((line) => line !== '').map((line, index) => {
    if (!keyLine.safeParse(line).success) throw new WhittleError('secret.unreadable', `line ${String(index + 1)} of the codec key is not \`<id>:<32 bytes in base64>\`: restore the file of the first start`)
    const colon = line.indexOf(':')
    return { id: line.slice(0, colon), key: new Uint8Array(Buffer.from(line.slice(colon + 1), 'base64')) }
  })
  const [first, ...rest] = keys
  if (!first) throw new WhittleError('secret.unreadable', 'the codec key is empty: restore the file of the first start')
  return [first, ...rest]
}

/** Everything that Temporal stores of ours is AES-256-GCM with the key's id in clear; a payload that is not encrypted is refused, whoever wrote it (SAFETY T18). */
export function encryptingCodec(keys: CodecKeys): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(keys[0], payload)),
    decode: async (payloads) => payloads.map((payload) => decrypt(keys, payload)),
  }
}

/** Workflow bundles name it too. */
export const failureConverterPath = fileURLToPath(new URL('./failure-converter.ts', import.meta.url))

/** What clients and workers of Whittle are given: payloads and failure texts encrypted. */
export const encryptingConverter = (keys: CodecKeys): DataConverter =>
  ({ payloadCodecs: [encryptingCodec(keys)], failureConverterPath })

function encrypt(key: CodecKey, payload: Payload): Payload {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce)
  cipher.setAAD(bytes(key.id))
  const sealed = [nonce, cipher.update(proto.temporal.api.common.v1.Payload.encode(payload).finish()), cipher.final(), cipher.getAuthTag()]
  return { metadata: { encoding: bytes(encoding), [keyIdField]: bytes(key.id) }, data: new Uint8Array(Buffer.concat(sealed)) }
}

function decrypt(keys: CodecKeys, payload: Payload): Payload {
  if (text(payload.metadata?.['encoding']) !== encoding) throw new WhittleError('not-allowed', 'refused a payload in Temporal that is not encrypted: it was not written by Whittle')
  const id = text(payload.metadata?.[keyIdField])
  const key = keys.find((candidate) => candidate.id === id)
  if (!key) throw new WhittleError('secret.unreadable', `a payload in Temporal was encrypted with the key \`${id.slice(0, 64)}\`, which is not in the codec key file: add that key's line`)
  const data = payload.data ?? new Uint8Array()
  if (data.length < nonceBytes + tagBytes) throw new WhittleError('not-allowed', 'refused a payload in Temporal that is cut off')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, data.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(bytes(id))
    decipher.setAuthTag(data.subarray(data.length - tagBytes))
    const plain = Buffer.concat([decipher.update(data.subarray(nonceBytes, data.length - tagBytes)), decipher.final()])
    return proto.temporal.api.common.v1.Payload.decode(new Uint8Array(plain))
  } catch (cause) {
    throw new WhittleError('not-allowed', 'refused a payload in Temporal that was altered', {}, cause)
  }
}
