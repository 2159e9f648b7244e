import { resolve } from 'node:path'
import { awsCollector } from '../clouds/aws/collect/collector.ts'
import { azureCollector } from '../clouds/azure/collect/collector.ts'
import { azureSession, publicCloud } from '../clouds/azure/session.ts'
import { gcpCollector } from '../clouds/gcp/collect/collector.ts'
import type { Config } from '../config.ts'
import type { Environment } from '../model/environment.ts'
import { directoryCollector } from './directory-collector.ts'
import type { Collector } from './scanner-deps.ts'

/** What reads `environment`, with the credentials of the cloud's own chain. */
export function collectorOf(config: Pick<Config, 'sandboxFolder' | 'baseFolder' | 'http'>, environment: Environment): Collector {
  switch (environment.kind) {
    case 'sandbox': return directoryCollector(config.sandboxFolder, true)
    case 'directory': return directoryCollector(resolve(config.baseFolder, environment.path), false)
    case 'aws-account':
    case 'aws-organization': return awsCollector(environment, config.http)
    case 'azure-tenant': return azureCollector(azureSession(environment, config.http, { ...publicCloud, ...environment.endpoints }))
    case 'gcp-organization':
    case 'gcp-project': return gcpCollector(environment, config.http)
  }
}
