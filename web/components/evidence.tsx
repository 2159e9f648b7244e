import type { Json, JsonObject } from '../../model/json.ts'

/** `lastUsedAt` → `last used at`. */
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
const isInstant = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)

function Value({ value }: { readonly value: Json }) {
  if (value === null) return <>never / none</>
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>
  if (typeof value === 'string') return isInstant(value) ? <time dateTime={value}>{value.slice(0, 16).replace('T', ' ')} UTC</time> : <>{value === '' ? '(empty)' : value}</>
  if (typeof value === 'number') return <>{value.toLocaleString()}</>
  if (isObject(value)) return <Evidence evidence={value} />
  if (value.length === 0) return <>none</>
  if (value.every((entry) => typeof entry !== 'object')) return <>{value.slice(0, 60).map((entry, index) => <span key={index}>{index > 0 ? ', ' : ''}<code>{String(entry)}</code></span>)}{value.length > 60 ? ` and ${String(value.length - 60)} more` : ''}</>
  return <>{value.slice(0, 20).map((entry, index) => <div key={index}><Value value={entry} /></div>)}</>
}
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Evidence of any rule as names and values. Text only: nothing from a cloud is ever markup. */
export function Evidence({ evidence }: { readonly evidence: JsonObject }) {
  return <dl className="evidence">{Object.entries(evidence).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{words(name)}</dt><dd><Value value={value} /></dd></div>)}</dl>
}
