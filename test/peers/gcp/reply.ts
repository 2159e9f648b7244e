export type Reply = { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
export type Call = { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly body: unknown }

const statuses = { 400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND', 409: 'ABORTED', 429: 'RESOURCE_EXHAUSTED', 503: 'UNAVAILABLE' } as const
export const done = (body: unknown): Reply => ({ status: 200, body })
/** The error body of every Google API. */
export const failed = (code: keyof typeof statuses, message: string, headers: Readonly<Record<string, string>> = {}): Reply => ({ status: code, body: { error: { code, message, status: statuses[code] } }, headers })

/** One page of `items` as the API's own list answers are: `pageToken` is an offset that nobody needs to understand. */
export function page(items: readonly unknown[], field: string, query: { readonly get: (name: string) => string | null }, most: number): Reply {
  const from = Number(query.get('pageToken')?.replace('after-', '') ?? 0)
  const size = Math.min(Number(query.get('pageSize') ?? most) || most, most)
  const rest = from + size < items.length
  return done({ ...(items.length === 0 ? {} : { [field]: items.slice(from, from + size) }), ...(rest ? { nextPageToken: `after-${String(from + size)}` } : {}) })
}
