import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { collectAzure } from '../../clouds/azure/collect/live.ts'
import { answersInMemory, readEstateDirectory } from '../../clouds/estate-directory.ts'
import { interpretEstate } from '../../clouds/index.ts'
import type { Answer } from '../../model/answer.ts'
import type { AzureEstate } from '../../model/azure.ts'
import { azureNow, subscriptionId, tenantId } from '../builders/azure.ts'
import { acme, shop } from './azure/acme.ts'
import { sessionOf } from './azure/session.ts'
import { type AzureStub, startAzureStub } from './azure/stub.ts'

const python = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'whittle/venv-azure/bin/python')
const open: AzureStub[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((stub) => stub.close())) })

async function start(pageSize: number): Promise<AzureStub> {
  if (!existsSync(python)) throw new Error('the second client is not installed: run `bash test/peers/install.sh`')
  const state = acme()
  state.faults.pageSize = pageSize
  const stub = await startAzureStub(state)
  open.push(stub)
  return stub
}
const run = async (...args: string[]): Promise<string> => (await promisify(execFile)(python, [new URL('azure/export.py', import.meta.url).pathname, ...args])).stdout

/** Instants of observation differ by nature; so does the order of what an API lists in no order. */
const plain = (estate: AzureEstate): unknown => JSON.parse(JSON.stringify(estate, (key, value: unknown) => (key === 'observedAt' ? undefined : value)))

test.each([100, 2])('the Python SDKs export the estate that our collector reads, with %i rows a page', async (pageSize) => {
  const stub = await start(pageSize)
  const session = sessionOf(stub)
  const answers = new Map<string, Answer>()
  await collectAzure(session, (path, answer) => { answers.set(path, answer); return Promise.resolve() })
  const dir = mkdtempSync(join(tmpdir(), 'whittle-azure-export-'))
  await run('export', stub.url, stub.caFile, tenantId, dir)
  const exported = interpretEstate(readEstateDirectory(dir))
  expect(exported.problems).toEqual([])
  expect(plain(exported.azure)).toEqual(plain(interpretEstate(answersInMemory(answers, azureNow)).azure))
  expect(exported.azure.accounts.map(({ roleAssignments }) => roleAssignments.values.length)).toEqual([6, 2])
})

test('a client that is not ours meets the behaviour of role assignments that emulators get wrong', async () => {
  const stub = await start(2)
  expect(JSON.parse(await run('behave', stub.url, stub.caFile, subscriptionId, shop))).toEqual({
    subscription: 6, atScope: 4, group: 6, principal: 1, assignedTo: 2,
    create: 'done', again: 'done', otherRole: '400 RoleAssignmentUpdateNotPermitted', otherGuid: '409 RoleAssignmentExists', otherPrincipal: '400 RoleAssignmentUpdateNotPermitted',
    unknownRole: '404 RoleDefinitionDoesNotExist', unknownPrincipal: '400 PrincipalNotFound', deletedElsewhere: 'done', deleted: '404 RoleAssignmentNotFound', roleInUse: '400 RoleDefinitionHasAssignments', pages: 6 })
})
