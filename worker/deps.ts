import { Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { collectorOf } from '../activities/collector-of.ts'
import type { Collector, ScannerDeps } from '../activities/scanner-deps.ts'
import { changeKindAbout } from '../clouds/change-kinds.ts'
import { interpretEstate } from '../clouds/index.ts'
import type { Config } from '../config.ts'
import { detections } from '../detections/index.ts'
import { shippedPlaybooks } from '../playbooks/index.ts'
import { remediations } from '../remediations/index.ts'
import type { Store } from '../store/db.ts'

/** What the scanner's activities work with. */
export function scannerDeps(config: Config, store: Store, client: Client): ScannerDeps {
  const collectors = new Map<string, Collector>()
  return {
    store, client, config, interpret: interpretEstate, detections, detectionSettings: config.detections, remediations,
    playbooks: shippedPlaybooks({ detections: detections.map(({ id }) => id), remediations: remediations.map(({ id }) => id) }),
    collectorOf: (environment) => {
      const key = JSON.stringify(environment)
      const collector = collectors.get(key) ?? collectorOf(config, environment)
      collectors.set(key, collector)
      return collector
    },
    describe: (change) => changeKindAbout(change.kind).describe(change),
    heartbeat: (details) => { Context.current().heartbeat(details) }, heartbeatDetails: () => Context.current().info.heartbeatDetails, signal: () => Context.current().cancellationSignal,
  }
}
