import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffOf, jsonLines } from '../../model/diff.ts'
import type { Json } from '../../model/json.ts'

const text = (before: Json, after: Json) => diffOf(before, after).map((line) => `${line.sign}${line.text}`)

test.each<[string, Json, Json, string[]]>([
  ['a changed field is one line out and one in', { status: 'Active', userId: 'AIDA1' }, { userId: 'AIDA1', status: 'Inactive' }, [' {', '-  "status": "Active",', '+  "status": "Inactive",', '   "userId": "AIDA1"', ' }']],
  ['a removed target is all lines out', { role: 'roles/owner' }, null, ['-{', '-  "role": "roles/owner"', '-}']],
  ['a restored target is all lines in', null, { role: 'roles/owner' }, ['+{', '+  "role": "roles/owner"', '+}']],
  ['equal states differ in nothing', { a: [1, 2] }, { a: [1, 2] }, [' {', '   "a": [', '     1,', '     2', '   ]', ' }']],
])('%s', (_name, before, after, lines) => {
  expect(text(before, after)).toEqual(lines)
})

test('the kept and removed lines are the state before, the kept and added lines the state after', () => {
  const state = fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value)))
  fc.assert(fc.property(state, state, (before, after) => {
    const lines = diffOf(before, after)
    expect(lines.filter((line) => line.sign !== '+').map((line) => line.text)).toEqual(jsonLines(before))
    expect(lines.filter((line) => line.sign !== '-').map((line) => line.text)).toEqual(jsonLines(after))
  }))
})
