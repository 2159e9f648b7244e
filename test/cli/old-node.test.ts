import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const checkout = join(import.meta.dirname, '..', '..')
const elsewhere = mkdtempSync(join(tmpdir(), 'whittle-node-'))
afterAll(() => { rmSync(elsewhere, { recursive: true, force: true }) })

/** `cli/whittle.js` of `folder` on a Node that says that it is `version`. */
function onNode(version: string, folder: string, ...words: readonly string[]) {
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', pretend, join(folder, 'cli', 'whittle.js'), ...words], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test.each([['22.18.0'], ['24.0.0'], ['26.1.0']])('Node %s runs the sources as they are', (version) => {
  expect(onNode(version, checkout, '--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('analyze') })
})
test.each([['20.20.2'], ['22.17.9']])('on Node %s Whittle starts itself on the Node that was installed with it, and answers with its exit code', (version) => {
  expect(onNode(version, checkout, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('analyze') })
  expect(onNode(version, checkout, 'nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown command 'nonsense'") })
})
test('where none was installed it says which Node is needed, without a stack trace', () => {
  mkdirSync(join(elsewhere, 'cli'))
  copyFileSync(join(checkout, 'package.json'), join(elsewhere, 'package.json'))
  copyFileSync(join(checkout, 'cli', 'whittle.js'), join(elsewhere, 'cli', 'whittle.js'))
  expect(onNode('20.20.2', elsewhere, '--help')).toEqual({ status: 1, stdout: '', stderr: 'whittle needs Node 22.18 or newer, this is 20.20.2: install Node 24, or run `npm ci` in the checkout on Linux and start it with `npx whittle`\n' })
})
