import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { WhittleError } from '../model/error.ts'
import type { AuditMemory } from './executor-deps.ts'

const headSchema = z.strictObject({ seq: z.number().int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) })

/** One small file per tenant in `folder`, replaced whole and synced. A file that cannot be read is an error, never "nothing seen yet". */
export function auditMemory(folder: string): AuditMemory {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fileOf = (tenant: string): string => join(folder, `audit-head-${encodeURIComponent(tenant)}.json`)
  return {
    read: (tenant) => {
      let text: string
      try { text = readFileSync(fileOf(tenant), 'utf8') } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
        throw new WhittleError('audit.unavailable', 'the remembered audit head cannot be read: nothing is written to a cloud until it can', {}, cause)
      }
      const head = headSchema.safeParse(parse(text))
      if (!head.success) throw new WhittleError('audit.unavailable', `the remembered audit head is broken: check the chain with \`whittle audit verify\`, then remove \`${fileOf(tenant)}\``)
      return head.data
    },
    write: (tenant, head) => {
      const temporary = `${fileOf(tenant)}.new`
      const file = openSync(temporary, 'w', 0o600)
      try { writeSync(file, JSON.stringify(head)); fsyncSync(file) } finally { closeSync(file) }
      renameSync(temporary, fileOf(tenant))
    },
  }
}

function parse(text: string): unknown {
  try { return JSON.parse(text) } catch { return null }
}
