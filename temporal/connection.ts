import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { type Config, readSecret } from '../config.ts'
import { WhittleError } from '../model/error.ts'
import { type CodecKeys, encryptingConverter, parseCodecKeys } from './codec.ts'

export type TemporalClient = { readonly client: Client; readonly close: () => Promise<void> }
type TemporalConfig = Pick<Config, 'temporal' | 'keys' | 'baseFolder'>

/** The codec keys that this process was given. @throws WhittleError `secret.unreadable` */
export function codecKeysOf(config: TemporalConfig): CodecKeys {
  if (config.keys.codec === null) throw new WhittleError('secret.unreadable', 'this process was not given the codec key: set WHITTLE_CODEC_KEY to `file:PATH`')
  return parseCodecKeys(readSecret(config.keys.codec, config.baseFolder))
}

/** A client of the configured Temporal that encrypts what it sends. Lazy: connecting happens at its first call, so a server starts while Temporal is down. */
export function temporalClient(config: TemporalConfig): TemporalClient {
  const connection = Connection.lazy({ ...addressOf(config), connectTimeout: '5s' })
  const client = new Client({ connection, namespace: config.temporal.namespace, dataConverter: encryptingConverter(codecKeysOf(config)) })
  return { client, close: () => connection.close() }
}

/** A worker's connection. @throws WhittleError `temporal.unavailable` */
export async function workerConnection(config: TemporalConfig): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(addressOf(config))
  } catch (cause) {
    throw new WhittleError('temporal.unavailable', `Temporal does not answer at \`${config.temporal.address ?? ''}\`: check TEMPORAL_ADDRESS`, {}, cause)
  }
}

function addressOf(config: TemporalConfig) {
  const { address, apiKey, tls } = config.temporal
  if (address === null) throw new WhittleError('temporal.unavailable', 'this process was not told where Temporal is: set TEMPORAL_ADDRESS')
  return { address, tls, ...(apiKey === null ? {} : { apiKey: readSecret(apiKey, config.baseFolder) }) }
}
