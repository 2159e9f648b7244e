import { and, eq, ne } from 'drizzle-orm'
import type { Cloud } from '../model/cloud.ts'
import type { Db } from './db.ts'
import { findings } from './schema.ts'

/** Where unresolved findings of the environment stand: each (detection, account) once. */
export const findingPlaces = (db: Db, tenantId: string, environment: string): Promise<{ detection: string; account: string; cloud: Cloud }[]> =>
  db.selectDistinct({ detection: findings.detection, account: findings.account, cloud: findings.cloud }).from(findings).where(and(eq(findings.tenantId, tenantId), eq(findings.environment, environment), ne(findings.state, 'resolved')))
