import { customType } from 'drizzle-orm/pg-core'
import { type Instant, instant } from '../model/instant.ts'

/** `timestamptz` read back as the model's ISO-8601 `Instant`; Drizzle's own string mode returns Postgres text. */
export const instantColumn = customType<{ data: Instant; driverData: string | Date }>({
  dataType: () => 'timestamptz(3)',
  toDriver: (value) => value,
  fromDriver: (value) => instant(value instanceof Date ? value.toISOString() : value),
})

export const bytesColumn = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** Text of foreign origin: PostgreSQL keeps every character but NUL, which stands as U+FFFD, so that one hostile name stops nothing. */
export const textColumn = customType<{ data: string; driverData: string }>({ dataType: () => 'text', toDriver: (value) => value.replaceAll('\u0000', '\ufffd') })

/** JSON of foreign origin; what PostgreSQL refuses in it stands as U+FFFD. */
export const jsonColumn = <T>(name?: string) => {
  const column = customType<{ data: T; driverData: string }>({ dataType: () => 'jsonb', toDriver: (value) => JSON.stringify(value).replace(escapedNul, '$1\\ufffd') })
  return name === undefined ? column() : column(name)
}
/** NUL and half a surrogate pair as JSON spells them, and not the same characters after an escaped backslash. */
const escapedNul = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g
