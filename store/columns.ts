import { customType } from 'drizzle-orm/pg-core'
import { type Instant, instant } from '../model/instant.ts'

/** `timestamptz` read back as the model's ISO-8601 `Instant`; Drizzle's own string mode returns Postgres text. */
export const instantColumn = customType<{ data: Instant; driverData: string | Date }>({
  dataType: () => 'timestamptz(3)',
  toDriver: (value) => value,
  fromDriver: (value) => instant(value instanceof Date ? value.toISOString() : value),
})

export const bytesColumn = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })
