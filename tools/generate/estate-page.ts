import { answerKinds } from '../../clouds/index.ts'
import { clouds } from '../../model/cloud.ts'
import { cloudNames, code, generatedNote, table } from './markdown.ts'

/** docs/estate.md: the command for every file of an estate. */
export function estatePage(): string {
  return `${[
    generatedNote, '# The estate on disk',
    'An estate is a folder of what the vendors\' own CLIs print, unmodified. `npx whittle collect --print-script` prints a shell script that writes it; `npx whittle collect DIR --environment NAME` writes it with Whittle\'s own clients; `npx whittle analyze DIR` reads it. Reading needs no credentials.',
    '## Rules',
    [
      '- Optional `estate.json`: `{ "schemaVersion": 1, "asOf": "2026-11-20T00:00:00Z", "label": "…" }`. Ages are computed against `asOf`, else against the newest file\'s time.',
      '- An argument in a path is one segment: `encodeURIComponent`, and `.` as `%2E`; over 200 bytes `sha256-<hex>`.',
      '- `<name>.error.json` `{ "code", "message" }` beside a missing answer says that the call failed: *absent* where the table says so for the code, else *unreadable*. A missing file was not exported: *unknown*.',
      '- Pages: one file with all, or `<name>.1.json`, `<name>.2.json` …; a last page with a continuation token makes the collection incomplete. `.gz` is read.',
      '- Policy documents may be objects, JSON strings or URL-encoded strings. One `get-account-authorization-details` file alone is an estate.',
      '- Links, `..` and devices are refused; broken files are named with their position and the rest is analysed.',
      '- Only the fields that are used are kept; secrets are dropped while parsing.',
    ].join('\n'),
    ...clouds.flatMap((cloud) => [`## ${cloudNames[cloud]}`, table(['file', 'command', 'why', 'absent when'],
      answerKinds.filter(({ path }) => path.startsWith(`${cloud}/`)).map(({ path, command, why, absentCodes }) => [code(`${path}.json`), code(command), why, absentCodes.map(code).join(', ')]))]),
  ].join('\n\n')}\n`
}
