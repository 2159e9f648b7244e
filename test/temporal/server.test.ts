import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { describe, expect, test } from 'vitest'
import { WhittleError } from '../../model/error.ts'
import { findTemporal } from '../../temporal/binary.ts'
import { startTemporal, temporalAnswers } from '../../temporal/server.ts'
import { temporalBinary } from '../builders/temporal.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'whittle-binary-'))
const program = (path: string, text: string): string => {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}
const failureOf = (run: Promise<unknown>): Promise<WhittleError> =>
  run.then(() => { throw new Error('expected a refusal') }, (cause: unknown) => { if (cause instanceof WhittleError) return cause; throw cause })

describe('the Temporal program is looked for', () => {
  test('on the PATH first, then in the cache', async () => {
    const [path, cache] = [folder(), folder()]
    const search = { programFolders: [join(path, 'gone'), path], cacheFolder: cache, mayFetch: false, report: () => undefined }
    const cached = program(join(cache, 'temporal-1.8.2'), 'exit 0')
    expect(await findTemporal(search)).toBe(cached)
    const onPath = program(join(path, 'temporal'), 'exit 0')
    expect(await findTemporal(search)).toBe(onPath)
  })

  test('and not taken for a program where it is a folder or may not be run', async () => {
    const [path, cache] = [folder(), folder()]
    mkdirSync(join(path, 'temporal'))
    writeFileSync(join(cache, 'temporal-1.8.2'), '')
    const failure = await failureOf(findTemporal({ programFolders: [path], cacheFolder: cache, mayFetch: false, report: () => undefined }))
    expect(failure.code).toBe('temporal.unavailable')
    for (const way of ['TEMPORAL_ADDRESS', 'on the PATH', 'temporal.download', 'install Go']) expect(failure.message).toContain(way)
  })
})

describe('the dev server', () => {
  test('has yesterday’s workflows after a kill', async () => {
    const home = folder()
    const options = { binary: await temporalBinary(), databaseFile: join(home, 'temporal.db'), logFile: join(home, 'temporal.log') }
    const first = await startTemporal(options)
    const before = await Connection.connect({ address: first.address })
    await new Client({ connection: before }).workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'kept' })
    await before.close()
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    expect(await temporalAnswers(first.address)).toBe(false)
    const second = await startTemporal(options)
    try {
      const after = await Connection.connect({ address: second.address })
      expect((await new Client({ connection: after }).workflow.getHandle('kept').describe()).status.name).toBe('RUNNING')
      await after.close()
    } finally {
      await second.stop()
    }
  })

  test('that cannot write its file says so with the end of its log', async () => {
    const home = folder()
    const failure = await failureOf(startTemporal({ binary: await temporalBinary(), databaseFile: join(home, 'gone', 'temporal.db'), logFile: join(home, 'temporal.log'), waitSeconds: 20 }))
    expect(failure).toMatchObject({ code: 'temporal.unavailable' })
    expect(failure.message).toContain('temporal.log')
  })

  test('that is no program says so', async () => {
    const home = folder()
    expect((await failureOf(startTemporal({ binary: join(home, 'gone'), databaseFile: join(home, 'temporal.db'), logFile: join(home, 'temporal.log') }))).code).toBe('temporal.unavailable')
  })
})
