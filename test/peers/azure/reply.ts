export type Call = { readonly method: string; readonly url: URL; readonly body: unknown }
export type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
export const answer = (body: unknown, status = 200): Reply => ({ status, body })
export const failure = (status: number, code: string, message = 'said by the stub'): Reply => ({ status, body: { error: { code, message } } })

/** One page of `rows`; the next is named in `key` by a link with the same query and a skip token. */
export function pageOf(rows: readonly unknown[], { url }: Call, { size, key, token, host }: { readonly size: number; readonly key: 'nextLink' | '@odata.nextLink'; readonly token: string; readonly host: string | null }): Reply {
  const from = Number(url.searchParams.get(token) ?? 0)
  const next = new URL(url)
  if (host !== null) next.host = host
  next.searchParams.set(token, String(from + size))
  return answer({ value: rows.slice(from, from + size), ...(from + size < rows.length ? { [key]: next.href } : {}) })
}
