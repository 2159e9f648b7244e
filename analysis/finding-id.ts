import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Cloud } from '../model/cloud.ts'
import type { Subject } from '../model/detection.ts'

/**
 * The same for the same detection, cloud, immutable subject and part, in every scan of every installation (CONTRACTS §3): `f_` and the first
 * 24 hex digits of SHA-256 over the RFC 8785 JSON `[detection, cloud, subject id, part]`. Names, severities, options and tenants never enter.
 */
export function findingId(detection: string, cloud: Cloud, subject: Pick<Subject, 'id' | 'part'>): string {
  const text = canonicalize([detection, cloud, subject.id, subject.part])
  return `f_${createHash('sha256').update(text ?? '').digest('hex').slice(0, 24)}`
}
