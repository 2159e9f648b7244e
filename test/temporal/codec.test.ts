import { existsSync, readFileSync } from 'node:fs'
import { defaultPayloadConverter } from '@temporalio/common'
import { describe, expect, test } from 'vitest'
import { WhittleError } from '../../model/error.ts'
import { type CodecKeys, encryptingCodec, newCodecKey, parseCodecKeys } from '../../temporal/codec.ts'
import { startTestTemporal } from '../builders/temporal.ts'

const keys: CodecKeys = parseCodecKeys(newCodecKey())
const secret = 'AKIAIOSFODNN7EXAMPLE'
const payload = defaultPayloadConverter.toPayload({ key: secret })
const sealed = async (under: CodecKeys = keys) => {
  const [first] = await encryptingCodec(under).encode([payload])
  if (!first) throw new Error('nothing was encoded')
  return first
}
const refusal = async (run: Promise<unknown>): Promise<string> => run.then(() => 'accepted', (cause: unknown) => (cause instanceof WhittleError ? `${cause.code}: ${cause.message}` : String(cause)))
const later = <T>(run: () => Promise<T>): Promise<T> => Promise.resolve().then(run)

describe('a payload in Temporal', () => {
  test('decodes to what was encoded, and says only its encoding and key id in clear', async () => {
    const one = await sealed()
    expect(defaultPayloadConverter.fromPayload((await encryptingCodec(keys).decode([one]))[0] ?? {})).toEqual({ key: secret })
    expect(Object.keys(one.metadata ?? {})).toEqual(['encoding', 'encryption-key-id'])
    expect(Buffer.from(one.data ?? []).includes(secret)).toBe(false)
  })

  test('is never sealed alike twice', async () => {
    expect(Buffer.from((await sealed()).data ?? []).equals(Buffer.from((await sealed()).data ?? []))).toBe(false)
  })

  test('is refused when not encrypted', async () => {
    expect(await refusal(later(() => encryptingCodec(keys).decode([payload])))).toContain('not-allowed: refused a payload in Temporal that is not encrypted')
    expect(await refusal(later(() => encryptingCodec(keys).decode([{}])))).toContain('not encrypted')
  })

  test('is refused when any byte of it, or the key id, was altered, or when it is cut off', async () => {
    const one = await sealed()
    const data = one.data ?? new Uint8Array()
    for (let index = 0; index < data.length; index++) {
      const altered = Uint8Array.from(data)
      altered[index] = (altered[index] ?? 0) ^ 1
      expect(await refusal(later(() => encryptingCodec(keys).decode([{ ...one, data: altered }])))).toContain('that was altered')
    }
    expect(await refusal(later(() => encryptingCodec(keys).decode([{ ...one, data: data.subarray(0, 20) }])))).toContain('cut off')
    const [other] = parseCodecKeys(newCodecKey())
    const renamed = { ...one, metadata: { ...one.metadata, 'encryption-key-id': new TextEncoder().encode(other.id) } }
    expect(await refusal(later(() => encryptingCodec([keys[0], { ...keys[0], id: other.id }]).decode([renamed])))).toContain('altered')
  })

  test('is still read after the key was replaced, while the old key is in the file', async () => {
    const renewed = parseCodecKeys(`${newCodecKey()}\n${keys[0].id}:${Buffer.from(keys[0].key).toString('base64')}\n`)
    expect(await refusal(encryptingCodec(renewed).decode([await sealed()]))).toBe('accepted')
    expect(await refusal(sealed(renewed).then((one) => encryptingCodec(keys).decode([one])))).toContain(`secret.unreadable: a payload in Temporal was encrypted with the key \`${renewed[0].id}\``)
  })

  test.each(['', 'x', 'id:short', `:${Buffer.alloc(32).toString('base64')}`])('key file `%s` is refused without repeating it', async (file) => {
    const said = await refusal(later(() => Promise.resolve(parseCodecKeys(file))))
    expect(said).toContain('secret.unreadable')
    expect(said).not.toContain('short')
  })
})

test('the dev server’s file holds nothing of ours in clear', async () => {
  const temporal = await startTestTemporal()
  try {
    await temporal.client.workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'kept', args: [{ key: secret }] })
    await temporal.plainClient.workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'plain', args: [{ key: 'PLAINTEXT-CANARY' }] })
    const kept = ['', '-wal'].map((suffix) => `${temporal.folder}/temporal.db${suffix}`).filter((file) => existsSync(file)).map((file) => readFileSync(file)).reduce((a, b) => Buffer.concat([a, b]))
    expect(kept.includes(secret)).toBe(false)
    expect(kept.includes('PLAINTEXT-CANARY')).toBe(true)
  } finally {
    await temporal.stop()
  }
})
