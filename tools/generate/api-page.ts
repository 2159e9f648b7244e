import { z } from 'zod'
import { api, type Endpoint } from '../../model/api.ts'
import { code, generatedNote, table } from './markdown.ts'

/** docs/api.md: every route of the HTTP contract, from the table that the server serves and web and command line call. */
export function apiPage(): string {
  const endpoints: readonly Endpoint[] = Object.values(api)
  return `${[
    generatedNote, '# HTTP API',
    'Pages and command line use nothing else. Lists are paged: send `cursor` = the `next` of the page before. An error is `application/problem+json` (RFC 9457) with a stable `code`; its `title` says what to do. An unchanged answer of a GET is 304 by its `ETag`.',
    'Call it with a personal token (`whittle login`, or Your account in the web): `Authorization: Bearer whittle_…`. A token does what its scopes and the role of its person allow; routes without a scope need a browser session, which sends its CSRF token in `x-whittle-csrf` and the `Origin` of the server.',
    table(['route', 'least role', 'scope', 'what it does'], endpoints.map(({ method, path, least, scope, about }) => [code(`${method} ${path}`), least, scope ?? '', about])),
    '## Queries and bodies',
    endpoints.flatMap((endpoint) => {
      const input = endpoint.method === 'GET' ? endpoint.query : endpoint.body
      const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' })
      const fields = Object.keys(properties)
      return fields.length === 0 ? [] : [`- ${code(`${endpoint.method} ${endpoint.path}`)}: ${fields.map((name) => `${code(name)}${required.includes(name) && endpoint.method === 'POST' ? '' : ' (optional)'}`).join(', ')}`]
    }).join('\n'),
  ].join('\n\n')}\n`
}
