import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessKeyTarget } from '../../clouds/aws/change/access-key.ts'
import { awsChangeDriver } from '../../clouds/aws/change/live.ts'
import { interpretAws } from '../../clouds/aws/collect/index.ts'
import { collectAws } from '../../clouds/aws/collect/live.ts'
import type { AwsSession } from '../../clouds/aws/session.ts'
import { canonicalHash } from '../../clouds/canonical.ts'
import { readEstateDirectory, writeAnswer } from '../../clouds/estate-directory.ts'
import { direct } from '../../clouds/outgoing.ts'
import { sandboxChangeDriver } from '../../clouds/sandbox/change.ts'
import type { AwsEstate } from '../../model/aws.ts'
import type { Change } from '../../model/change.ts'
import { fillAccount, type FilledAccount } from './aws-account.ts'
import { type MotoPeer, startMoto } from './moto.ts'

let moto: MotoPeer
let filled: FilledAccount
beforeAll(async () => {
  moto = await startMoto()
  filled = await fillAccount(moto)
})
afterAll(async () => { await moto.stop() })

const session = (): AwsSession => ({ account: moto.account, region: 'us-east-1', role: { arn: `arn:aws:iam::${moto.account}:role/whittle`, externalId: 'acme-7f3' }, outgoing: direct })
async function collectTo(dir: string): Promise<AwsEstate> {
  await collectAws(session(), `aws/${moto.account}`, (path, answer) => {
    if (answer.kind === 'present' || answer.kind === 'error') writeAnswer(dir, path, answer)
    return Promise.resolve()
  })
  return interpretAws(readEstateDirectory(dir)).value
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'whittle-sandbox-'))
const timeless = (estate: AwsEstate): unknown => JSON.parse(JSON.stringify(estate, (key, value: unknown) => (key === 'observedAt' ? undefined : value)))

test('the same change on files and through the SDK gives an equal estate, forward and undone', async () => {
  const dir = folder()
  const before = await collectTo(dir)
  const target = accessKeyTarget(filled.aliceArn, filled.keyId)
  const change = (from: 'Active' | 'Inactive', to: 'Active' | 'Inactive'): Change => {
    const state = { status: from, userId: filled.aliceId }
    return { kind: 'aws.access-key.status', target, before: state, after: { status: to, userId: filled.aliceId }, base: canonicalHash(state) }
  }
  const [onFiles, live] = [sandboxChangeDriver('aws.access-key.status', dir), awsChangeDriver('aws.access-key.status', session())]
  expect(await onFiles.read(target)).toEqual(await live.read(target))
  for (const step of [change('Active', 'Inactive'), change('Inactive', 'Active')]) {
    await onFiles.write(step)
    await live.write(step)
    expect(await onFiles.read(target)).toEqual(step.after)
    expect(await live.read(target)).toEqual(step.after)
    const [fromFiles, fromCloud] = [interpretAws(readEstateDirectory(dir)).value, await collectTo(folder())]
    expect(timeless(fromFiles)).toEqual(timeless(fromCloud))
  }
  expect(timeless(interpretAws(readEstateDirectory(dir)).value)).toEqual(timeless(before))
})
