import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { loadConfig } from '../../config.ts'
import { findTemporal } from '../../temporal/binary.ts'
import { type CodecKeys, encryptingConverter, parseCodecKeys } from '../../temporal/codec.ts'
import { startTemporal, type TemporalServer } from '../../temporal/server.ts'

/** The key that committed histories are encrypted with: invented, and of no other use. */
export const testCodecKey = `test:${Buffer.alloc(32, 7).toString('base64')}`
export const testCodecKeys: CodecKeys = parseCodecKeys(testCodecKey)
export const testConverter = encryptingConverter(testCodecKeys)

export type TestTemporal = {
  readonly server: TemporalServer
  readonly client: Client
  /** Says what it sends in clear: what an intruder would be. */
  readonly plainClient: Client
  readonly native: NativeConnection
  readonly folder: string
  readonly stop: () => Promise<void>
}

export const temporalBinary = (): Promise<string> => {
  const config = loadConfig()
  return findTemporal({ programFolders: config.programFolders, cacheFolder: config.cacheFolder, mayFetch: true, report: (line) => { process.stderr.write(`${line}\n`) } })
}

/** A real Temporal dev server of its own, on a file, with clients. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-temporal-'))
  const server = await startTemporal({ binary: await temporalBinary(), databaseFile: join(folder, 'temporal.db'), logFile: join(folder, 'temporal.log') })
  process.once('exit', () => { killQuietly(server.pid) })
  const connection = await Connection.connect({ address: server.address })
  const native = await NativeConnection.connect({ address: server.address })
  return {
    server, native, folder,
    client: new Client({ connection, dataConverter: testConverter }), plainClient: new Client({ connection }),
    stop: async () => {
      await native.close()
      await connection.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Because a test that is cut off must not leave a server behind. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // because it has ended already
  }
}
